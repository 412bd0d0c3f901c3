// heap.h: kmalloc and kfree: memory for the kernel's own structs, in blocks of any size. No
// function here sleeps or yields. They take heap_lock (RANK_HEAP) and page_pool.lock, so they may
// be called with spinlocks of lower rank held.
#pragma once

#include "kern.h"
#include "layout.h"

#define KMALLOC_MAX (8u << 20) // bytes; a larger request returns NULL

// Allocate at least `n` bytes, aligned to 16 bytes, or, from 4,096 bytes up, to a page. The
// contents are undefined; the caller frees the block by kfree.
// Returns NULL if out of memory; for n = 0 or n > KMALLOC_MAX; or if more than a page is wanted and
// no adjacent free pages are found (page_alloc_contig).
void *kmalloc(size_t n);

// Like kmalloc, but the first `n` bytes are filled with zeroes.
void *kzalloc(size_t n);

// Like kmalloc and kzalloc, for memory that may outlive the program that asks for it. They also
// return NULL if fewer than PAGE_RESERVE free pages would remain; `n` counts as whole pages,
// rounded up (reserve.c).
void *kmalloc_lasting(size_t n);
void *kzalloc_lasting(size_t n);

// Free a block that kmalloc returned. NULL: does nothing. Debug builds panic if the block is free
// already or was never allocated.
void kfree(void *p);

// Returns a copy of the string `s` with its NUL, which the caller must kfree; NULL as kmalloc.
char *kstrdup(const char *s);

// Returns how many bytes of memory a block takes that kmalloc(n) returns, n > 0.
static inline size_t kmalloc_footprint(size_t n)
{
	if (n > PAGE_SIZE / 2)
		return ROUND_UP(n, PAGE_SIZE);
	return (size_t)2 << (__builtin_clz((n - 1) | 15) ^ 31);
}

// Returns how many of the heap's pages have blocks in use, for /proc/meminfo, and for tests that
// look for leaks. Spare pages do not count. Reads the number without heap_lock: it may change at
// once.
size_t heap_pages(void);

// Panic unless the list of free blocks and the count of each page agree, for all heap pages that
// have both free and used blocks. For tests and debug builds.
void heap_check(void);
