// heap.h: kmalloc and kfree: memory for the kernel's own structs, in blocks of any size.
#pragma once

#include "kern.h"

#define KMALLOC_MAX (8u << 20) // bytes; a larger request returns NULL

// Allocate at least `n` bytes, aligned to 16 bytes, or, from 4,096 bytes up, to a page. The
// contents are undefined. Returns NULL if out of memory, or for n = 0.
void *kmalloc(size_t n);

// Like kmalloc, but the memory is filled with zeroes.
void *kzalloc(size_t n);

// Like kmalloc and kzalloc, for memory that may outlive the program that asks for it. They also
// return NULL if fewer than PAGE_RESERVE free pages would remain (reserve.c).
void *kmalloc_lasting(size_t n);
void *kzalloc_lasting(size_t n);

// Free a block that kmalloc returned. NULL: does nothing. Debug builds panic if the block is free
// already or was never allocated.
void kfree(void *p);

// Returns a copy of the string `s`, which the caller must kfree, or NULL if out of memory.
char *kstrdup(const char *s);

// Returns how many pages the heap holds that have blocks in use, for tests that look for leaks.
size_t heap_pages(void);

// Panic unless the free list and the counts of every heap page agree. For tests and debug builds.
void heap_check(void);
