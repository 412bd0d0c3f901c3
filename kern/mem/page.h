// page.h: physical pages. The array pages[] has one page_t for every page of the linear map that
// the machine has. A page_t says what its page is used for, and who holds it; the page itself has
// no header. Free pages are on the free list.
#pragma once

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "kern.h"
#include "layout.h"

// What a page is used for.
enum page_kind {
	PAGE_FREE,      // on the free list
	PAGE_RESERVED,  // never allocated: firmware, the kernel's image, boot allocations, holes
	PAGE_TABLE,     // a page table
	PAGE_DIRECTORY, // a page directory
	PAGE_HEAP,      // memory of kmalloc
	PAGE_STACK,     // a kernel stack
	PAGE_ANONYMOUS, // a user's memory, or new from page_alloc
	PAGE_OBJECT,    // a page of a memory object
	PAGE_LARGE,     // part of a large page of the pool (mem/large_pool.h)
	PAGE_KINDS,     // the number of kinds
};

// One physical page. `count` is the number of references: each page-table entry that names the
// page is one, and each other holder is one. A page is freed when its last reference goes, unless
// it is pinned. A wrong count has two symptoms. Too high: the page is never freed. Too low: the
// page is freed while somebody uses it, and two programs share it by mistake.
// [p] the page allocator's lock   [o] the lock that guards the page's owner   [a] atomic
// [t] the page-table lock of the address space whose entries are in the page
typedef struct page {
	union {
		struct {
			struct page *next, *prev; // [p] PAGE_FREE: neighbours on the free list
		};
		struct {
			// PAGE_OBJECT, PAGE_LARGE: its struct object. PAGE_HEAP: its first free
			// block. [o]
			// PAGE_DIRECTORY in debug builds: the lock of its entries (pgdir_guard).
			void *owner;
			// PAGE_OBJECT, PAGE_LARGE: its index in the object [o]. PAGE_HEAP: how
			// many blocks are in use [o]. PAGE_TABLE, PAGE_DIRECTORY: how many entries
			// are in use, for a directory only those of the user's half [t].
			uint32_t index;
		};
	};
	// [a] References: page-table entries that name the page, and other holders: an object, the
	// heap, the address space of a directory.
	uint32_t count;
	uint16_t pins; // uses by the kernel itself: a pinned page is not freed
	uint8_t kind;  // enum page_kind
	uint8_t flags; // their meaning depends on `kind`
} page_t;

// In `flags` of PAGE_OBJECT [o]: allocated in advance, and neither written nor mapped since.
#define PAGE_UNTOUCHED 0x01u

#define PAGE_T_SHIFT 4 // sizeof(page_t) is 16, so index and address differ by a shift
_Static_assert(sizeof(page_t) == 1 << PAGE_T_SHIFT, "PAGE_T_SHIFT");

extern page_t *pages;     // [0, page_total)
extern size_t page_total; // pages in the linear map, holes included
extern page_t *zero_page; // a page of zeroes, mapped by all who only read; always pinned

// Conversions between a page_t, the page's number (ppn, its physical address shifted right by
// PAGE_SHIFT), its physical address, and its address in the linear map. All are a few instructions,
// without a table. Only debug builds check, by phys_to_page, that there is such a page.

// Returns the number of page `pp`, which is in pages[].
static inline size_t page_to_ppn(const page_t *pp)
{
	return (size_t)(pp - pages);
}

// Returns the physical address of the first byte of page `pp`, which is in pages[].
static inline physaddr_t page_to_phys(const page_t *pp)
{
	return (physaddr_t)((const char *)pp - (const char *)pages) << (PAGE_SHIFT - PAGE_T_SHIFT);
}

// Returns the address in the linear map of the first byte of page `pp`, which is in pages[].
static inline void *page_to_virt(const page_t *pp)
{
	return phys_to_virt(page_to_phys(pp));
}

// Returns the page that has the byte at physical address `pa`, which need not be page-aligned. It
// must lie below page_total pages: debug builds panic otherwise, others return a wrong pointer.
// Takes no reference.
static inline page_t *phys_to_page(physaddr_t pa)
{
	debug_assert((pa >> PAGE_SHIFT) < page_total);
	return (page_t *)((char *)pages + (pa >> PAGE_SHIFT << PAGE_T_SHIFT));
}

// Returns the page that has the byte at `va`, an address in the linear map that need not be
// page-aligned; a user's address, a kernel stack's or a window's gives a wrong page (debug builds:
// mostly a panic, as phys_to_page). Takes no reference.
static inline page_t *virt_to_page(const void *va)
{
	return phys_to_page(virt_to_phys(va));
}

// Fill the PAGE_SIZE bytes at `va`, the page-aligned address of a page in the linear map, with
// zeroes. May use registers of SSE, whose values it restores.
void page_clear_at(void *va);

// Copy the PAGE_SIZE bytes at `from` to `to`, which is another page. Both are page-aligned
// addresses in the linear map. May use registers of SSE, whose values it restores.
void page_copy_at(void *to, const void *from);

// Returns true if `pp` is anonymous memory that one entry alone names, and that is not pinned: whoever
// has the entry may write to the page in place. A pinned page is not: the holder of the pin may
// belong to another space, and would see the write. Takes no lock.
static inline bool page_is_exclusive(const page_t *pp)
{
	return pp->kind == PAGE_ANONYMOUS && pp->count == 1 && pp->pins == 0;
}

// Fill page `pp` with zeroes. If it is part of a large page, fills only these 4 KiB, not the
// others.
static inline void page_clear(page_t *pp)
{
	page_clear_at(page_to_virt(pp));
}

// Copy the contents of page `from` to page `to`, another one: PAGE_SIZE bytes, also if the two are
// parts of large pages. Copies nothing of the page_t.
static inline void page_copy(page_t *to, const page_t *from)
{
	page_copy_at(page_to_virt(to), page_to_virt(from));
}

// A range of physical memory, [start, end), as the boot information gives it.
struct mem_range {
	physaddr_t start, end;
};

// Prepare the boot allocator: it will allocate from the largest gap (boot_next_gap), the lowest of
// several of this size; page 0 is never used. `usable` lists the usable memory, at least one range,
// of which only memory below LINEAR_SIZE counts; `taken`, which may have no range, lists the memory
// that kernel, boot information and modules occupy. Each list is sorted, and its ranges are
// disjoint. Both arrays must stay valid until page_init returns. Without a gap every boot_alloc of
// a byte or more panics. At boot, before boot_alloc.
void boot_alloc_init(const struct mem_range *usable, size_t usable_count,
                     const struct mem_range *taken, size_t taken_count);

// Allocate `n` bytes aligned to `align`, a power of two: the lowest that are left of
// [boot_map.next, boot_map.end), physical addresses. boot_map.next moves to their end. Only before
// page_init; the memory is never freed, and its contents are undefined.
// Returns the address in the linear map. With n = 0 returns the address that the next allocation
// with this `align` would have, and allocates nothing. Panics if the memory does not suffice, with
// the size asked for and the size left in the message; the sum of address and size must not wrap
// around. Panics after page_init (boot_map.closed).
void *boot_alloc(size_t n, size_t align);

// Make pages[], with memory from boot_alloc: a page_t for each whole page up to the end of the last
// usable range, but none beyond LINEAR_SIZE; page_total is their number. Afterwards boot_alloc
// panics (boot_map.closed). Writes each page_t whole; touches none of the pages themselves.
// - The pages of each gap (boot_next_gap from PAGE_SIZE on) are free: page_link_run, lowest first.
// - All others are PAGE_RESERVED, with count, pins and flags 0: page 0 too, and each page of which
//   boot_alloc has allocated a byte: [boot_map.start, boot_map.next), with pages[] itself.
void page_init(void);

// Do the part of page_init that needs page_alloc: make the zero page, let the allocator use the
// spare pages from now on (page_drain_hook), and let debug builds check all free pages when the
// machine ends (machine_end_hook). Once, at boot, after page_init. Panics if no page is left.
void page_init_rest(void);

// Allocate a page: the one that page_next_free returns, taken off the free list by page_take.
// Stores it in *pp_store with count 0, pins 0 and kind PAGE_ANONYMOUS; the caller takes the first
// reference. The contents are undefined (in debug builds the free pattern). Takes and releases
// page_pool.lock.
// Returns 0. If page_next_free returns NULL: releases the lock, and returns the result of
// page_alloc_again, which is -ENOMEM, with *pp_store unchanged, if no page is left.
int page_alloc(page_t **pp_store);

// Like page_alloc, but the whole page is filled with zeroes. Returns 0; -ENOMEM with *pp_store
// unchanged.
int page_alloc_zeroed(page_t **pp_store);

// Allocate page number `ppn`, wherever it is on the free list. The page is as from page_alloc.
// Returns 0; -EINVAL if there is no such page in pages[]; -ENOMEM if it is not on the free list.
// After an error *pp_store is unchanged.
// Only tests need it so far; lab 1 has the student write it.
int page_alloc_specific(page_t **pp_store, size_t ppn);

#define PAGE_RUN_MAX 16384u    // longer runs are refused with -ENOMEM
#define PAGE_SEARCH_MIN 16384u // so many pages at least are searched

// Allocate `n` physically adjacent pages, each as from page_alloc, and store the first in
// *pp_store; the others follow in pages[]. With n = LARGE_PAGES they are a large page: aligned to
// its size, counted on its first page_t, and freed as a whole; for any other n each page has a
// count of its own, which the caller takes. Takes page_pool.lock; may put the spare pages on the
// free list to find a run.
// Returns 0; -EINVAL for n = 0; -ENOMEM for n > PAGE_RUN_MAX, or if no run was found. The search
// ends after PAGE_SEARCH_MIN pages or more, and the next call goes on below them: so in large and
// fragmented memory there may be a run all the same. After an error *pp_store is unchanged.
int page_alloc_contig(page_t **pp_store, size_t n);

// Like page_alloc_contig, for pages that are freed one by one: LARGE_PAGES of them are aligned like
// a large page, but are none: each has a count of its own. Takes page_pool.lock.
// Returns 0; with *pp_store unchanged: -EINVAL for n = 0; -ENOMEM for n > PAGE_RUN_MAX, or if no
// run was found (page_alloc_contig says when the search ends).
int page_alloc_run(page_t **pp_store, size_t n);

// Returns true if page number `ppn` exists and is on the free list; false for any number from
// page_total on. Looks without page_pool.lock: the answer may be wrong at once. A spare page is not
// on the free list.
// For tests, and for lab 1's traces: the kernel learns it by page_alloc_specific.
bool page_is_free(size_t ppn);

// Free a page whose count and pins are 0: put it on the free list, by page_free_locked, under
// page_pool.lock. NULL: does nothing. Any other page, and one that is free or reserved already
// (page_may_be_freed), is the sign of a bug: panics, with page_pool.lock released.
void page_free(page_t *pp);

// Free the `n` adjacent pages from `pp` on: they go to the end of the free list. They may be all
// pages from one call of page_alloc_contig or page_alloc_run, or a part; a large page is freed
// whole, with n = LARGE_PAGES. With n = 0 it frees nothing. Takes page_pool.lock. Panics, before it
// frees any, unless page_free would accept each of them.
void page_free_contig(page_t *pp, size_t n);

// Take a reference on `pp`: add 1 to its count, in one atomic step. The caller knows that the page
// is in use, or has just allocated it. Of a large page `pp` is the first page_t (page_head).
static inline void page_incref(page_t *pp)
{
	__atomic_add_fetch(&pp->count, 1, __ATOMIC_RELAXED);
}

// Do the rest of page_decref, for a page whose count, a signed number here, has become 0 or less.
// 0: the last reference has gone: free the page by page_free_unused, unless it is pinned; then the
// last page_unpin frees it. Less: there was no reference to drop: set the count to 0 again, and
// panic with the page's number.
void page_unreferenced(page_t *pp);

// Drop a reference on `pp`: subtract 1 from its count, in one atomic step. If the result, as a
// signed number, is 0 or less, call page_unreferenced.
static inline void page_decref(page_t *pp)
{
	if (unlikely((int32_t)__atomic_sub_fetch(&pp->count, 1, __ATOMIC_ACQ_REL) <= 0))
		page_unreferenced(pp);
}

// Add a pin to a page: until page_unpin the page is not freed, even if all its mappings go. A pin
// on any page_t of a large page of the pool holds the whole. Takes no lock: the caller knows that
// the page is in use, and that nobody frees it meanwhile. Pins keep neither contents nor mappings
// as they are.
// Returns 0; -EAGAIN, with nothing changed, if the page already has 65,535 pins.
int page_pin(page_t *pp) __must_check;

// Remove a pin from a page; for a large page of the pool, given by any of its page_t, one of the
// whole. If neither pins nor references are left, free the page by page_free_unused, which takes
// page_pool.lock or large_pool.lock. Panics if the page has no pin.
void page_unpin(page_t *pp);

// Returns the number of free pages of 4 KiB: those on the free list, and the spare pages (page
// tables, directories and heap pages with nothing in them). Large pages of the pool do not count,
// nor free blocks in heap pages. Takes page_pool.lock.
size_t page_free_count(void);

// How many free pages are left to others by memory that may outlive its creator.
#define PAGE_RESERVE 128

// Returns true if `n` more pages may be taken for memory that may outlive the program that asks
// for it: at least PAGE_RESERVE of the pages that page_free_count counts would remain, also for n =
// 0. Reserves nothing: a later page_alloc may fail, or take one of the last pages, all the same.
// Takes page_pool.lock.
bool page_may_last(size_t n);

// Put all spare pages on the free list; page_free_count does not change by this. Returns how many
// there were. Takes page_pool.lock.
size_t page_reclaim(void);

// Returns how many whole pages of usable memory below LINEAR_SIZE the boot information lists, free
// or not, page 0 included.
size_t page_usable_count(void);

// Count the pages of each kind among those with the numbers [first, end), and add them to counts[],
// by enum page_kind, which the caller has set before. The machine's holes count as reserved, spare
// pages by their kind, a large page of the pool as LARGE_PAGES. Numbers from page_total on, and an
// empty range, count nothing. Takes no lock. About 10 instructions a page: a caller that a program
// can reach counts some thousands at a time and yields in between.
void page_count_kinds(size_t first, size_t end, size_t counts[PAGE_KINDS]);

// Panic, with what is wrong and a page's number, unless the free list, the spare pages, their two
// counts and pages[] agree, and page 0 is reserved. Does not look into the pages
// (page_check_patterns). O(page_total). Takes page_pool.lock, which is released before the panic.
// For tests and debug builds.
void page_check(void);

// Panic if a page on the free list was written to after it was freed. Pages that are free since
// boot, and spare pages, are not checked. Debug builds call this when the machine ends; in other
// builds it does nothing. Takes page_pool.lock, which is released before the panic.
void page_check_patterns(void);
