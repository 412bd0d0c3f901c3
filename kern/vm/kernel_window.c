// kernel_window.c: the kernel's own address space, and the windows in it that show users' memory.
// The page tables of all windows are made at boot, so opening a window changes only entries, never
// a directory: all spaces see the window at once.
#include "vm/kernel_window.h"

#include "mem/heap.h"
#include "vm/area_edit.h"

struct aspace kernel_space;

// The kernel's memory never faults: all of it is mapped beforehand.
static int no_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	(void)as;
	(void)area;
	(void)va;
	(void)access;
	return -ENXIO;
}

static const struct area_ops kernel_ops = {
	.kind = "kernel",
	.plain = &kernel_ops,
	.fault = no_fault,
};

// The areas that exist from boot to the end.
static struct area fixed_areas[] = {
	{ .start = KERNBASE, .end = LINEAR_END, .name = "[physical memory]" },
	{ .start = KSTACKS_BASE, .end = KSTACKS_END, .name = "[kernel stacks]" },
	{ .start = DEVICE_BASE, .end = DEVICE_END, .name = "[devices]" },
};

// The kernel's space uses the structs of a user's, so that the monitor shows both in one way.
void kernel_space_init(void)
{
	kernel_space.pgdir = kernel_pgdir;
	kernel_space.refs = 1;
	spin_init(&kernel_space.pt_lock, "kernel windows", RANK_PAGETABLE);
	rwlock_init(&kernel_space.lock, "kernel space", RANK_ASPACE);
	area_tree_init(&kernel_space.areas);
	for (size_t i = 0; i < ARRAY_SIZE(fixed_areas); i++) {
		fixed_areas[i].prot = PROT_READ | PROT_WRITE;
		fixed_areas[i].ops = &kernel_ops;
		fixed_areas[i].as = &kernel_space;
		area_insert(&kernel_space.areas, &fixed_areas[i]);
	}
}

// Reserve kernel addresses for a window of `pages` pages, and one more page after it that stays
// unmapped: a copy that runs past the window faults instead of reaching the next window. Returns 0
// or -ENOMEM.
static int reserve_addresses(size_t pages, uintptr_t *store)
{
	struct map_request request = {
		.prot = PROT_READ | PROT_WRITE,
		.ops = &kernel_ops,
		.name = "[window]",
	};
	size_t len = (pages + 1) * PAGE_SIZE;
	struct area *area = area_new(&kernel_space, &request, 0, 0);
	int error;

	if (!area)
		return -ENOMEM;
	rwlock_write_lock(&kernel_space.lock);
	error = area_find_gap(&kernel_space.areas, WINDOWS_BASE, WINDOWS_END, len, PAGE_SIZE, store);
	if (!error) {
		area->start = *store;
		area->end = *store + len;
		area_insert(&kernel_space.areas, area);
	}
	rwlock_write_unlock(&kernel_space.lock);
	if (error)
		area_release(area);
	return error;
}

static void release_addresses(uintptr_t start)
{
	rwlock_write_lock(&kernel_space.lock);
	area_drop(&kernel_space, area_find(&kernel_space.areas, start));
	rwlock_write_unlock(&kernel_space.lock);
}

// Map a pinned page at `va`. The pin keeps the page, so the entry has PTE_NOPAGE and no reference.
// PTE_A and PTE_D are set in advance: the processor need not write to the entry.
static void show_page(uintptr_t va, page_t *pp, enum fault_access access)
{
	pte_t bits = PTE_P | PTE_A | PTE_NOPAGE | (access == ACCESS_WRITE ? PTE_W | PTE_D : 0);

	spin_lock(&kernel_space.pt_lock);
	pte_store(kernel_pgdir, va, pgdir_walk(kernel_pgdir, va, 0), page_to_phys(pp) | bits);
	spin_unlock(&kernel_space.pt_lock);
}

// Unmap the page at `va`, and only then unpin it: the unpin may free it.
static void hide_page(uintptr_t va)
{
	pte_t *pte = pgdir_walk(kernel_pgdir, va, 0);
	page_t *pp = phys_to_page(PTE_ADDR(*pte));

	spin_lock(&kernel_space.pt_lock);
	pte_store(kernel_pgdir, va, pte, 0);
	spin_unlock(&kernel_space.pt_lock);
	page_unpin(pp);
}

// window->pages counts the pages that are pinned, so on a failure window_close undoes exactly the
// work done so far.
int window_open(struct window *window, struct aspace *as, uintptr_t va, size_t len,
                enum fault_access access)
{
	uintptr_t first = ROUND_DOWN(va, PAGE_SIZE), start;
	size_t pages;
	int error;

	assert_no_lock();
	if (len == 0 || va >= ULIM || len > ULIM - va)
		return -EFAULT;
	pages = (va - first + len + PAGE_SIZE - 1) / PAGE_SIZE;
	error = reserve_addresses(pages, &start);
	if (error)
		return error;
	*window = (struct window){ .start = (void *)(start + (va - first)) };
	for (; window->pages < pages; window->pages++) {
		size_t at = window->pages * PAGE_SIZE;
		page_t *pp;

		error = aspace_pin_page(as, first + at, access, &pp);
		if (error) {
			window_close(window);
			return error;
		}
		show_page(start + at, pp, access);
	}
	return 0;
}

void window_close(struct window *window)
{
	uintptr_t start = ROUND_DOWN((uintptr_t)window->start, PAGE_SIZE);

	assert_no_lock();
	for (size_t i = 0; i < window->pages; i++)
		hide_page(start + i * PAGE_SIZE);
	release_addresses(start);
}
