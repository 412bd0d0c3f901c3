// vm_test_util.c: what the tests of kern/vm share.
#include "vm/area_edit.h"
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"

#include <stdio.h>

#include "vm/uaccess.h"

struct aspace *test_aspace(void)
{
	struct aspace *as;

	if (aspace_create(&as))
		panic("a test found no memory for an address space");
	return as;
}

void test_map_object(struct aspace *as, unsigned int first, unsigned int end, int prot,
                     uint16_t flags, struct object *obj, uint32_t index)
{
	struct map_request request = {
		.va = AT(first),
		.len = (end - first) * PAGE_SIZE,
		.prot = (uint8_t)prot,
		.flags = flags,
		.fixed = true,
		.object = obj,
		.offset = (uint64_t)index * PAGE_SIZE,
	};
	uintptr_t va;

	if (aspace_map(as, &request, &va))
		panic("a test could not map pages %u to %u", first, end);
	EXPECT_EQ(va, AT(first));
}

void test_map(struct aspace *as, unsigned int first, unsigned int end, int prot)
{
	test_map_object(as, first, end, prot, 0, NULL, 0);
}

struct object *test_object(unsigned int n)
{
	struct object *obj = object_create();
	char line[64];

	if (!obj)
		panic("a test found no memory for an object");
	for (size_t at = 0; at < n * PAGE_SIZE; at += sizeof(line)) {
		memset(line, 'a' + (int)(at / PAGE_SIZE), sizeof(line));
		if (object_write(obj, at, line, sizeof(line)) != sizeof(line))
			panic("a test found no memory for an object's page");
	}
	return obj;
}

const char *test_areas(const struct aspace *as)
{
	static char text[512];
	size_t len = 0;
	struct area *area;

	text[0] = '\0';
	list_for_each(area, &as->areas.list, link) {
		if (len + 40 > sizeof(text))
			break;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u-%u%s%s%s%s",
		                        len ? " " : "", (area->start - BASE) / PAGE_SIZE,
		                        (area->end - BASE) / PAGE_SIZE,
		                        area->prot & PROT_READ ? "r" : "",
		                        area->prot & PROT_WRITE ? "w" : "",
		                        area->prot & PROT_EXEC ? "x" : "",
		                        area->flags & AREA_SHARED ? "s" : "");
		if (area->object)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "@%llu",
			                        area->offset / PAGE_SIZE);
	}
	return text;
}

// Returns a description of what is wrong with an entry of an area, or NULL. A page that a private
// area may write to in place must be exclusively owned.
static const char *entry_fault(const struct area *area, uintptr_t va, pte_t entry)
{
	const page_t *pp = entry_page(entry);

	if (area_is_device(area)) {
		if (!pte_present(entry) || !(entry & PTE_NOPAGE))
			return "is no device's";
		if (PTE_ADDR(entry) != area->offset + (va - area->start))
			return "names another address of the device";
		return (entry & PTE_W) && !(area->prot & PROT_WRITE) ? "may be written" : NULL;
	}
	if (!pp)
		return "names no page";
	if (pp->count == 0)
		return "names a page without a reference";
	if (!(entry & PTE_U))
		return "is not the user's";
	if (pte_prot_none(entry) != (area->prot == 0))
		return "is a PROT_NONE entry although the area has a protection, or none although "
		       "it is PROT_NONE";
	if (!pte_present(entry) || !(entry & PTE_W))
		return NULL;
	if (!(area->prot & PROT_WRITE))
		return "may be written where the area may not";
	if (!(area->flags & AREA_SHARED) && (pp->kind != PAGE_ANONYMOUS || pp->count != 1))
		return "may be written where the page is not the space's own";
	return NULL;
}

// A table that other directories may name too must be read-only as a whole.
static void check_table(struct aspace *as, size_t pdx)
{
	const page_t *table = phys_to_page(PTE_ADDR(as->pgdir[pdx]));
	bool own = as->pgdir[pdx] & PTE_W;
	const pte_t *ptes = page_to_virt(table);
	unsigned int used = 0;

	if (table->kind != PAGE_TABLE || table->count == 0 || (own && table->count != 1))
		panic("the table behind entry %zu is of kind %u with %u references", pdx,
		      table->kind, table->count);
	for (size_t i = 0; i < PTRS_PER_TABLE; i++) {
		uintptr_t va = pdx * LARGE_SIZE + i * PAGE_SIZE;
		const struct area *area;
		const char *fault;

		if (!ptes[i])
			continue;
		used++;
		area = area_find(&as->areas, va);
		fault = area ? entry_fault(area, va, ptes[i]) : "has no area";
		if (fault)
			panic("the entry %#x for %#x %s", ptes[i], va, fault);
	}
	if (table->index != used)
		panic("the table behind entry %zu has %u entries, counted as %u", pdx, used,
		      table->index);
}

// Returns a description of what is wrong with a directory's entry that names no table, or NULL.
static const char *large_fault(const struct area *area, uintptr_t va, pde_t pde)
{
	const page_t *pp = pde_has_large(pde) ? phys_to_page(PDE_LARGE_ADDR(pde)) : NULL;

	if (!area || area->ops->plain != &large_ops || area->start > va ||
	    area->end < va + LARGE_SIZE)
		return "has no area of large pages";
	if ((pde & PDE_RESERVED) && !(area->flags & AREA_RESERVED))
		return "has a reservation that nobody made";
	if (!pp)
		return pde & ~(PDE_RESERVED | PDE_LOST | PDE_MARKER_WP | PDE_MARKER_POISON) ?
		               "names nothing" :
		               NULL;
	if (pp->kind != PAGE_LARGE || pp->count == 0)
		return "names no large page, or one without a reference";
	if (pte_prot_none(pde) != (area->prot == 0))
		return "is a PROT_NONE entry although the area has a protection, or none although "
		       "it is PROT_NONE";
	if ((pde & (PTE_P | PTE_W)) != (PTE_P | PTE_W))
		return NULL;
	if (!(area->prot & PROT_WRITE))
		return "may be written where the area may not";
	if (!(area->flags & AREA_SHARED) && (pp->owner || pp->count != 1))
		return "may be written where the page is not the space's own";
	return NULL;
}

static void check_entry(struct aspace *as, size_t pdx)
{
	pde_t pde = as->pgdir[pdx];
	uintptr_t va = pdx * LARGE_SIZE;
	const char *fault;

	if ((pde & (PTE_P | PTE_PS)) == PTE_P) {
		check_table(as, pdx);
		return;
	}
	fault = large_fault(area_find(&as->areas, va), va, pde);
	if (fault)
		panic("the directory's entry %#x for %#x %s", pde, va, fault);
}

void test_aspace_check(struct aspace *as)
{
	const struct area *area, *object_area;
	size_t pages_mapped = 0;

	area_tree_check(&as->areas);
	list_for_each(area, &as->areas.list, link) {
		bool listed = !area->object;

		if ((area->start | area->end) % PAGE_SIZE || area->start < USER_MIN ||
		    area->end > ULIM)
			panic("an area %#x-%#x", area->start, area->end);
		if (area->as != as)
			panic("the area at %#x is another space's", area->start);
		if (area->object)
			list_for_each(object_area, &area->object->areas, object_link)
				listed |= object_area == area;
		if (!listed)
			panic("the object does not know its area at %#x", area->start);
		pages_mapped += (area->end - area->start) / PAGE_SIZE;
	}
	if (as->pages != pages_mapped)
		panic("%zu pages are mapped, counted as %zu", pages_mapped, as->pages);
	for (size_t pdx = 0; pdx < USER_PDES; pdx++)
		if (as->pgdir[pdx])
			check_entry(as, pdx);
}

struct aspace *test_clone(struct aspace *as)
{
	struct aspace *copy;

	if (aspace_clone(as, &copy))
		panic("a test found no memory for the copy of a space");
	test_aspace_check(as);
	test_aspace_check(copy);
	return copy;
}

enum fault_result test_touch(struct aspace *as, uintptr_t va, enum fault_access access)
{
	return aspace_fault(as, va, access);
}

page_t *test_page_at(struct aspace *as, uintptr_t va)
{
	return entry_page(pte_peek(as, va));
}

static char *place(struct aspace *as, uintptr_t va)
{
	page_t *pp = test_page_at(as, va);

	if (!pp)
		panic("a test finds no page at %#x", va);
	return (char *)page_to_virt(pp) + va % PAGE_SIZE;
}

char test_byte(struct aspace *as, uintptr_t va)
{
	return *place(as, va);
}

void test_store(struct aspace *as, uintptr_t va, char byte)
{
	// Like a program: repeat the access while the result says so.
	for (int i = 0; i < 3 && !(page_perms(as->pgdir, va) & PTE_W); i++)
		EXPECT_EQ(test_touch(as, va, ACCESS_WRITE), FAULT_OK);
	if (!(page_perms(as->pgdir, va) & PTE_W))
		panic("a test may not write to %#x", va);
	*place(as, va) = byte;
}

struct run {
	struct aspace *as;
	void (*body)(struct aspace *as);
	bool done;
};

static void run_body(void *arg)
{
	struct run *run = arg;

	aspace_switch_to(aspace_get(run->as));
	EXPECT(aspace_current() == run->as);
	run->body(run->as);
	aspace_switch_to(NULL);
	run->done = true;
}

void test_run_in(struct aspace *as, void (*body)(struct aspace *as))
{
	struct run run = { as, body, false };

	test_spawn(run_body, &run);
	test_settle();
	EXPECT(run.done);
}

void test_run_both(void (*body)(struct aspace *as))
{
	size_t before = test_free_memory();

	for (int current = 0; current < 2; current++) {
		struct aspace *as = test_aspace();

		if (current)
			test_run_in(as, body);
		else
			body(as);
		test_aspace_check(as);
		aspace_put(as);
	}
	EXPECT_EQ(test_free_memory(), before);
}

void test_limit(size_t total, size_t data, size_t stack)
{
	static struct rlimit64 limits[RLIM_NLIMITS];

	memcpy(limits, thread_no_limits, sizeof(limits));
	limits[RLIMIT_AS].rlim_cur = total;
	limits[RLIMIT_DATA].rlim_cur = data;
	limits[RLIMIT_STACK].rlim_cur = stack;
	thread_current()->limits = limits;
}

void test_no_limit(void)
{
	thread_current()->limits = thread_no_limits;
}
