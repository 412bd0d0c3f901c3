// areas.c: the costs of having many areas. The areas are single pages side by side, every other one
// read-only, so that none is merged with its neighbour. The measured operations happen at
// PLACES places spread over all of them; each has its page table already.
#include "bench.h"

#include <sys/mman.h>

static char *first; // the first area's page
static unsigned int step;

// The page for place `i`: one that may be written.
static char *place(unsigned int i)
{
	return first + (size_t)i * step * PAGE;
}

static void make_areas(unsigned int areas)
{
	first = map_memory(areas * PAGE);
	for (size_t i = 1; i < areas; i += 2)
		if (mprotect(first + i * PAGE, PAGE, PROT_READ) < 0)
			fail("mprotect");
	step = areas / PLACES & ~1u;
	for (unsigned int i = 0; i < PLACES; i++)
		*(volatile char *)(place(i) + PAGE); // its neighbour, for the table
}

static uint64_t unmap_places(void)
{
	uint64_t start = ticks();

	for (unsigned int i = 0; i < PLACES; i++)
		unmap_memory(place(i), PAGE);
	return ticks() - start;
}

// Map pages where the system likes: Quire looks for the lowest gap.
static uint64_t map_places(void)
{
	char *pages[PLACES];
	uint64_t start = ticks();

	for (unsigned int i = 0; i < PLACES; i++)
		pages[i] = map_memory(PAGE);
	start = ticks() - start;
	for (unsigned int i = 0; i < PLACES; i++)
		unmap_memory(pages[i], PAGE);
	for (unsigned int i = 0; i < PLACES; i++) // other systems take other gaps
		if (mmap(place(i), PAGE, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != place(i))
			fail("mmap");
	return start;
}

static uint64_t protect_places(int protection)
{
	uint64_t start = ticks();

	for (unsigned int i = 0; i < PLACES; i++)
		if (mprotect(place(i), PAGE, protection) < 0)
			fail("mprotect");
	return ticks() - start;
}

static uint64_t touch_places(void)
{
	uint64_t start = ticks();

	for (unsigned int i = 0; i < PLACES; i++)
		*(volatile char *)place(i) = 1;
	return ticks() - start;
}

void measure_areas(unsigned int areas, struct area_costs *costs)
{
	make_areas(areas);
	costs->munmap = unmap_places();
	costs->mmap = map_places();
	costs->mprotect = protect_places(PROT_NONE);
	protect_places(PROT_READ | PROT_WRITE);
	costs->fault = touch_places();
	unmap_memory(first, areas * PAGE);
}
