// mem_test_util.h: what the tests of kern/mem share.
#pragma once

#include "debug/ktest.h"
#include "mem/mem_internal.h"

// Allocate a page (page_alloc), or a directory (pgdir_create), and return it. Panic on failure,
// because a test cannot go on without it.
page_t *test_page(void);
pde_t *test_pgdir(void);

// Put all spare pages on the free list.
void test_drain_caches(void);

// Take pages away from the allocator, so that exactly `keep` pages are free and none is a spare
// page. Panics if fewer are free. test_memory_back adds the pages taken away to those that are free
// then; pages still allocated stay allocated. *saved has the list of the pages taken away: it must
// not change in between. Both take page_pool.lock.
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

// Save the state in *saved, and make the free list empty and without spare pages, for a test that
// calls boot_alloc_init and page_init. `pages` still leads to the real array until page_init
// replaces it. test_world_end brings the saved state back; what the test has allocated is
// forgotten.
void test_world_begin(struct test_world *saved);
void test_world_end(const struct test_world *saved);

// Returns the address of the first of the `n` words at `memory` that differs from `word`; NULL if
// none does.
const uint32_t *test_find_other_word(const void *memory, size_t n, uint32_t word);
