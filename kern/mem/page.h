// page.h: physical pages. pages[] has one page_t for every page of the linear map that the machine
// has; the free ones stand on the free list.
#pragma once

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "kern.h"
#include "layout.h"

enum page_kind {
	PAGE_FREE,      // on the free list
	PAGE_RESERVED,  // never handed out: firmware, the kernel's image, boot allocations, holes
	PAGE_TABLE,     // a page table
	PAGE_DIRECTORY, // a page directory
	PAGE_HEAP,      // kmalloc's
	PAGE_STACK,     // a kernel stack
	PAGE_ANONYMOUS, // a user's memory, or fresh from page_alloc
	PAGE_OBJECT,    // a page of a memory object
	PAGE_LARGE,     // part of a large page that was put aside at boot (mem/large_pool.h)
	PAGE_KINDS,     // how many there are
};

// Who guards what: [p] the page allocator's lock; [o] the owner of the page, by the lock that
// guards the owner; [t] the page-table lock of the address space whose entries name it (counts are
// changed atomically where several do).
typedef struct page {
	union {
		struct {
			struct page *next, *prev; // [p] PAGE_FREE: neighbours on the free list
		};
		struct {
			// PAGE_OBJECT, PAGE_LARGE: its struct object. PAGE_HEAP: the first free block. [o]
			void *owner;
			// PAGE_OBJECT, PAGE_LARGE: which page of it [o]. PAGE_HEAP: blocks in use [o].
			// PAGE_TABLE, PAGE_DIRECTORY: entries in use, a directory's only in the
			// user's half [t].
			uint32_t index;
		};
	};
	// Page-table entries that name it, plus what else keeps it: an object, the heap, the
	// address space of a directory.
	uint32_t count;
	uint16_t pins; // the kernel's own holds; a page is free only when count and pins are 0
	uint8_t kind;  // enum page_kind
	uint8_t flags; // of its kind
} page_t;

// In `flags` of PAGE_OBJECT [o]: made in advance, and neither written nor mapped since.
#define PAGE_UNTOUCHED 0x01u

#define PAGE_T_SHIFT 4 // sizeof(page_t) is 16: from one to the other is one shift
_Static_assert(sizeof(page_t) == 1 << PAGE_T_SHIFT, "PAGE_T_SHIFT");

extern page_t *pages;     // [0, page_total)
extern size_t page_total; // pages in the linear map, holes included
extern page_t *zero_page; // all zero, shared by everybody who only reads; permanently pinned

static inline size_t page_to_ppn(const page_t *pp)
{
	return (size_t)(pp - pages);
}

static inline physaddr_t page_to_phys(const page_t *pp)
{
	return (physaddr_t)((const char *)pp - (const char *)pages) << (PAGE_SHIFT - PAGE_T_SHIFT);
}

static inline void *page_to_virt(const page_t *pp)
{
	return phys_to_virt(page_to_phys(pp));
}

static inline page_t *phys_to_page(physaddr_t pa)
{
	debug_assert((pa >> PAGE_SHIFT) < page_total);
	return (page_t *)((char *)pages + (pa >> PAGE_SHIFT << PAGE_T_SHIFT));
}

static inline page_t *virt_to_page(const void *va)
{
	return phys_to_page(virt_to_phys(va));
}

static inline void page_clear(page_t *pp)
{
	stosl(page_to_virt(pp), 0, PAGE_SIZE / 4);
}

static inline void page_copy(page_t *to, const page_t *from)
{
	movsl(page_to_virt(to), page_to_virt(from), PAGE_SIZE / 4);
}

// One stretch of usable physical memory, [start, end), as the boot information gives it.
struct mem_range {
	physaddr_t start, end;
};

// Prepare the boot allocator: `usable` lists the usable memory below LINEAR_SIZE, `taken` what
// kernel, boot information and modules occupy; both sorted, disjoint within themselves. Both arrays
// must stay valid until page_init returns.
void boot_alloc_init(const struct mem_range *usable, size_t usable_count,
                     const struct mem_range *taken, size_t taken_count);

// Allocate `n` bytes aligned to `align`, a power of two, before page_init only. The memory is never
// given back; its contents are undefined. n = 0 returns an aligned address and takes nothing.
// Panics, saying how much was asked and how much there was, when it does not fit.
void *boot_alloc(size_t n, size_t align);

// Make pages[] (from boot_alloc) and put every usable page that nothing occupies on the free list.
// Afterwards boot_alloc panics. Page 0 is never free.
void page_init(void);

// Take a page off the free list. Stores it with count 0, pins 0 and kind PAGE_ANONYMOUS; contents
// undefined (debug builds: the free pattern).
// Returns 0 or -ENOMEM.
int page_alloc(page_t **pp_store);

// The same, filled with zeroes.
int page_alloc_zeroed(page_t **pp_store);

// Take page number `ppn`.
// Returns 0, -EINVAL where there is no such page, -ENOMEM where it is taken.
int page_alloc_specific(page_t **pp_store, size_t ppn);

// Take `n` > 0 physically adjacent pages, and store the first. With n = LARGE_PAGES the run is
// aligned to a large page.
// Returns 0, -ENOMEM, or -EINVAL for n = 0.
int page_alloc_contig(page_t **pp_store, size_t n);

// The same for pages that are given back one by one: even LARGE_PAGES of them are no large page.
int page_alloc_run(page_t **pp_store, size_t n);

// Is page `ppn` on the free list? false where there is no such page.
bool page_is_free(size_t ppn);

// Give back a page whose count and pins are 0; anything else, also a page already free or reserved,
// panics. NULL does nothing.
void page_free(page_t *pp);

// Give back `n` adjacent pages from page_alloc_contig. Panics, with nothing given back, unless each
// is as page_free wants it.
void page_free_contig(page_t *pp, size_t n);

static inline void page_incref(page_t *pp)
{
	__atomic_add_fetch(&pp->count, 1, __ATOMIC_RELAXED);
}

// The rest of page_decref where no reference is left.
void page_unreferenced(page_t *pp);

// Drop one reference; the last one (count and pins 0) frees the page, a large page whole. Panics at
// count 0.
static inline void page_decref(page_t *pp)
{
	if (unlikely((int32_t)__atomic_sub_fetch(&pp->count, 1, __ATOMIC_ACQ_REL) <= 0))
		page_unreferenced(pp);
}

// Hold a page for the kernel's own use, whatever happens to its mappings; part of a large page holds
// all of it. page_pin returns 0, or
// -EAGAIN when the page has 65,535 pins already. The last unpin of a page without references frees
// it; an unpin without a pin panics.
int page_pin(page_t *pp) __must_check;
void page_unpin(page_t *pp);

// Pages on the free list, plus those kept for reuse with nothing in them (page tables, directories,
// pages of the heap), which are free in all but name.
size_t page_free_count(void);

// Free pages that memory which may outlive its creator leaves to others.
#define PAGE_RESERVE 128

// Returns true if `n` more pages may be taken for memory that may outlive the program that asks for it:
// PAGE_RESERVE free pages are left then (reserve.c).
bool page_may_last(size_t n);

// Put the pages kept for reuse on the free list now. Returns how many there were.
size_t page_reclaim(void);

// Whole pages of usable memory that page_init found, whoever occupies them now.
size_t page_usable_count(void);

// How many pages there are of each kind, the machine's holes among the reserved: O(page_total).
void page_count_kinds(size_t counts[PAGE_KINDS]);

// Panic unless the free list and pages[] agree: O(page_total); tests, debug builds.
void page_check(void);

// Panic if a free page was written to since it was freed. Debug builds call it when the machine ends;
// in others it does nothing.
void page_check_patterns(void);
