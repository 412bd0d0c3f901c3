// pagemap_scan.c: PAGEMAP_SCAN, a request to /proc/PID/pagemap (Linux:
// Documentation/admin-guide/mm/pagemap.rst). It finds pages of certain categories, and can write-protect those
// that it finds, in memory that is registered for asynchronous write-protection (UFFD_FEATURE_WP_ASYNC): a write
// there ends the protection without a message. So a program learns in one call which pages have been written
// since its last call.
//
// The pages are collected as regions in a buffer. When it is full, the scan releases the space's lock, copies the
// regions to the program, and goes on where it has stopped. The order of the checks is Linux's.
#include "mem/heap.h"
#include "mem/page.h"
#include "mem/tlb.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/uaccess.h"
#include "vm/uffd_internal.h"
#include <abi/pageflags.h>

#define REGIONS 85     // in the buffer, which is a block of 2 KiB then
#define SPAN_COST 50   // about how many instructions it takes for a page table,
#define ENTRY_COST 40  // for an entry,
#define LARGE_COST 300 // and for a large page

#define SCAN_MAX 0x7FFFFFFFF000ull // the highest end that Linux admits on x86_64

struct scan {
	struct aspace *as;
	struct pm_scan_arg arg;      // as checked; vec and vec_len: the room that is left
	struct page_region *regions; // the buffer; NULL: the program wants no regions
	uint32_t room, count;        // regions that fit in it; that are in it
	uint64_t found;              // pages in all regions so far
	uint64_t area_categories;    // which all pages of the area have
	uint64_t walk_end;           // where the walk has stopped early, or 0
};

// Returns true if the request write-protects what it finds.
static inline bool protects(const struct scan *scan)
{
	return scan->arg.flags & PM_SCAN_WP_MATCHING;
}

// Returns true if the request asks for pages with these categories.
static bool is_wanted(const struct scan *scan, uint64_t categories)
{
	const struct pm_scan_arg *arg = &scan->arg;

	categories ^= arg->category_inverted;
	return (categories & arg->category_mask) == arg->category_mask &&
	       (!arg->category_anyof_mask || (categories & arg->category_anyof_mask));
}

// Append [va, end) to the last region, if it continues that, or else to the buffer. Returns false if the buffer
// is full.
static bool append(struct scan *scan, uint64_t categories, uintptr_t va, uintptr_t end)
{
	struct page_region *last = scan->count ? &scan->regions[scan->count - 1] : NULL;

	if (last && last->end == va && last->categories == categories) {
		last->end = end;
		return true;
	}
	if (scan->count == scan->room)
		return false;
	scan->regions[scan->count++] = (struct page_region){ va, end, categories };
	return true;
}

// Note that the pages [va, *end), not none, are found. Returns 0; -ENOSPC if not all could be noted, since the
// buffer or the number of pages is at its limit: *end is the end of those that were, and the walk stops there.
static int found(struct scan *scan, uint64_t categories, uintptr_t va, uintptr_t *end)
{
	uint64_t left = scan->arg.max_pages - scan->found, n = (*end - va) / PAGE_SIZE;
	int error = 0;

	if (!scan->regions)
		return 0;
	if (n > left) {
		n = left;
		error = -ENOSPC;
	}
	if (n &&
	    !append(scan, categories & scan->arg.return_mask, va, va + (uintptr_t)n * PAGE_SIZE)) {
		n = 0;
		error = -ENOSPC;
	}
	scan->found += n;
	*end = va + (uintptr_t)n * PAGE_SIZE;
	if (error)
		scan->walk_end = *end;
	return error;
}

// Undo what found() has noted last, if anything: the pages [va, end).
static void not_found(struct scan *scan, uintptr_t va, uintptr_t end)
{
	struct page_region *last;

	if (!scan->count)
		return;
	last = &scan->regions[scan->count - 1];
	if (last->start == va)
		scan->count--;
	else
		last->end = va;
	scan->found -= (end - va) / PAGE_SIZE;
}

// Returns the categories of a page of 4 KiB by its entry. An empty one counts as written, as on Linux, if there
// is a table for it (scan_hole).
static uint64_t entry_categories(pte_t entry)
{
	const page_t *pp = entry_page(entry);
	uint64_t categories = entry & PTE_UFFD_WP ? 0 : PAGE_IS_WRITTEN;

	if (!entry)
		return PAGE_IS_WRITTEN;
	if (!pp)
		return categories | PAGE_IS_SWAPPED;
	return categories | PAGE_IS_PRESENT | (pp->kind == PAGE_OBJECT ? PAGE_IS_FILE : 0) |
	       (pp == zero_page ? PAGE_IS_PFNZERO : 0) | (entry & PTE_D ? PAGE_IS_SOFT_DIRTY : 0);
}

// Returns the categories of a large page by the directory's entry.
static uint64_t large_categories(pde_t pde)
{
	uint64_t written = pde_protection(pde) ? 0 : PAGE_IS_WRITTEN;

	if (pde_has_large(pde))
		return PAGE_IS_HUGE | PAGE_IS_PRESENT | written |
		       (phys_to_page(PDE_LARGE_ADDR(pde))->owner ? PAGE_IS_FILE : 0);
	if (pde & (PDE_MARKER_WP | PDE_MARKER_POISON))
		return PAGE_IS_HUGE | PAGE_IS_SWAPPED | written;
	return PAGE_IS_HUGE;
}

// Returns `entry` with write-protection. A poisoned page has both marks then, as on Linux.
static pte_t with_protection(pte_t entry)
{
	return (pte_has_page(entry) ? entry & ~PTE_W : entry) | PTE_UFFD_WP;
}

// Scan [va, end), which one page table covers; `pte` is the entry for `va`. Who wants no regions wants all pages
// protected, whatever their categories, as on Linux. Returns 0 or -ENOSPC.
// Caller: holds pt_lock, and as->lock; the table is private if entries may change.
static int scan_table(struct scan *scan, uintptr_t va, uintptr_t end, pte_t *pte)
{
	bool protect = protects(scan), all = protect && !scan->regions;
	struct tlb_batch batch;
	int error = 0;

	assert_spin_held(&scan->as->pt_lock);
	tlb_batch_begin(&batch, scan->as->pgdir);
	for (; va < end; va += PAGE_SIZE, pte++) {
		uint64_t categories = scan->area_categories | entry_categories(*pte);
		uintptr_t next = va + PAGE_SIZE;

		if (!all && !is_wanted(scan, categories))
			continue;
		error = found(scan, categories, va, &next);
		if (error)
			break;
		if (protect && (categories & PAGE_IS_WRITTEN))
			tlb_batch_store(&batch, va, pte, with_protection(*pte));
	}
	tlb_batch_finish(&batch);
	return error;
}

// Scan [va, end), which has no page table: it counts as written only if it is registered for write-protection.
// Returns 0, -ENOSPC or -ENOMEM. Yields. Caller: holds as->lock.
static int scan_hole(struct scan *scan, const struct area *area, uintptr_t va, uintptr_t end)
{
	uint64_t categories = scan->area_categories |
	                      (area->flags & AREA_UFFD_WP ? PAGE_IS_WRITTEN : 0);
	int error, protect_error = 0;

	assert_read_held(&area->as->lock);
	if (!is_wanted(scan, categories))
		return 0;
	error = found(scan, categories, va, &end);
	if (protects(scan) && va < end)
		protect_error = uffd_protect_small(area, va, end, true);
	return protect_error ? protect_error : error;
}

// Scan [start, end), a part of `area`, which has small pages. Yields. Returns 0; -ENOSPC; -ENOMEM; -EINTR if the
// thread must die. Caller: holds as->lock.
static int scan_small(struct scan *scan, const struct area *area, uintptr_t start, uintptr_t end)
{
	struct aspace *as = area->as;
	uintptr_t span_end;
	int error = 0;

	assert_read_held(&as->lock);
	for (uintptr_t va = start; va < end && !error; va = span_end) {
		pte_t *pte;

		span_end = table_span_end(va, end);
		spin_lock(&as->pt_lock);
		if (protects(scan))
			error = table_make_private(as, va);
		pte = pgdir_walk(as->pgdir, va, 0);
		if (pte && !error)
			error = scan_table(scan, va, span_end, pte);
		spin_unlock(&as->pt_lock);
		if (!pte && !error)
			error = scan_hole(scan, area, va, span_end);
		if (!error)
			error = yield_after(SPAN_COST +
			                    (pte ? (span_end - va) / PAGE_SIZE * ENTRY_COST : 0));
	}
	return error;
}

// Scan [start, end), a part of `area`, which has large pages. A part of such a page cannot be protected: it is
// left out, and the walk seems to have ended there, but goes on, as on Linux. Returns and caller: as scan_small.
static int scan_large(struct scan *scan, const struct area *area, uintptr_t start, uintptr_t end)
{
	struct aspace *as = area->as;
	uintptr_t next;
	int error = 0;

	assert_read_held(&as->lock);
	for (uintptr_t va = start; va < end && !error; va = next) {
		uint64_t categories = scan->area_categories | large_categories(as->pgdir[PDX(va)]);
		uintptr_t part_end = next = table_span_end(va, end);

		if (is_wanted(scan, categories)) {
			error = found(scan, categories, va, &part_end);
			if (part_end > va && protects(scan) && (categories & PAGE_IS_WRITTEN)) {
				if (part_end - va == LARGE_SIZE) {
					uffd_large_protect(as, area, va, part_end, true);
				} else {
					not_found(scan, va, part_end);
					scan->walk_end = va;
					error = 0;
				}
			}
		}
		if (!error)
			error = yield_after(LARGE_COST);
	}
	return error;
}

// Find out whether pages of `area` can be of interest, and which categories all of them have. Returns 1; 0 if the
// area is passed over; -EPERM if the request insists on asynchronous write-protection, which the area lacks.
// Caller: holds as->lock.
static int enter_area(struct scan *scan, const struct area *area)
{
	bool async = area->uffd && (area->flags & AREA_UFFD_WP) &&
	             uffd_has(area->uffd, UFFD_FEATURE_WP_ASYNC);
	uint64_t categories = (async ? PAGE_IS_WPALLOWED : 0) |
	                      (area->flags & AREA_SOFT_CLEAN ? 0 : PAGE_IS_SOFT_DIRTY);
	uint64_t lacks = (categories ^ scan->arg.category_inverted) ^ PAGE_IS_WPALLOWED;

	assert_read_held(&area->as->lock);
	if (!async && (scan->arg.flags & PM_SCAN_CHECK_WPASYNC))
		return WHY(-EPERM, "%#x is not registered for asynchronous write-protection",
		           area->start);
	if ((!async && protects(scan)) || area_is_device(area) ||
	    (scan->arg.category_mask & lacks & PAGE_IS_WPALLOWED))
		return 0;
	scan->area_categories = categories;
	return 1;
}

// Scan all areas from `start` on. Yields. Returns 0, also if the walk has only seemed to end early (scan->walk_end);
// -ENOSPC if the buffer or the number of pages is at its limit; -EPERM as enter_area; -ENOMEM; -EINTR if the thread
// must die. Caller: holds as->lock.
static int walk(struct scan *scan, uintptr_t start)
{
	uintptr_t end = (uintptr_t)MIN(scan->arg.end, (uint64_t)ULIM);
	struct area *area = area_find_from(&scan->as->areas, start);
	int error = 0;

	assert_read_held(&scan->as->lock);
	for (; area && area->start < end && !error; area = area_next(&scan->as->areas, area)) {
		uintptr_t from = MAX(area->start, start), to = MIN(area->end, end);
		int enters = enter_area(scan, area);

		if (enters < 0)
			return enters;
		if (enters)
			error = area->ops->uncut ? scan_large(scan, area, from, to) :
			                           scan_small(scan, area, from, to);
		if (!error)
			error = yield_after(AREA_COST);
	}
	return error;
}

// Copy the collected regions to the program, and empty the buffer. Returns how many there were, or -EFAULT.
// Caller: holds no lock.
static int deliver(struct scan *scan)
{
	uint32_t n = scan->count;
	size_t size = n * sizeof(*scan->regions);

	assert_no_lock();
	if (!n)
		return 0;
	if (scan->arg.vec >> 32 ||
	    copyout(aspace_current(), (void __user *)(uintptr_t)scan->arg.vec, scan->regions, size))
		return -EFAULT;
	scan->arg.vec += size;
	scan->arg.vec_len -= n;
	scan->room = (uint32_t)MIN(scan->arg.vec_len, (uint64_t)REGIONS);
	scan->count = 0;
	return (int)n;
}

// Scan until the end of the range, of the regions, or of the number of pages. Returns the number of regions, or the
// errors of walk and deliver. Caller: holds no lock.
static int scan_all(struct scan *scan)
{
	uint64_t start = scan->arg.start;
	int error = 0, n, all = 0;

	assert_no_lock();
	while (start < scan->arg.end && !error) {
		scan->walk_end = 0;
		if (start < ULIM) {
			rwlock_read_lock(&scan->as->lock);
			error = walk(scan, (uintptr_t)start);
			rwlock_read_unlock(&scan->as->lock);
		}
		n = deliver(scan);
		if (n < 0)
			return n;
		all += n;
		if (error != -ENOSPC || !scan->arg.vec_len || scan->found == scan->arg.max_pages)
			break;
		start = scan->walk_end;
		error = 0;
	}
	return error && error != -ENOSPC ? error : all;
}

// Returns true if [start, start + length) are addresses that Linux admits on x86_64.
static bool is_range(uint64_t start, uint64_t length)
{
	return start <= SCAN_MAX && length <= SCAN_MAX - start;
}

// Check the arguments. Returns 0, -EINVAL or -EFAULT.
static int check(const struct pm_scan_arg *arg)
{
	uint64_t categories = arg->category_inverted | arg->category_mask |
	                      arg->category_anyof_mask | arg->return_mask;

	if (arg->size != sizeof(*arg))
		return WHY(-EINVAL, "the size is %llu, not %zu", arg->size, sizeof(*arg));
	if (arg->flags & ~(uint64_t)(PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC))
		return WHY(-EINVAL, "unknown flags in %#llx", arg->flags);
	if (categories & ~(uint64_t)PAGE_IS_ALL)
		return WHY(-EINVAL, "unknown categories in %#llx", categories);
	if (arg->start % PAGE_SIZE)
		return WHY(-EINVAL, "the start %#llx is not page-aligned", arg->start);
	if (!is_range(arg->start, arg->end - arg->start))
		return WHY(-EFAULT, "%#llx to %#llx are no addresses", arg->start, arg->end);
	if (!arg->vec && arg->vec_len)
		return WHY(-EINVAL, "no place for %llu regions", arg->vec_len);
	if (arg->vec && (arg->vec_len > SCAN_MAX / sizeof(struct page_region) ||
	                 !is_range(arg->vec, arg->vec_len * sizeof(struct page_region))))
		return WHY(-EFAULT, "%#llx has no room for %llu regions", arg->vec, arg->vec_len);
	return 0;
}

int pagemap_scan(struct aspace *as, void __user *arg)
{
	struct scan scan = { .as = as };
	int result;

	assert_no_lock();
	if (copyin(aspace_current(), &scan.arg, arg, sizeof(scan.arg)))
		return -EFAULT;
	result = check(&scan.arg);
	if (result)
		return result;
	scan.arg.end = ROUND_UP(scan.arg.end, (uint64_t)PAGE_SIZE);
	if (!scan.arg.max_pages)
		scan.arg.max_pages = UINT64_MAX;
	scan.room = (uint32_t)MIN(scan.arg.vec_len, (uint64_t)REGIONS);
	if (scan.room && !(scan.regions = kmalloc(scan.room * sizeof(*scan.regions))))
		return -ENOMEM;
	result = scan_all(&scan);
	kfree(scan.regions);
	if (put_user(aspace_current(), user_member(struct pm_scan_arg, arg, walk_end),
	             scan.walk_end ? scan.walk_end : scan.arg.end))
		return -EFAULT;
	return result;
}
