// large_pool.c: the pool of large pages. Reservations are a number, not a choice of pages: any
// free page can fulfil any reservation, as long as `reserved` never exceeds `free`.
#include "mem/large_pool.h"

#include "mem/mem_internal.h"

// The number of pages that must remain free for everything else when the pool is filled.
#define BOOT_RESERVE ((12u << 20) / PAGE_SIZE)

static struct large_pool {
	struct spinlock lock;
	page_t *first;              // [lock] the free ones, linked by next
	struct large_counts counts; // [lock]
} large_pool = { .lock = SPINLOCK_INIT("large pages", RANK_PAGE) };

// Put a page on the pool's list of free ones. Caller: holds large_pool.lock.
static void put(page_t *pp)
{
	assert_spin_held(&large_pool.lock);
	pp->next = large_pool.first;
	large_pool.first = pp;
	large_pool.counts.free++;
}

// Add a large page from page_alloc_contig to the pool.
static void adopt(page_t *first)
{
	for (page_t *pp = first; pp < first + LARGE_PAGES; pp++)
		pp->kind = PAGE_LARGE;
	spin_lock(&large_pool.lock);
	large_pool.counts.total++;
	put(first);
	spin_unlock(&large_pool.lock);
}

// Free a page of the pool that nobody has a reservation for.
static void free_unreserved(page_t *pp)
{
	large_return(pp, false);
}

void large_pool_init(size_t wanted)
{
	page_t *pp;

	page_register_free(PAGE_LARGE, free_unreserved);
	if (wanted <= large_pool.counts.total)
		return;
	while (large_pool.counts.total < wanted &&
	       page_free_count() >= LARGE_PAGES + BOOT_RESERVE &&
	       !page_alloc_contig(&pp, LARGE_PAGES))
		adopt(pp);
	printk(large_pool.counts.total < wanted ? LOG_NOTICE : LOG_INFO,
	       "mem: the pool has %zu of %zu large pages\n", large_pool.counts.total, wanted);
}

struct large_counts large_pool_counts(void)
{
	struct large_counts counts;

	spin_lock(&large_pool.lock);
	counts = large_pool.counts;
	spin_unlock(&large_pool.lock);
	return counts;
}

// The subtraction cannot wrap around: `reserved` never exceeds `free`.
int large_reserve(size_t n)
{
	int error = -ENOMEM;

	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&large_pool.lock);
	if (n <= large_pool.counts.free - large_pool.counts.reserved) {
		large_pool.counts.reserved += n;
		error = 0;
	}
	spin_unlock(&large_pool.lock);
	return error;
}

void large_unreserve(size_t n)
{
	spin_lock(&large_pool.lock);
	assert(n <= large_pool.counts.reserved);
	large_pool.counts.reserved -= n;
	spin_unlock(&large_pool.lock);
}

int large_alloc(page_t **pp_store, bool reserved)
{
	page_t *pp = NULL;

	if (!reserved && mem_should_fail())
		return -ENOMEM;
	spin_lock(&large_pool.lock);
	assert(!reserved || large_pool.counts.reserved);
	if (reserved || large_pool.counts.free > large_pool.counts.reserved) {
		pp = large_pool.first;
		large_pool.first = pp->next;
		large_pool.counts.free--;
		large_pool.counts.reserved -= reserved;
	}
	spin_unlock(&large_pool.lock);
	if (!pp)
		return -ENOMEM;
	pp->owner = NULL;
	pp->index = 0;
	*pp_store = pp;
	return 0;
}

void large_return(page_t *pp, bool reserved)
{
	if (unlikely(pp->kind != PAGE_LARGE || pp->count || pp->pins))
		panic("large_return: page %zu is of kind %u with %u references and %u pins",
		      page_to_ppn(pp), pp->kind, pp->count, pp->pins);
	spin_lock(&large_pool.lock);
	put(pp);
	large_pool.counts.reserved += reserved;
	spin_unlock(&large_pool.lock);
}
