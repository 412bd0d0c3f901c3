// test_kernel_map.c: the kernel's half of the address space, as pgdir_init leaves it.
#include "mem/test/mem_test_util.h"

#include "cpu/x86.h"

extern char kernel_start[], text_end[], rodata_end[], kernel_end[]; // boot/kernel.ld

// Returns the entry that maps `va`, without the permissions that the directory's entry lacks; 0 if
// nothing is mapped there.
static pte_t entry_at(uintptr_t va)
{
	pde_t pde = kernel_pgdir[PDX(va)];
	pte_t entry;

	if (!(pde & PTE_P))
		return 0;
	if (pde & PTE_PS)
		return (pde & ~0xFFC00080u) | PDE_LARGE_ADDR(pde) | (va & (LARGE_SIZE - PAGE_SIZE));
	entry = ((pte_t *)phys_to_virt(PTE_ADDR(pde)))[PTX(va)];
	return entry & PTE_P ? entry & ~(~pde & (PTE_W | PTE_U)) : 0;
}

KTEST(kernel_map_protects_text_and_read_only_data)
{
	for (uintptr_t va = (uintptr_t)kernel_start; va < (uintptr_t)rodata_end; va += PAGE_SIZE)
		EXPECT_EQ(page_perms(kernel_pgdir, va), PTE_P);
	EXPECT_EQ(page_perms(kernel_pgdir, (uintptr_t)kernel_start - PAGE_SIZE), PTE_P | PTE_W);
	for (uintptr_t va = (uintptr_t)rodata_end; va < (uintptr_t)kernel_end; va += PAGE_SIZE)
		EXPECT_EQ(page_perms(kernel_pgdir, va), PTE_P | PTE_W);
	EXPECT(read_cr0() & CR0_WP);
}

KTEST(kernel_map_has_no_writable_alias_of_text)
{
	physaddr_t start = virt_to_phys(kernel_start), end = virt_to_phys(rodata_end);

	for (uintptr_t va = KERNBASE; va >= KERNBASE; va += PAGE_SIZE) {
		pte_t entry = entry_at(va);

		if (entry & PTE_W && PTE_ADDR(entry) >= start && PTE_ADDR(entry) < end)
			ktest_fail(__FILE__, __LINE__, "%#x maps %#x writable", (uint32_t)va,
			           PTE_ADDR(entry));
	}
}

KTEST(kernel_map_gives_users_nothing)
{
	EXPECT(!test_find_other_word(kernel_pgdir, USER_PDES, 0));
	for (uintptr_t va = KERNBASE; va >= KERNBASE; va += PAGE_SIZE)
		if (entry_at(va) & PTE_U)
			ktest_fail(__FILE__, __LINE__, "%#x is the user's", (uint32_t)va);
}

KTEST(kernel_map_shows_all_memory_and_no_more)
{
	uintptr_t end = ROUND_UP(KERNBASE + page_total * PAGE_SIZE, LARGE_SIZE);

	for (uintptr_t va = KERNBASE; va < LINEAR_END; va += PAGE_SIZE) {
		pte_t entry = entry_at(va);

		if (va >= end && entry)
			ktest_fail(__FILE__, __LINE__, "%#x is mapped", (uint32_t)va);
		if (va < end && (!(entry & PTE_G) || PTE_ADDR(entry) != va - KERNBASE))
			ktest_fail(__FILE__, __LINE__, "%#x is mapped by %#x", (uint32_t)va, entry);
	}
}

KTEST(kernel_map_has_all_its_tables)
{
	for (size_t pdx = PDX(KSTACKS_BASE); pdx < PTRS_PER_TABLE; pdx++) {
		pde_t pde = kernel_pgdir[pdx];

		EXPECT_EQ(pde & (PTE_P | PTE_W | PTE_U | PTE_PS), PTE_P | PTE_W);
		EXPECT_EQ(phys_to_page(PTE_ADDR(pde))->kind, PAGE_TABLE);
		EXPECT_EQ(phys_to_page(PTE_ADDR(pde))->count, 1);
	}
	EXPECT_EQ(virt_to_page(kernel_pgdir)->kind, PAGE_DIRECTORY);
	EXPECT_EQ(phys_to_page(PTE_ADDR(kernel_pgdir[PDX(kernel_start)]))->kind, PAGE_TABLE);
	EXPECT_EQ(phys_to_page(PTE_ADDR(kernel_pgdir[PDX(kernel_start)]))->index, PTRS_PER_TABLE);
}

// Otherwise the processor would set these bits later, and the directories would differ.
KTEST(kernel_map_has_accessed_and_dirty_set)
{
	for (size_t pdx = USER_PDES; pdx < PTRS_PER_TABLE; pdx++) {
		pde_t pde = kernel_pgdir[pdx];

		EXPECT(pde == 0 || (pde & PTE_A));
		EXPECT(!(pde & PTE_PS) || (pde & PTE_D));
	}
}

KTEST(kernel_map_is_global_where_the_processor_can)
{
	bool has_pge = cpuid(1, 0).edx & 1u << 13; // Intel SDM vol. 2, CPUID

	EXPECT_EQ(!!(read_cr4() & CR4_PGE), has_pge);
}

// The page of the VGA text screen, through a second, uncached mapping. It stays for ever, like all
// device mappings.
KTEST(device_map_maps_what_was_asked_for)
{
	const char *screen = device_map(0xB8FF0, 0x20, PTE_PCD | PTE_PWT);
	uintptr_t va = (uintptr_t)screen;
	pte_t first = entry_at(va), second = entry_at(va + 0x10);

	EXPECT(va >= DEVICE_BASE);
	EXPECT_EQ(va % PAGE_SIZE, 0xFF0);
	EXPECT_EQ(first & ~(PTE_A | PTE_D),
	          0xB8000 | PTE_P | PTE_W | PTE_PWT | PTE_PCD | PTE_G | PTE_NOPAGE);
	EXPECT_EQ(second & ~(PTE_A | PTE_D),
	          0xB9000 | PTE_P | PTE_W | PTE_PWT | PTE_PCD | PTE_G | PTE_NOPAGE);
	EXPECT(page_lookup(kernel_pgdir, va, NULL) == NULL);
	EXPECT((uintptr_t)device_map(0xB8000, 1, 0) >= va + PAGE_SIZE);
}

KTEST(device_map_panics_when_its_space_is_used_up)
{
	EXPECT_PANIC(device_map(0xE0000000, LARGE_SIZE + 1, 0));
	EXPECT_PANIC(device_map(0xE0000FFF, LARGE_SIZE, 0));
	EXPECT_PANIC(device_map(0xE0000000, SIZE_MAX, 0));
}
