// test_device_memory.c: areas of device memory. The memory of the display represents all devices.
#include "cpu/memory_type.h"
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"
#include "vm/uaccess.h"
#include <abi/mman.h>

#define DISPLAY 0xA0000u // 32 pages

static int map_device(struct aspace *as, unsigned int first, unsigned int end, int prot,
                      uint16_t flags, uint64_t pa)
{
	struct map_request request = {
		.va = AT(first),
		.len = (end - first) * PAGE_SIZE,
		.prot = (uint8_t)prot,
		.flags = AREA_SHARED | flags,
		.fixed = true,
		.offset = pa,
	};
	uintptr_t va;

	return aspace_map_linear(as, &request, &va);
}

KTEST(linear_maps_physical_addresses_in_order)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_device(as, 0, 4, RW, 0, DISPLAY), 0);
	EXPECT_EQ(pte_peek(as, AT(1)), 0);
	EXPECT_EQ(test_touch(as, AT(2), ACCESS_WRITE), FAULT_OK);
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(PTE_ADDR(pte_peek(as, AT(i))), DISPLAY + i * PAGE_SIZE);
		EXPECT(pte_peek(as, AT(i)) & PTE_NOPAGE);
		EXPECT(pte_peek(as, AT(i)) & PTE_W);
	}
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(linear_takes_its_cache_mode_from_the_area)
{
	struct aspace *as = test_aspace();
	pte_t mask = PTE_PCD | PTE_PWT | PTE_PAT;

	EXPECT_EQ(map_device(as, 0, 1, RW, 0, DISPLAY), 0);
	EXPECT_EQ(map_device(as, 1, 2, RW, AREA_UNCACHED, DISPLAY), 0);
	EXPECT_EQ(map_device(as, 2, 3, RW, AREA_WRITE_COMBINING, DISPLAY), 0);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(test_touch(as, AT(i), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(pte_peek(as, AT(0)) & mask, 0);
	EXPECT_EQ(pte_peek(as, AT(1)) & mask, PTE_PCD | PTE_PWT);
	EXPECT_EQ(pte_peek(as, AT(2)) & mask, pat_write_combining ? PTE_PAT : PTE_PCD | PTE_PWT);
	aspace_put(as);
}

KTEST(linear_refuses_memory_and_more_than_32_bits)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_device(as, 0, 1, RW, 0, 0x100000), -EPERM);
	EXPECT_EQ(map_device(as, 0, 33, RW, 0, DISPLAY - PAGE_SIZE), -EPERM);
	EXPECT_EQ(map_device(as, 0, 1, RW, 0, 0xFEE00000), -EPERM);
	EXPECT_EQ(map_device(as, 0, 1, RW, 0, 1ull << 32), -EINVAL);
	EXPECT_EQ(map_device(as, 0, 2, RW, 0, 0xFFFFF000), -EINVAL);
	EXPECT_EQ(map_device(as, 0, 1, RW, 0, UINT64_MAX - PAGE_SIZE + 1), -EINVAL);
	EXPECT_EQ(map_device(as, 0, 1, RW, 0, DISPLAY + 1), -EINVAL);
	EXPECT_AREAS(as, "");
	aspace_put(as);
}

KTEST(linear_areas_merge_only_in_order)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_device(as, 0, 1, RW, 0, DISPLAY), 0);
	EXPECT_EQ(map_device(as, 1, 2, RW, 0, DISPLAY + PAGE_SIZE), 0);
	EXPECT_EQ(map_device(as, 2, 3, RW, 0, DISPLAY), 0);
	EXPECT_EQ(map_device(as, 3, 4, RW, AREA_UNCACHED, DISPLAY + PAGE_SIZE), 0);
	EXPECT_AREAS(as, "0-2rws 2-3rws 3-4rws");
	EXPECT_EQ(aspace_unmap(as, AT(0), PAGE_SIZE), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(PTE_ADDR(pte_peek(as, AT(1))), DISPLAY + PAGE_SIZE);
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(linear_rights_come_and_go)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_device(as, 0, 3, RW, 0, DISPLAY), 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(aspace_protect(as, AT(1), PAGE_SIZE, PROT_NONE), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_NOT_ALLOWED);
	EXPECT_EQ(pte_peek(as, AT(1)), 0);
	test_aspace_check(as);
	EXPECT_EQ(aspace_protect(as, AT(0), 3 * PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_READ), FAULT_OK);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_NOT_ALLOWED);
	EXPECT(!(pte_peek(as, AT(0)) & PTE_W));
	EXPECT_EQ(aspace_protect(as, AT(0), 3 * PAGE_SIZE, RW), 0);
	EXPECT_EQ(test_touch(as, AT(0), ACCESS_WRITE), FAULT_OK);
	EXPECT(pte_peek(as, AT(0)) & PTE_W);
	EXPECT_AREAS(as, "0-3rws");
	test_aspace_check(as);
	aspace_put(as);
}

KTEST(linear_is_inherited_and_moves)
{
	struct aspace *as = test_aspace(), *copy;
	uintptr_t va;

	EXPECT_EQ(map_device(as, 0, 2, RW, 0, DISPLAY), 0);
	EXPECT_EQ(test_touch(as, AT(1), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(aspace_clone(as, &copy), 0);
	EXPECT_AREAS(copy, "0-2rws");
	EXPECT_EQ(test_touch(copy, AT(1), ACCESS_WRITE), FAULT_OK);
	EXPECT_EQ(pte_peek(copy, AT(1)), pte_peek(as, AT(1)));
	test_aspace_check(copy);
	EXPECT_EQ(aspace_remap(copy, AT(0), PAGE_SIZE, 3 * PAGE_SIZE, MREMAP_MAYMOVE, 0, &va),
	          -EFAULT);
	EXPECT_EQ(aspace_remap(copy, AT(0), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
	                       0, &va),
	          -EINVAL);
	EXPECT_EQ(aspace_remap(copy, AT(0), PAGE_SIZE, PAGE_SIZE,
	                       MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, AT(5), &va),
	          -EINVAL);
	EXPECT_EQ(aspace_remap(copy, AT(1), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
	                       AT(5), &va),
	          0);
	EXPECT_AREAS(copy, "0-1rws 5-6rws");
	EXPECT_EQ(PTE_ADDR(pte_peek(copy, AT(5))), DISPLAY + PAGE_SIZE);
	test_aspace_check(copy);
	aspace_put(copy);
	aspace_put(as);
}

KTEST(linear_is_passed_by_where_pages_are_meant)
{
	struct aspace *as = test_aspace();
	uint8_t vec[2] = { 0, 0 };
	page_t *pp;
	char byte;

	EXPECT_EQ(map_device(as, 0, 2, RW, 0, DISPLAY), 0);
	EXPECT_EQ(aspace_pin_page(as, AT(0), ACCESS_READ, &pp), -EFAULT);
	EXPECT_EQ(aspace_pin_page(as, AT(0), ACCESS_WRITE, &pp), -EFAULT);
	EXPECT_EQ(copyin(as, &byte, USER(AT(0)), 1), -EFAULT);
	EXPECT_EQ(aspace_populate(as, AT(0), 2 * PAGE_SIZE), 0);
	EXPECT_EQ(aspace_lock(as, AT(0), 2 * PAGE_SIZE, AREA_LOCKED), 0);
	EXPECT_EQ(aspace_lock_all(as, AREA_LOCKED, true, true), 0);
	EXPECT_EQ(area_find(&as->areas, AT(0))->flags, AREA_SHARED);
	EXPECT_EQ(map_device(as, 2, 3, RW, 0, DISPLAY), 0);
	EXPECT_EQ(area_find(&as->areas, AT(2))->flags, AREA_SHARED);
	EXPECT_EQ(aspace_advise(as, AT(0), PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	EXPECT_EQ(aspace_advise(as, AT(0), PAGE_SIZE, MADV_FREE), -EINVAL);
	EXPECT_EQ(aspace_advise(as, AT(0), PAGE_SIZE, MADV_POPULATE_READ), -EINVAL);
	EXPECT_EQ(aspace_resident(as, AT(0), 2, vec), 2);
	EXPECT_EQ(vec[0] & vec[1], 1);
	aspace_put(as);
}

static void copy_through(struct aspace *as)
{
	char text[] = "device", back[8] = "";

	EXPECT_EQ(copyout(as, USER(AT(0) + PAGE_SIZE - 3), text, 7), 0);
	EXPECT_EQ(copyin(as, back, USER(AT(0) + PAGE_SIZE - 3), 7), 0);
	EXPECT_TEXT(back, "device");
	EXPECT_EQ(copyinstr(as, back, USER(AT(0) + PAGE_SIZE - 3), 8), 6);
	EXPECT_EQ(copyin_nofault(back, USER(AT(0)), 1), 1);
	EXPECT_EQ(copyin_nofault(back, USER(AT(4)), 1), 0);
	EXPECT_EQ(user_fault_in(as, USER(AT(4)), true), 0);
	EXPECT_EQ(copyout_nofault(USER(AT(4)), "x", 1), 1);
}

// An address after the text that the screen shows, which begins at 0xB8000.
KTEST(linear_is_reached_by_copies_of_its_own_space)
{
	struct aspace *as = test_aspace();

	EXPECT_EQ(map_device(as, 0, 2, RW, AREA_UNCACHED, 0xBC000), 0);
	EXPECT_EQ(map_device(as, 4, 5, RW, AREA_UNCACHED, 0xBE000), 0);
	test_run_in(as, copy_through);
	aspace_put(as);
}
