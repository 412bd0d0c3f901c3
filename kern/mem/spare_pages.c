// spare_pages.c: pages that nobody uses and that are kept because work has gone into them: tables
// full of zeroes, directories with the kernel's half filled in, heap pages cut into blocks. To
// whoever counts they are free pages, and they become so when the free list runs out.
#include "mem/mem_internal.h"

// Linked by prev, which leaves page_t.owner to whom the page is cached for. page_t.index is lost,
// and 0 on return.
struct page_cache {
	page_t *first; // [page_pool.lock]
	uint32_t room; // [page_pool.lock] how many more it may hold
};

static struct page_cache caches[PAGE_CACHES] = {
	[CACHE_TABLE].room = 16,
	[CACHE_DIRECTORY].room = 4,
	[CACHE_HEAP... CACHE_HEAP_LAST].room = 1,
};

page_t *page_cache_get(unsigned int which)
{
	struct page_cache *cache = &caches[which];
	page_t *pp;

	spin_lock(&page_pool.lock);
	pp = cache->first;
	if (pp) {
		cache->first = pp->prev;
		cache->room++;
		page_pool.cached_count--;
		pp->index = 0;
	}
	spin_unlock(&page_pool.lock);
	return pp;
}

void page_cache_put(unsigned int which, page_t *pp)
{
	struct page_cache *cache = &caches[which];

	debug_assert(pp->count == 0 && pp->pins == 0);
	spin_lock(&page_pool.lock);
	if (cache->room) {
		pp->prev = cache->first;
		cache->first = pp;
		cache->room--;
		page_pool.cached_count++;
	} else {
		page_put(pp);
	}
	spin_unlock(&page_pool.lock);
}

size_t page_cache_drain(void)
{
	size_t count = page_pool.cached_count;

	for (struct page_cache *cache = caches; cache < &caches[PAGE_CACHES]; cache++) {
		while (cache->first) {
			page_t *pp = cache->first;

			cache->first = pp->prev;
			cache->room++;
			page_put(pp);
		}
	}
	page_pool.cached_count = 0;
	return count;
}

size_t page_reclaim(void)
{
	size_t count;

	spin_lock(&page_pool.lock);
	count = page_cache_drain();
	spin_unlock(&page_pool.lock);
	return count;
}

const char *page_cache_fault(size_t *where_store)
{
	size_t count = 0;

	for (const struct page_cache *cache = caches; cache < &caches[PAGE_CACHES]; cache++) {
		for (const page_t *pp = cache->first; pp; pp = pp->prev) {
			*where_store = page_to_ppn(pp);
			if (pp->count || pp->pins)
				return "a cached page has references or pins";
			if (pp->kind != PAGE_TABLE && pp->kind != PAGE_DIRECTORY &&
			    pp->kind != PAGE_HEAP)
				return "a cached page is of the wrong kind";
			if (++count > page_pool.cached_count)
				return "more pages are cached than counted";
		}
	}
	return count < page_pool.cached_count ? "fewer pages are cached than counted" : NULL;
}
