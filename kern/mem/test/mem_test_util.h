// mem_test_util.h: what the tests of kern/mem share.
#pragma once

#include "debug/ktest.h"
#include "mem/mem_internal.h"

// Return a page, or a directory. Panic on failure, because a test cannot go on without it.
page_t *test_page(void);
pde_t *test_pgdir(void);

// Put all cached pages on the free list.
void test_drain_caches(void);

// Leave the allocator with exactly `keep` free pages. Its state before goes into *saved, until
// test_memory_back.
void test_memory_only(struct page_pool *saved, size_t keep);
void test_memory_back(const struct page_pool *saved);

// All state that page_init sets up. While a test has replaced it, only memory that the test has
// put there may be allocated.
struct test_world {
	struct boot_map boot_map;
	struct page_pool page_pool;
	page_t *pages, *zero_page;
	size_t page_total;
};

// Save the state, and leave one in which boot_alloc_init has not run. The real pages[] stays
// readable until page_init.
void test_world_begin(struct test_world *saved);
void test_world_end(const struct test_world *saved);

// Returns the first of `n` words that differs from `word`, or NULL.
const uint32_t *test_find_other_word(const void *memory, size_t n, uint32_t word);
