// trace_page.c: the grader's operations on physical pages. Operations name pages by slots, because
// the grader does not know which page it will get. An operation on a slot without a page reports
// nothing.
#include "mem/test/trace_mem.h"

#include "trace/trace.h"

#define MANY_MAX (LINEAR_SIZE >> PAGE_SHIFT)
#define RUNS_MAX 48

page_t *trace_slots[TRACE_SLOTS];

// A bit for each page that `take` has allocated.
static uint32_t many[MANY_MAX / 32];

bool trace_is_page(const page_t *pp)
{
	uintptr_t offset = (uintptr_t)pp - (uintptr_t)pages;

	return pp >= pages && offset % sizeof(page_t) == 0 && offset / sizeof(page_t) < page_total;
}

uint32_t trace_page_number(const page_t *pp)
{
	if (!pp)
		return TRACE_NONE;
	return trace_is_page(pp) ? (uint32_t)page_to_ppn(pp) : (uint32_t)pp;
}

// Make the allocator empty, with pages[] at `at`, and forget what earlier operations have made.
static void reset_pool(physaddr_t at, size_t total)
{
	trace_forget_directories();
	page_pool.lock = SPINLOCK_INIT("page", RANK_PAGE);
	page_reclaim(); // what an earlier pool has cached
	memset(trace_slots, 0, sizeof(trace_slots));
	memset(many, 0, sizeof(many));
	pages = phys_to_virt(at);
	page_total = total;
	page_pool = (struct page_pool){ .lock = SPINLOCK_INIT("page", RANK_PAGE) };
	page_pool.free.next = page_pool.free.prev = &page_pool.free;
	page_pool.contig_end = total;
	page_drain_hook = page_cache_drain;
}

// pool AT FIRST END: instead of page_init, make pages[] for [0, END) at physical address AT, with
// the pages [FIRST, END) free, in order. Reports 0 if that memory is there.
TRACE_OP(pool)
{
	size_t total = args[2], bytes = total * sizeof(page_t);

	if (total > MANY_MAX || args[1] > total || !trace_may_write(args[0], bytes) ||
	    !trace_may_write(args[1] << PAGE_SHIFT, (total - args[1]) << PAGE_SHIFT)) {
		trace_value(1);
		return;
	}
	reset_pool(args[0], total);
	for (size_t i = 0; i < args[1]; i++)
		pages[i] = (page_t){ .kind = PAGE_RESERVED };
	page_link_run(&pages[args[1]], &pages[total]);
	trace_value(0);
}

// page_init AT BYTES: page_init on the invented map (use_map), with boot_alloc's range at AT, which is
// full of junk. Reports 0 if that memory is there; the address of pages[], page_total, and the lowest
// page that is neither free nor reserved, or is reserved with a reference, a pin or a flag, and its kind.
TRACE_OP(page_init)
{
	size_t odd = 0;

	if (!boot_map.usable_count || !trace_may_write(args[0], args[1])) {
		trace_value(1);
		return;
	}
	reset_pool(args[0], 0);
	stosl(phys_to_virt(args[0]), 0xA5A5A5A5, args[1] / 4);
	boot_map.start = boot_map.next = args[0];
	boot_map.end = args[0] + args[1];
	boot_map.closed = false;
	page_init();
	trace_value(0);
	trace_value((uint32_t)pages);
	trace_value(page_total);
	if ((uintptr_t)pages < KERNBASE || page_total > args[1] / sizeof(page_t) ||
	    !trace_may_write(virt_to_phys(pages), page_total * sizeof(page_t)))
		page_total = 0; // no operation may follow into it
	while (odd < page_total && (pages[odd].kind == PAGE_FREE ||
	                            (pages[odd].kind == PAGE_RESERVED && pages[odd].count == 0 &&
	                             pages[odd].pins == 0 && pages[odd].flags == 0)))
		odd++;
	trace_value(odd < page_total ? odd : TRACE_NONE);
	trace_value(odd < page_total ? pages[odd].kind : PAGE_FREE);
}

// spare SLOT: let the slot's page, filled with zeroes, be a spare page table.
TRACE_OP(spare)
{
	page_t *pp = trace_slot_page(args[0]);

	if (!pp || !trace_may_write(page_to_phys(pp), PAGE_SIZE))
		return;
	page_clear(pp);
	pp->kind = PAGE_TABLE;
	pp->index = 0;
	page_cache_put(CACHE_TABLE, pp);
}

// world: reports the address of pages[], how many there are, the zero page, and how many pages are
// free and usable.
TRACE_OP(world)
{
	trace_value((uint32_t)pages);
	trace_value(page_total);
	trace_value(trace_page_number(zero_page));
	trace_value(page_pool.free_count);
	trace_value(page_pool.cached_count);
	trace_value(page_usable_count());
}

// Report what a function that stores a page returned and stored, and put the page into a slot.
static void report_alloc(uint32_t slot, int error, page_t *pp)
{
	trace_value((uint32_t)error);
	trace_value(trace_page_number(pp));
	*trace_slot(slot) = error ? NULL : pp;
}

// page_alloc SLOT
TRACE_OP(page_alloc)
{
	page_t *pp = NULL;
	int error = page_alloc(&pp);

	report_alloc(args[0], error, pp);
}

// page_alloc_zeroed SLOT
TRACE_OP(page_alloc_zeroed)
{
	page_t *pp = NULL;
	int error = page_alloc_zeroed(&pp);

	report_alloc(args[0], error, pp);
}

// page_alloc_specific SLOT PPN
TRACE_OP(page_alloc_specific)
{
	page_t *pp = NULL;
	int error = page_alloc_specific(&pp, args[1]);

	report_alloc(args[0], error, pp);
}

// point SLOT PPN: put any page into the slot; no reference, no allocation.
TRACE_OP(point)
{
	*trace_slot(args[0]) = args[1] < page_total ? &pages[args[1]] : NULL;
}

// clear SLOT: forget the slot's page.
TRACE_OP(clear)
{
	*trace_slot(args[0]) = NULL;
}

// flags SLOT FLAGS: set page_t.flags, as the owner of a page in use does.
TRACE_OP(flags)
{
	if (trace_slot_page(args[0]))
		trace_slot_page(args[0])->flags = (uint8_t)args[1];
}

// page_free SLOT; the slot keeps the page, so that it can be freed again.
TRACE_OP(page_free)
{
	page_t *pp = trace_slot_page(args[0]);

	if (pp)
		page_free(pp);
}

// page_free_null: page_free(NULL).
TRACE_OP(page_free_null)
{
	page_free(NULL);
}

// page_incref SLOT, page_decref SLOT, page_pin SLOT, page_unpin SLOT
TRACE_OP(page_incref)
{
	if (trace_slot_page(args[0]))
		page_incref(trace_slot_page(args[0]));
}

TRACE_OP(page_decref)
{
	if (trace_slot_page(args[0]))
		page_decref(trace_slot_page(args[0]));
}

TRACE_OP(page_pin)
{
	if (trace_slot_page(args[0]))
		trace_value((uint32_t)page_pin(trace_slot_page(args[0])));
}

TRACE_OP(page_unpin)
{
	if (trace_slot_page(args[0]))
		page_unpin(trace_slot_page(args[0]));
}

// page SLOT: reports kind, count, pins and flags of its page.
TRACE_OP(page)
{
	const page_t *pp = trace_slot_page(args[0]);

	if (!pp)
		return;
	trace_value(pp->kind);
	trace_value(pp->count);
	trace_value(pp->pins);
	trace_value(pp->flags);
}

// fill SLOT VALUE: write VALUE to every word of the page. Reports 0 if it may be written.
TRACE_OP(fill)
{
	page_t *pp = trace_slot_page(args[0]);
	bool may = pp && trace_may_write(page_to_phys(pp), PAGE_SIZE);

	if (may)
		stosl(page_to_virt(pp), args[1], PAGE_SIZE / 4);
	trace_value(!may);
}

// look SLOT VALUE: reports the offset of the first word of the page that is not VALUE, PAGE_SIZE if
// there is none, and that word.
TRACE_OP(look)
{
	const page_t *pp = trace_slot_page(args[0]);
	const uint32_t *words;
	size_t i = 0;

	if (!pp)
		return;
	words = page_to_virt(pp);
	while (i < PAGE_SIZE / 4 && words[i] == args[1])
		i++;
	trace_value(i * 4);
	trace_value(i < PAGE_SIZE / 4 ? words[i] : 0);
}

// Report a run of pages, at most RUNS_MAX of them: the grader sees that something is wrong.
static void report_run(size_t *runs, size_t first, size_t end)
{
	if (++*runs > RUNS_MAX)
		return;
	trace_value(first);
	trace_value(end);
}

// Report the pages of which `many` has a bit, as runs [first, end).
static void report_many(void)
{
	size_t first = 0, runs = 0;
	bool before = false;

	for (size_t ppn = 0; ppn <= MANY_MAX; ppn++) {
		bool set = ppn < MANY_MAX && many[ppn / 32] >> ppn % 32 & 1;

		if (set && !before)
			first = ppn;
		if (!set && before)
			report_run(&runs, first, ppn);
		before = set;
	}
}

// take N: allocate N pages. Reports how many it got, the error that ended it (0: none), and the page
// that it got a second time, which ended it (TRACE_NONE: none); then all pages that are taken.
TRACE_OP(take)
{
	uint32_t got = 0, twice = TRACE_NONE;
	int error = 0;

	for (; got < args[0] && got <= MANY_MAX && twice == TRACE_NONE; got++) {
		page_t *pp = NULL;
		uint32_t ppn;

		error = page_alloc(&pp);
		if (error)
			break;
		ppn = trace_page_number(pp);
		if (ppn >= MANY_MAX || many[ppn / 32] >> ppn % 32 & 1)
			twice = ppn;
		else
			many[ppn / 32] |= 1u << ppn % 32;
	}
	trace_value(got);
	trace_value((uint32_t)error);
	trace_value(twice);
	trace_more();
	report_many();
}

// give N: free N of the pages that are taken, from the lowest on. Reports how many there were.
TRACE_OP(give)
{
	uint32_t given = 0;

	for (size_t ppn = 0; ppn < MANY_MAX && given < args[0]; ppn++) {
		if (!(many[ppn / 32] >> ppn % 32 & 1) || ppn >= page_total)
			continue;
		many[ppn / 32] &= ~(1u << ppn % 32);
		page_free(&pages[ppn]);
		given++;
	}
	trace_value(given);
}

// free_list: walk the free list. Reports its length, page_pool.free_count, a fault (0: none, 1: a
// link leads out of pages[], 2: prev is wrong, 3: it is endless, 4: a page has references, pins or
// another kind) with the page before it, and the pages as runs, in the order of the list.
TRACE_OP(free_list)
{
	const page_t *before = &page_pool.free, *pp = before->next;
	uint32_t length = 0, fault = 0;
	size_t first = 0, end = 0, runs = 0;

	for (; pp != &page_pool.free && !fault; before = pp, pp = pp->next) {
		if (!trace_is_page(pp))
			fault = 1;
		else if (pp->prev != before)
			fault = 2;
		else if (++length > page_total)
			fault = 3;
		else if (pp->count || pp->pins || pp->kind != PAGE_FREE)
			fault = 4;
		if (fault)
			break;
		if (page_to_ppn(pp) != end) {
			if (end)
				report_run(&runs, first, end);
			first = page_to_ppn(pp);
		}
		end = page_to_ppn(pp) + 1;
	}
	if (!fault && page_pool.free.prev != before)
		fault = 2;
	if (end)
		report_run(&runs, first, end);
	trace_more();
	trace_value(length);
	trace_value(page_pool.free_count);
	trace_value(fault);
	trace_value(before == &page_pool.free ? TRACE_NONE : trace_page_number(before));
}

// kinds: reports the pages that are free by page_t.kind, as runs.
TRACE_OP(kinds)
{
	size_t first = 0, runs = 0;
	bool before = false;

	for (size_t ppn = 0; ppn <= page_total; ppn++) {
		bool set = ppn < page_total && pages[ppn].kind == PAGE_FREE;

		if (set && !before)
			first = ppn;
		if (!set && before)
			report_run(&runs, first, ppn);
		before = set;
	}
}

// release_locks: after a panic that was expected. Reports whether the page allocator's lock was held.
TRACE_OP(release_locks)
{
	trace_value(page_pool.lock.locked);
	if (page_pool.lock.locked)
		spin_unlock(&page_pool.lock);
}
