// mem_test_util.c: what the tests of kern/mem share.
#include "mem/test/mem_test_util.h"

page_t *test_page(void)
{
	page_t *pp;

	if (page_alloc(&pp))
		panic("a test found no free page");
	return pp;
}

pde_t *test_pgdir(void)
{
	pde_t *pgdir;

	if (pgdir_create(&pgdir))
		panic("a test found no memory for a directory");
	return pgdir;
}

void test_drain_caches(void)
{
	page_reclaim();
}

static void make_free_list_empty(void)
{
	page_pool.free.next = page_pool.free.prev = &page_pool.free;
	page_pool.free_count = 0;
}

// Give every page on the free list another kind: page_alloc_contig looks at the kind, not at the
// list.
static void set_free_kind(enum page_kind kind)
{
	for (page_t *pp = page_pool.free.next; pp != &page_pool.free; pp = pp->next)
		pp->kind = kind;
}

void test_memory_only(struct page_pool *saved, size_t keep)
{
	page_t *kept = NULL;

	test_drain_caches();
	for (size_t i = 0; i < keep; i++) {
		page_t *pp = test_page();

		pp->owner = kept;
		kept = pp;
	}
	set_free_kind(PAGE_RESERVED);
	*saved = page_pool;
	make_free_list_empty();
	while (kept) {
		page_t *pp = kept;

		kept = pp->owner;
		page_free(pp);
	}
}

void test_memory_back(const struct page_pool *saved)
{
	page_t *pp, *next;

	test_drain_caches();
	pp = page_pool.free.next;
	page_pool.free = saved->free;
	page_pool.free_count = saved->free_count;
	set_free_kind(PAGE_FREE);
	spin_lock(&page_pool.lock);
	for (; pp != &page_pool.free; pp = next) {
		next = pp->next;
		page_put(pp);
	}
	spin_unlock(&page_pool.lock);
}

void test_world_begin(struct test_world *saved)
{
	test_drain_caches();
	*saved = (struct test_world){ boot_map, page_pool, pages, zero_page, page_total };
	make_free_list_empty();
}

void test_world_end(const struct test_world *saved)
{
	boot_map = saved->boot_map;
	page_pool = saved->page_pool;
	pages = saved->pages;
	zero_page = saved->zero_page;
	page_total = saved->page_total;
}

const uint32_t *test_find_other_word(const void *memory, size_t n, uint32_t word)
{
	const uint32_t *words = memory;

	for (size_t i = 0; i < n; i++)
		if (words[i] != word)
			return &words[i];
	return NULL;
}
