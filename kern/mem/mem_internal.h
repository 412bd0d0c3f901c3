// mem_internal.h: what the files of kern/mem share with each other and with their tests. Nobody else
// includes it.
#pragma once

#include "mem/page.h"
#include "mem/pgdir.h"

// What the boot allocator knows. It hands out one stretch of memory, the largest that nothing
// occupies, from its start upwards.
struct boot_map {
	const struct mem_range *usable, *taken; // sorted
	size_t usable_count, taken_count;
	physaddr_t start, next, end; // [start, next) is handed out, [next, end) is left
	bool closed;                 // page_init has run
};

extern struct boot_map boot_map;

// The first stretch of whole pages at or above `from` that is usable and that neither kernel, boot
// information nor modules occupy. What boot_alloc has handed out counts as free here. False when
// there is none.
bool boot_next_gap(physaddr_t from, struct mem_range *gap_store);

// The state of the page allocator, in one struct so that a test can set another in its place.
struct page_pool {
	struct spinlock lock;
	page_t free;         // [lock] the free list's head; free.next is handed out next
	size_t free_count;   // [lock] pages on it
	size_t cached_count; // [lock] pages in the caches
	size_t usable_count; // constant after page_init: pages of usable memory
	size_t contig_end; // [lock] page_alloc_contig's next search goes down from this page number
};

extern struct page_pool page_pool;

// Take a page off the free list and make it what page_alloc reservations.
// Caller: holds page_pool.lock; the page is free.
void page_take(page_t *pp);

// Put a page that nobody uses at the front of the free list. Caller: holds page_pool.lock.
void page_put(page_t *pp);

// Put pages [first, end), which nobody uses, at the end of the free list, the first one first.
// Caller: holds page_pool.lock.
void page_put_run(page_t *first, page_t *end);

// What page_free and page_free_contig want of a page.
static inline bool page_may_be_freed(const page_t *pp)
{
	return pp->count == 0 && pp->pins == 0 && pp->kind > PAGE_RESERVED;
}

// Say what is wrong with a page that may not be freed, and panic.
void page_refuse_free(const page_t *pp) __noreturn;

// The first page of a large page from page_alloc_contig: its count stands for all of it
// (page_t.flags).
#define PAGE_FLAG_LARGE 0x80u

// Free a page that has lost its last reference or pin; a large page whole.
void page_free_unused(page_t *pp);

// Free a list of pages, linked by next, that have lost their last references.
void page_free_list(page_t *first);

// A page for a table: zeroed, count 0, index 0, kind PAGE_TABLE. Returns 0 or -ENOMEM.
int table_alloc(page_t **pp_store);

// Give back a table that names nothing: every entry is 0. Its count is 0.
void table_free(page_t *pp);

// The same for directories: kind PAGE_DIRECTORY, the user's half empty, the kernel's half as in
// kernel_pgdir.
int directory_alloc(page_t **pp_store);
void directory_free(page_t *pp);

// Caches of pages that nobody uses. The page keeps its kind, contents and page_t.owner; index comes
// back as 0.
enum {
	CACHE_TABLE,
	CACHE_DIRECTORY,
	CACHE_HEAP, // one for each of the heap's size classes
	CACHE_HEAP_LAST = CACHE_HEAP + 7,
	PAGE_CACHES,
};

// A page from cache `which`, or NULL.
page_t *page_cache_get(unsigned int which);

// Keep page `pp`, of count 0, in cache `which`, or free it when the cache is full.
void page_cache_put(unsigned int which, page_t *pp);

// Put all cached pages on the free list; returns how many there were. Caller: holds page_pool.lock.
size_t page_cache_drain(void);

// What is wrong with a cached page, or NULL, as for page_check. Caller: holds page_pool.lock.
const char *page_cache_fault(size_t *where_store);

// Forget cached translations of [start, end), page-aligned, if `pgdir` is loaded or they are the
// kernel's.
void tlb_flush_range(pde_t *pgdir, uintptr_t start, uintptr_t end);

// What debug builds write into free memory.
#define FREE_PATTERN 0xFEEEFEEEu

// May the next allocation go on? True when mem_fail_after (mem/fail_alloc.h) wants it to fail; never in
// the normal build.
#ifdef DEBUG
bool mem_should_fail(void);
#else
static inline bool mem_should_fail(void)
{
	return false;
}
#endif
