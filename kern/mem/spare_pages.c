// spare_pages.c: free pages that are kept because work has gone into them: page tables full of
// zeroes, directories with the kernel's half filled in, heap pages cut into blocks. They count as
// free, and become free when the free list runs out.
#include "mem/mem_internal.h"

// One cache: a list linked by page_t.prev. So page_t.owner keeps its value, which the heap needs;
// page_t.index shares its place with `prev`, and is 0 when a page comes out.
struct page_cache {
	page_t *first; // [page_pool.lock]
	uint32_t room; // [page_pool.lock] how many more pages it may hold
};

static struct page_cache caches[PAGE_CACHES] = {
	[CACHE_TABLE].room = 16,
	[CACHE_DIRECTORY].room = 4,
	[CACHE_HEAP... CACHE_HEAP_LAST].room = 1,
};

size_t page_cache_drain(void)
{
	size_t count = page_pool.cached_count;

	assert_spin_held(&page_pool.lock);
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

// The last page put in comes out first: it is the most likely to be in the processor's cache.
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

// A small cache is enough for programs that start and end one after the other.
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

	assert_spin_held(&page_pool.lock);
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
