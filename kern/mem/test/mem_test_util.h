// mem_test_util.h: what the tests of kern/mem have in common.
#pragma once

#include "debug/ktest.h"
#include "mem/mem_internal.h"

// A page or a directory, for a test that cannot go on without one.
page_t *test_page(void);
pde_t *test_pgdir(void);

// Put all cached pages on the free list.
void test_drain_caches(void);

// Leave the allocator with exactly `keep` free pages; what it had goes into *saved until
// test_memory_back.
void test_memory_only(struct page_pool *saved, size_t keep);
void test_memory_back(const struct page_pool *saved);

// Everything that page_init sets up. While another world stands in the real one's place, only what
// the test put there may be allocated.
struct test_world {
	struct boot_map boot_map;
	struct page_pool page_pool;
	page_t *pages, *zero_page;
	size_t page_total;
};

// Save the world and leave one in which boot_alloc_init has not run. The real pages[] stays
// readable until page_init.
void test_world_begin(struct test_world *saved);
void test_world_end(const struct test_world *saved);

// The first of `n` words that differs from `word`, or NULL.
const uint32_t *test_find_other_word(const void *memory, size_t n, uint32_t word);
