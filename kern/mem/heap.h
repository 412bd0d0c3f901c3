// heap.h: kmalloc and kfree: memory for the kernel's own structs, in blocks of any size. No
// function here sleeps or yields. They take heap_lock (RANK_HEAP) and page_pool.lock, so they may
// be called with spinlocks of lower rank held.
#pragma once

#include "kern.h"
#include "layout.h"

#define KMALLOC_MAX (8u << 20) // bytes; a larger request returns NULL

// Allocate at least `n` bytes (kmalloc_footprint says how many), aligned to 16 bytes, or, for n >
// PAGE_SIZE / 2, to a page. The contents are undefined; the caller frees the block by kfree. Takes
// heap_lock and page_pool.lock.
// Returns NULL if out of memory; for n = 0 or n > KMALLOC_MAX; or if more than a page is wanted and
// no adjacent free pages are found (page_alloc_contig).
void *kmalloc(size_t n);

// Like kmalloc, but the first `n` bytes are filled with zeroes; bytes beyond them are undefined.
void *kzalloc(size_t n);

// Like kmalloc, for memory that may outlive the program that asks for it. Returns NULL also if
// fewer than PAGE_RESERVE free pages would remain (page_may_last): each call counts `n` as whole
// pages, rounded up, even if a page with free blocks exists.
void *kmalloc_lasting(size_t n);

// Like kmalloc_lasting, but the first `n` bytes are filled with zeroes.
void *kzalloc_lasting(size_t n);

// Free a block from a function above or kstrdup, given by its address. NULL: does nothing. Takes
// heap_lock and page_pool.lock. Panics if `p` is in no page of the heap, or inside a block
// of whole pages; debug builds also if the block is free already, or if `p` lies inside one.
void kfree(void *p);

// Allocate by kmalloc a copy of the string `s` with its NUL. The caller frees it by kfree.
// Returns NULL if kmalloc does, also if `s` has KMALLOC_MAX bytes or more without its NUL.
char *kstrdup(const char *s);

// Returns how many bytes of memory a block takes that kmalloc(n) returns, for n in [1,
// KMALLOC_MAX]: up to PAGE_SIZE / 2 the next power of two, at least 16; above that whole pages.
static inline size_t kmalloc_footprint(size_t n)
{
	if (n > PAGE_SIZE / 2)
		return ROUND_UP(n, PAGE_SIZE);
	return (size_t)2 << (__builtin_clz((n - 1) | 15) ^ 31);
}

// Returns how many of the heap's pages have blocks in use, those of blocks of several pages
// included. Spare pages do not count. Reads the number without heap_lock: it may change at once.
// For /proc/meminfo, and for tests that look for leaks.
size_t heap_pages(void);

// Panic unless the list of free blocks and the count of each page agree, for all heap pages that
// have both free and used blocks. Full pages, spare pages and blocks of whole pages are not
// checked. Takes heap_lock, and holds it for the whole search. For tests and debug builds.
void heap_check(void);
