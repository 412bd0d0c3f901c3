// large_pool.c: jumbo pages put aside at boot.
#include "mem/large_pool.h"

#include "mem/mem_internal.h"

// What stays for everything else when more pages are wanted than can be had.
#define BOOT_RESERVE ((12u << 20) / PAGE_SIZE)

static struct jumbo_pool {
	struct spinlock lock;
	page_t *first;              // [lock] the free ones, linked by next
	struct jumbo_counts counts; // [lock]
} jumbo_pool = { .lock = SPINLOCK_INIT("jumbo pages", RANK_PAGE) };

static void put(page_t *pp)
{
	pp->next = jumbo_pool.first;
	jumbo_pool.first = pp;
	jumbo_pool.counts.free++;
}

// Make a run from page_alloc_contig a page of the pool.
static void adopt(page_t *first)
{
	for (page_t *pp = first; pp < first + JUMBO_PAGES; pp++)
		pp->kind = PAGE_JUMBO;
	spin_lock(&jumbo_pool.lock);
	jumbo_pool.counts.total++;
	put(first);
	spin_unlock(&jumbo_pool.lock);
}

void jumbo_pool_init(size_t wanted)
{
	page_t *pp;

	if (wanted <= jumbo_pool.counts.total)
		return;
	while (jumbo_pool.counts.total < wanted &&
	       page_free_count() >= JUMBO_PAGES + BOOT_RESERVE &&
	       !page_alloc_contig(&pp, JUMBO_PAGES))
		adopt(pp);
	printk(jumbo_pool.counts.total < wanted ? LOG_NOTICE : LOG_INFO,
	       "mem: %zu of %zu jumbo pages put aside\n", jumbo_pool.counts.total, wanted);
}

struct jumbo_counts jumbo_pool_counts(void)
{
	struct jumbo_counts counts;

	spin_lock(&jumbo_pool.lock);
	counts = jumbo_pool.counts;
	spin_unlock(&jumbo_pool.lock);
	return counts;
}

int jumbo_promise(size_t n)
{
	int error = -ENOMEM;

	if (mem_should_fail())
		return -ENOMEM;
	spin_lock(&jumbo_pool.lock);
	if (n <= jumbo_pool.counts.free - jumbo_pool.counts.promised) {
		jumbo_pool.counts.promised += n;
		error = 0;
	}
	spin_unlock(&jumbo_pool.lock);
	return error;
}

void jumbo_unpromise(size_t n)
{
	spin_lock(&jumbo_pool.lock);
	assert(n <= jumbo_pool.counts.promised);
	jumbo_pool.counts.promised -= n;
	spin_unlock(&jumbo_pool.lock);
}

int jumbo_alloc(page_t **pp_store, bool promised)
{
	page_t *pp = NULL;

	if (!promised && mem_should_fail())
		return -ENOMEM;
	spin_lock(&jumbo_pool.lock);
	assert(!promised || jumbo_pool.counts.promised);
	if (promised || jumbo_pool.counts.free > jumbo_pool.counts.promised) {
		pp = jumbo_pool.first;
		jumbo_pool.first = pp->next;
		jumbo_pool.counts.free--;
		jumbo_pool.counts.promised -= promised;
	}
	spin_unlock(&jumbo_pool.lock);
	if (!pp)
		return -ENOMEM;
	pp->owner = NULL;
	pp->index = 0;
	*pp_store = pp;
	return 0;
}

void jumbo_return(page_t *pp, bool promised)
{
	if (unlikely(pp->kind != PAGE_JUMBO || pp->count || pp->pins))
		panic("jumbo_return: page %zu is of kind %u with %u references and %u pins",
		      page_to_ppn(pp), pp->kind, pp->count, pp->pins);
	spin_lock(&jumbo_pool.lock);
	put(pp);
	jumbo_pool.counts.promised += promised;
	spin_unlock(&jumbo_pool.lock);
}
