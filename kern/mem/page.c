// page.c: the allocator of physical pages. The free list is a doubly linked ring through the
// page_t of the free pages. Single pages come from its front and go back there: a page just freed
// is still in the processor's cache, and is used next. Runs of pages (page_contig.c) come from the
// top of memory and go back to the end of the list, so that single pages break up as few of them
// as possible.
#include "mem/page.h"

#include "dev/exitport.h"
#include "mem/mem_internal.h"
#include "mem/large_pool.h"

page_t *pages;
size_t page_total;
page_t *zero_page;

struct page_pool page_pool = {
	.lock = SPINLOCK_INIT("page", RANK_PAGE),
	.free = { .next = &page_pool.free, .prev = &page_pool.free },
};

// Mark pages [first, end) as never free.
static void reserve_run(page_t *first, page_t *end)
{
	for (page_t *pp = first; pp < end; pp++)
		*pp = (page_t){ .kind = PAGE_RESERVED };
}

// Append pages [first, end) to the free list. At boot this loop runs for every page of the
// machine; so each page_t is written once and in full, and the pages themselves are not touched.
static void link_run(page_t *first, page_t *end)
{
	page_t *last = page_pool.free.prev;

	if (first >= end)
		return;
#pragma GCC unroll 8
	for (page_t *pp = first; pp < end; pp++)
		*pp = (page_t){ .next = pp + 1, .prev = pp - 1, .kind = PAGE_FREE };
	first->prev = last;
	last->next = first;
	end[-1].next = &page_pool.free;
	page_pool.free.prev = end - 1;
	page_pool.free_count += (size_t)(end - first);
}

// Returns how many whole pages below LINEAR_SIZE a range contains.
static size_t whole_pages(const struct mem_range *range)
{
	size_t start = ROUND_UP(range->start, PAGE_SIZE) >> PAGE_SHIFT;
	size_t end = MIN(range->end, LINEAR_SIZE) >> PAGE_SHIFT;

	return end > start ? end - start : 0;
}

// Walks the free gaps of memory from low to high: memory in no gap is reserved, the rest is
// free. In the gap that boot_alloc uses, free memory begins where the last allocation ends.
void page_init(void)
{
	const struct mem_range *last_usable = &boot_map.usable[boot_map.usable_count - 1];
	struct mem_range gap;
	page_t *done;
	void *zeroes;

	page_total = MIN(last_usable->end, LINEAR_SIZE) >> PAGE_SHIFT;
	pages = boot_alloc(page_total * sizeof(page_t), sizeof(page_t));
	zeroes = boot_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(zeroes, 0, PAGE_SIZE);
	boot_map.closed = true;

	page_pool.usable_count = 0;
	for (size_t i = 0; i < boot_map.usable_count; i++)
		page_pool.usable_count += whole_pages(&boot_map.usable[i]);

	// Page 0 is the first of those that are not in a gap.
	done = pages;
	for (physaddr_t from = PAGE_SIZE; boot_next_gap(from, &gap); from = gap.end) {
		physaddr_t start = gap.start;

		if (start == boot_map.start)
			start = ROUND_UP(boot_map.next, PAGE_SIZE);
		reserve_run(done, &pages[start >> PAGE_SHIFT]);
		done = &pages[gap.end >> PAGE_SHIFT];
		link_run(&pages[start >> PAGE_SHIFT], done);
	}
	reserve_run(done, &pages[page_total]);
	page_pool.contig_end = page_total;

	machine_end_hook = page_check_patterns;
	zero_page = virt_to_page(zeroes);
	zero_page->kind = PAGE_ANONYMOUS;
	zero_page->pins = 1;
}

#ifdef DEBUG

// A free page whose memory holds the free pattern. Pages that are free since boot do not have it
// yet: page_init does not touch them.
#define PAGE_FLAG_FILLED 0x01u

// Fill a page that becomes free, so that code that goes on reading it sees junk.
static void debug_fill(page_t *pp)
{
	uint32_t *words = page_to_virt(pp);

	for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = FREE_PATTERN;
	pp->flags = PAGE_FLAG_FILLED;
}

// Returns the first word of a free page that should hold the pattern and does not, or NULL.
static const uint32_t *written_word(const page_t *pp)
{
	const uint32_t *words = page_to_virt(pp);

	if (pp->flags & PAGE_FLAG_FILLED)
		for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i++)
			if (words[i] != FREE_PATTERN)
				return &words[i];
	return NULL;
}

static void __noreturn refuse_written(const page_t *pp, const uint32_t *word)
{
	panic("page %zu was written to after it was freed: %#x at %p", page_to_ppn(pp), *word,
	      (const void *)word);
}

// Check the pattern of a page that is about to be allocated; write it if there is none yet.
static void debug_check_fill(page_t *pp)
{
	const uint32_t *word = written_word(pp);

	if (word)
		refuse_written(pp, word);
	if (!(pp->flags & PAGE_FLAG_FILLED))
		debug_fill(pp);
}

void page_check_patterns(void)
{
	const uint32_t *word = NULL;
	const page_t *pp;

	spin_lock(&page_pool.lock);
	for (pp = page_pool.free.next; pp != &page_pool.free; pp = pp->next) {
		word = written_word(pp);
		if (word)
			break;
	}
	spin_unlock(&page_pool.lock);
	if (word)
		refuse_written(pp, word);
}

#else

static inline void debug_fill(page_t *pp)
{
	(void)pp;
}

static inline void debug_check_fill(page_t *pp)
{
	(void)pp;
}

void page_check_patterns(void)
{
}

#endif

// Prepare a page that has just left the free list, as page_alloc's contract says.
static inline void mark_taken(page_t *pp)
{
	debug_check_fill(pp);
	pp->kind = PAGE_ANONYMOUS;
	pp->flags = 0;
	page_pool.free_count--;
}

void page_take(page_t *pp)
{
	pp->prev->next = pp->next;
	pp->next->prev = pp->prev;
	mark_taken(pp);
}

inline void page_put(page_t *pp)
{
	page_t *first = page_pool.free.next;

	pp->next = first;
	pp->prev = &page_pool.free;
	first->prev = pp;
	page_pool.free.next = pp;
	pp->kind = PAGE_FREE;
	pp->flags = 0;
	page_pool.free_count++;
	debug_fill(pp);
}

void page_put_run(page_t *first, page_t *end)
{
	link_run(first, end);
	for (page_t *pp = first; pp < end; pp++)
		debug_fill(pp);
}

// page_alloc with an empty free list: free the cached pages and try once more. Returns 0 or
// -ENOMEM. Caller: holds page_pool.lock, which is released.
static __noinline int page_alloc_cached(page_t **pp_store)
{
	int error = -ENOMEM;

	if (page_cache_drain()) {
		*pp_store = page_pool.free.next;
		page_take(*pp_store);
		error = 0;
	}
	spin_unlock(&page_pool.lock);
	return error;
}

// The first page of the list is unlinked here directly: its predecessor is always the head.
inline int page_alloc(page_t **pp_store)
{
	page_t *pp;

	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	pp = page_pool.free.next;
	if (unlikely(pp == &page_pool.free))
		return page_alloc_cached(pp_store);
	page_pool.free.next = pp->next;
	pp->next->prev = &page_pool.free;
	mark_taken(pp);
	spin_unlock(&page_pool.lock);
	*pp_store = pp;
	return 0;
}

int page_alloc_zeroed(page_t **pp_store)
{
	int error = page_alloc(pp_store);

	if (!error)
		page_clear(*pp_store);
	return error;
}

// The page may be a cached one; then emptying the caches makes it free.
int page_alloc_specific(page_t **pp_store, size_t ppn)
{
	int error = -ENOMEM;

	if (ppn >= page_total)
		return -EINVAL;
	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&page_pool.lock);
	if (pages[ppn].kind == PAGE_FREE || (page_cache_drain() && pages[ppn].kind == PAGE_FREE)) {
		page_take(&pages[ppn]);
		*pp_store = &pages[ppn];
		error = 0;
	}
	spin_unlock(&page_pool.lock);
	return error;
}

bool page_is_free(size_t ppn)
{
	return ppn < page_total && pages[ppn].kind == PAGE_FREE;
}

__noinline void page_refuse_free(const page_t *pp)
{
	if (pp->count || pp->pins)
		panic("page_free: page %zu still has %u references and %u pins", page_to_ppn(pp),
		      pp->count, pp->pins);
	panic("page_free: page %zu is %s", page_to_ppn(pp),
	      pp->kind == PAGE_FREE ? "free already" : "reserved");
}

void page_free(page_t *pp)
{
	if (!pp)
		return;
	if (unlikely(!page_may_be_freed(pp)))
		page_refuse_free(pp);
	spin_lock(&page_pool.lock);
	page_put(pp);
	spin_unlock(&page_pool.lock);
}

// Three kinds of pages go back to three places: large pages of the pool, large pages from
// page_alloc_contig, and small pages.
void page_free_unused(page_t *pp)
{
	if (pp->kind == PAGE_LARGE)
		large_return(pp, false);
	else if (pp->flags & PAGE_FLAG_LARGE)
		page_free_contig(pp, LARGE_PAGES);
	else
		page_free(pp);
}

// One lock for the whole list: a batch of unmapped pages is freed here (tlb.h).
void page_free_list(page_t *first)
{
	page_t *next;

	spin_lock(&page_pool.lock);
	for (page_t *pp = first; pp; pp = next) {
		next = pp->next;
		if (unlikely((pp->flags & PAGE_FLAG_LARGE) || !page_may_be_freed(pp))) {
			spin_unlock(&page_pool.lock);
			page_free_unused(pp); // or panic
			spin_lock(&page_pool.lock);
		} else {
			page_put(pp);
		}
	}
	spin_unlock(&page_pool.lock);
}

void page_unreferenced(page_t *pp)
{
	if (pp->count) {
		pp->count = 0;
		panic("page_decref: page %zu has no reference", page_to_ppn(pp));
	}
	if (pp->pins == 0)
		page_free_unused(pp);
}

int page_pin(page_t *pp)
{
	pp = page_head(pp);
	if (pp->pins == UINT16_MAX)
		return -EAGAIN;
	pp->pins++;
	return 0;
}

void page_unpin(page_t *pp)
{
	pp = page_head(pp);
	if (unlikely(pp->pins == 0))
		panic("page_unpin: page %zu has no pin", page_to_ppn(pp));
	if (--pp->pins == 0 && pp->count == 0)
		page_free_unused(pp);
}

size_t page_free_count(void)
{
	size_t count;

	spin_lock(&page_pool.lock);
	count = page_pool.free_count + page_pool.cached_count;
	spin_unlock(&page_pool.lock);
	return count;
}

void page_count_kinds(size_t counts[PAGE_KINDS])
{
	memset(counts, 0, PAGE_KINDS * sizeof(*counts));
	for (size_t i = 0; i < page_total; i++)
		counts[pages[i].kind]++;
}

size_t page_usable_count(void)
{
	return page_pool.usable_count;
}

// Returns a description of what is wrong with the free list, or NULL; the number of the page in
// question goes to *where_store. Caller: holds page_pool.lock.
static const char *free_list_fault(size_t *where_store)
{
	const page_t *before = &page_pool.free;
	size_t count = 0;

	for (const page_t *pp = before->next; pp != &page_pool.free; before = pp, pp = pp->next) {
		*where_store = page_to_ppn(pp);
		if (pp < pages || pp >= &pages[page_total])
			return "the free list leads out of pages[]";
		if (pp->prev != before)
			return "a free page's links do not agree";
		if (pp->kind != PAGE_FREE)
			return "a page on the free list is not free";
		if (pp->count || pp->pins)
			return "a free page has references or pins";
		if (++count > page_pool.free_count)
			return "the free list is longer than its count";
	}
	return count < page_pool.free_count ? "the free list is shorter than its count" : NULL;
}

// Like free_list_fault, for pages[].
static const char *pages_fault(size_t *where_store)
{
	size_t free = 0;

	for (size_t ppn = 0; ppn < page_total; ppn++) {
		*where_store = ppn;
		if (pages[ppn].kind >= PAGE_KINDS)
			return "a page has no such kind";
		free += pages[ppn].kind == PAGE_FREE;
	}
	*where_store = 0;
	if (page_total && pages[0].kind != PAGE_RESERVED)
		return "page 0 is not reserved";
	return free != page_pool.free_count ? "a free page is not on the free list" : NULL;
}

void page_check(void)
{
	const char *fault;
	size_t where = 0;

	spin_lock(&page_pool.lock);
	fault = free_list_fault(&where);
	if (!fault)
		fault = pages_fault(&where);
	if (!fault)
		fault = page_cache_fault(&where);
	spin_unlock(&page_pool.lock);
	if (fault)
		panic("page_check: %s (page %zu)", fault, where);
}
