// heap.h: memory for the kernel's own structs.
#pragma once

#include "kern.h"

#define KMALLOC_MAX (8u << 20) // bytes; a larger request returns NULL

// At least `n` bytes, aligned to 16 (from 4,096 bytes up: to a page), contents undefined; NULL
// without memory or for n = 0.
void *kmalloc(size_t n);

// The same, filled with zeroes.
void *kzalloc(size_t n);

// Like kmalloc and kzalloc, for memory that may outlive the program that asks for it: also NULL where
// fewer than PAGE_RESERVE free pages would be left (reserve.c).
void *kmalloc_lasting(size_t n);
void *kzalloc_lasting(size_t n);

// Give back what kmalloc returned; NULL does nothing. A block freed twice or never allocated panics
// in debug builds.
void kfree(void *p);

// A copy of the string `s`, or NULL without memory.
char *kstrdup(const char *s);

// Bytes that could be got without a new page, and pages the heap holds; for tests that look for
// leaks.
size_t heap_pages(void);

// Panic unless every heap page's free list and counts agree; tests, debug builds.
void heap_check(void);
