// mem_internal.h: what the files of kern/mem share with each other and with their tests. No other
// file includes it.
#pragma once

#include "mem/page.h"
#include "mem/pgdir.h"

// The state of the boot allocator. It allocates from one range of memory, the largest that nothing
// occupies, from its start upwards.
struct boot_map {
	const struct mem_range *usable, *taken; // sorted
	size_t usable_count, taken_count;
	size_t usable_pages;         // whole pages of `usable`
	physaddr_t start, next, end; // [start, next) is allocated, [next, end) is left
	bool closed;                 // page_init has run
};

extern struct boot_map boot_map;

// Find the lowest gap at or above `from`, which is page-aligned: a range of whole pages, as long
// as possible, that lies in one range of boot_map.usable and below LINEAR_SIZE, and that no range
// of boot_map.taken overlaps. A page that is usable only in part is not usable; a page that is
// taken in part is taken. A range of `taken` may be empty: it takes nothing. It may reach over the
// ends of usable ranges. Memory that boot_alloc has allocated counts as free here.
// Returns true with the gap in *gap_store; false if there is none: *gap_store is undefined then.
bool boot_next_gap(physaddr_t from, struct mem_range *gap_store);

// The state of the page allocator, in one struct so that a test can replace it.
struct page_pool {
	struct spinlock lock;
	page_t free;         // [lock] the free list's head; free.next is allocated next
	size_t free_count;   // [lock] how many pages are on the free list
	size_t cached_count; // [lock] how many pages are in the caches
	size_t contig_end;   // [lock] page_alloc_contig's next search goes down from this page
};

extern struct page_pool page_pool;

// Returns the page to allocate next: the first one of the free list. Returns NULL if the list is
// empty, or if a test wants this allocation to fail (mem/fail_alloc.h).
// Caller: holds page_pool.lock.
static inline page_t *page_next_free(void);

// Try page_alloc once more after page_next_free has returned NULL: if the free list is empty, put
// all spare pages on it (page_cache_drain), and call page_alloc. Takes page_pool.lock.
// Caller: does not hold page_pool.lock.
// Returns 0 with the page in *pp_store, as from page_alloc; -ENOMEM, with *pp_store unchanged, if
// there was no spare page, before page_init_rest, or if the list is not empty (then a test wanted
// the failure).
int page_alloc_again(page_t **pp_store);

// Take `pp`, which is on the free list, off that list: link its two neighbours to each other, count
// it out of page_pool.free_count, and hand it to page_mark_taken.
// Caller: holds page_pool.lock.
void page_take(page_t *pp);

// Append the pages from `first` up to, but without, `end` to the end of the free list, in their
// order, and count them. Each page_t is written anew, with kind PAGE_FREE and count, pins and flags
// 0; the pages themselves are not touched: page_fill is the caller's. Does nothing if first >= end.
// Caller: holds page_pool.lock, or is page_init.
void page_link_run(page_t *first, page_t *end);

// What debug builds write into each word of a free page.
#define FREE_PATTERN 0xFEEEFEEEu
#ifdef DEBUG
// Fill a page that becomes free with the free pattern, and note in its flags that it has the
// pattern. In other builds it does nothing.
void page_fill(page_t *pp);

// Panic if `pp`, a free page that is about to be allocated, has been written to since page_fill. A
// page that page_fill has never seen, free since boot, is filled now. In other builds it does
// nothing.
void page_check_fill(page_t *pp);
#else
static inline void page_fill(page_t *pp)
{
	(void)pp;
}

static inline void page_check_fill(page_t *pp)
{
	(void)pp;
}
#endif

// Record that a free page is in use now: kind PAGE_ANONYMOUS, flags 0. Its count and pins are 0
// already. Debug builds panic if it was written to since it was freed (page_check_fill).
static inline void page_mark_taken(page_t *pp)
{
	page_check_fill(pp);
	pp->kind = PAGE_ANONYMOUS;
	pp->flags = 0;
}

// Record that a page is free now: kind PAGE_FREE, flags 0. Debug builds fill it with the free
// pattern (page_fill). The caller puts the page on the free list.
static inline void page_mark_free(page_t *pp)
{
	pp->kind = PAGE_FREE;
	pp->flags = 0;
	page_fill(pp);
}

// Put an unused page, on no list and without references or pins (not checked), at the front of the
// free list, whose head is page_pool.free: it will be the next one to be allocated. Count it in
// page_pool.free_count, and hand it to page_mark_free.
// Caller: holds page_pool.lock.
static inline void page_put(page_t *pp)
{
	page_t *first = page_pool.free.next;

	assert_spin_held(&page_pool.lock);
	pp->next = first;
	pp->prev = &page_pool.free;
	first->prev = pp;
	page_pool.free.next = pp;
	page_pool.free_count++;
	page_mark_free(pp);
}

// Set by page_init_rest to page_cache_drain; NULL before. The allocator calls it when it finds
// nothing: a spare page must never be the reason for -ENOMEM.
extern size_t (*page_drain_hook)(void);

// Returns true if page_free and page_free_contig accept the page: it has neither references nor
// pins, and is neither free nor reserved. A spare page is accepted too: its caller must know.
static inline bool page_may_be_freed(const page_t *pp)
{
	return pp->count == 0 && pp->pins == 0 && pp->kind > PAGE_RESERVED;
}

// Panic with the number of a page that page_may_be_freed has not accepted, and the reason: it has
// references or pins, is free already, or is reserved. Changes nothing.
// Caller: does not hold page_pool.lock: the report of a panic may need it.
void page_refuse_free(const page_t *pp) __noreturn;

// Do the part of page_free under page_pool.lock: put `pp`, which is not NULL, on the free list by
// page_put. If page_may_be_freed does not accept the page, release page_pool.lock and call
// page_refuse_free.
// Caller: holds page_pool.lock.
static inline void page_free_locked(page_t *pp)
{
	assert_spin_held(&page_pool.lock);
	if (unlikely(!page_may_be_freed(pp))) {
		spin_unlock(&page_pool.lock);
		page_refuse_free(pp);
	}
	page_put(pp);
}

// In page_t.flags: the first page of a large page from page_alloc_contig. Its count is that of the
// whole large page.
#define PAGE_FLAG_LARGE 0x80u

// Free a page that has neither references nor pins any more; a large page, given by its first
// page_t, is freed whole. A kind of pages that has an allocator of its own is freed by the function
// that this allocator has registered (page_register_free), others by page_free or page_free_contig,
// which panic if they do not accept the page. Takes the allocator's lock: page_pool.lock or
// large_pool.lock.
void page_free_unused(page_t *pp);

// Let page_free_unused free pages of `kind` by `free` from now on, in the place of a function that
// was registered for it before. `free` gets a page without references and pins, and may be called
// with spinlocks of a rank below RANK_PAGE held. At boot, before there are such pages.
void page_register_free(enum page_kind kind, void (*free)(page_t *pp));

// Free a list of pages, linked by `next`, that have neither references nor pins any more and are on
// no other list. NULL: the list is empty. A large page, of the pool too, is on it by its first
// page_t. Takes page_pool.lock, and releases it where it frees a large page. Panics at a page that
// page_may_be_freed does not accept; those before it are free then.
void page_free_list(page_t *first);

// Allocate a page for a page table, a spare one if there is any: zeroed, count 0, index 0, kind
// PAGE_TABLE. The caller takes the first reference, or frees it by table_free. Takes
// page_pool.lock.
// Returns 0; -ENOMEM with *pp_store unchanged.
int table_alloc(page_t **pp_store);

// Free a page table from table_alloc: keep it as a spare page, or put it on the free list if there
// are enough (page_cache_put). The caller has set its count to 0, no directory names it, and every
// entry in it is 0; debug builds panic if count or entries are not 0. Takes page_pool.lock.
void table_free(page_t *pp);

// Allocate a page for a page directory, a spare one if there is any: count 0, index 0, kind
// PAGE_DIRECTORY, the user's half all 0, the kernel's half as in kernel_pgdir. Its owner, the lock
// that pgdir_guard sets, is undefined. The caller takes the first reference, or frees it by
// directory_free. Takes page_pool.lock. Only after pgdir_init.
// Returns 0; -ENOMEM with *pp_store unchanged.
int directory_alloc(page_t **pp_store);

// Free a page directory from directory_alloc: keep it as a spare page, or put it on the free list
// if there are enough (page_cache_put). The caller has set its count to 0, no CPU has it loaded,
// and every entry of the user's half is 0; debug builds panic if count or entries are not 0. Takes
// page_pool.lock.
void directory_free(page_t *pp);

// Returns the first entry that is not 0 in the user's half of `pgdir`, the one for the lowest
// address: a table's, or the directory's where that names no table, an empty one, or one beyond
// pages[]. Stores the address that the entry is for in *va_store.
// Returns NULL if there is none; *va_store is then undefined. Takes no lock: for messages.
const pte_t *pgdir_first_in_use(const pde_t *pgdir, uintptr_t *va_store);

// Caches of free pages of a kind. A page keeps its kind, contents and page_t.owner in the cache;
// page_t.index is 0 when it comes out.
enum {
	CACHE_TABLE,
	CACHE_DIRECTORY,
	CACHE_HEAP, // one for each of the heap's size classes
	CACHE_HEAP_LAST = CACHE_HEAP + 7,
	PAGE_CACHES,
};

// Take the page that was put last into cache `which` (CACHE_) out of it: it is a spare page no
// longer. It has its kind, flags, owner and contents as before page_cache_put, with count, pins and
// index 0; the caller takes the first reference. Takes page_pool.lock.
// Returns NULL if the cache is empty: the caller then makes such a page from page_alloc.
page_t *page_cache_get(unsigned int which);

// Put page `pp`, of count 0 and without pins, into cache `which` (CACHE_), as a spare page, or on
// the free list by page_put if the cache is full: with 16 page tables, 4 directories, or one page
// of each size class of the heap. The page's kind and contents are those that page_cache_get shall
// return. Takes page_pool.lock.
void page_cache_put(unsigned int which, page_t *pp);

// Put all spare pages on the free list, by page_put; their contents are lost. Returns how many
// there were.
// Caller: holds page_pool.lock.
size_t page_cache_drain(void);

// Returns a description of what is wrong with a spare page, a constant string, with the page's
// number in *where_store: it has references or pins, or is of another kind than the caches keep; or
// the number of spare pages differs from page_pool.cached_count. Does not look into the pages.
// Returns NULL if nothing is wrong, with *where_store undefined. Caller: holds page_pool.lock.
const char *page_cache_fault(size_t *where_store);

// Flush the translations of [start, end) from the TLB, if `pgdir` is loaded or the range reaches
// beyond ULIM; for more than 32 pages all translations that are not global, or, if the range
// reaches beyond ULIM, all. Both ends are multiples of PAGE_SIZE. Does nothing if start >= end.
void tlb_flush_range(pde_t *pgdir, uintptr_t start, uintptr_t end);

#ifdef DEBUG
// Count an allocation, and return true if it must fail, because a test has asked for this by
// mem_fail_after or mem_fail_elsewhere (mem/fail_alloc.h). Called once at the start of each
// allocation, which then returns -ENOMEM or NULL. Always false in normal builds. Takes no lock.
bool mem_should_fail(void);
#else
static inline bool mem_should_fail(void)
{
	return false;
}
#endif

static inline page_t *page_next_free(void)
{
	page_t *first = page_pool.free.next;

	assert_spin_held(&page_pool.lock);
	if (mem_should_fail() || unlikely(first == &page_pool.free))
		return NULL;
	if (!first)
		__builtin_unreachable(); // saves the caller a test of the result
	return first;
}
