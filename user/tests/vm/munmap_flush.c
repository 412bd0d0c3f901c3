// What is unmapped or loses a right is out of reach at once, however the processor has cached it.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 40 // enough that a kernel may rather forget everything

static char *area;
static size_t at;

static void read_it(void)
{
	*(volatile char *)(area + at);
}

static void write_it(void)
{
	*(volatile char *)(area + at) = 1;
}

static void map(void)
{
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < PAGES; i++)
		area[i * PAGE] = 1;
}

// Each in a child, which reads the page before and after, so that a translation is cached.
static void unmap_one(void)
{
	map();
	at = 5 * PAGE;
	write_it();
	munmap(area + at, PAGE);
	read_it();
}

static void unmap_all(void)
{
	map();
	at = (PAGES - 1) * PAGE;
	write_it();
	munmap(area, PAGES * PAGE);
	read_it();
}

static void protect_one(void)
{
	map();
	at = 7 * PAGE;
	write_it();
	mprotect(area + at, PAGE, PROT_READ);
	read_it();
	write_it();
}

static void protect_all(void)
{
	map();
	at = 0;
	write_it();
	mprotect(area, PAGES * PAGE, PROT_NONE);
	read_it();
}

static void replace(void)
{
	map();
	at = 3 * PAGE;
	write_it();
	mmap(area + at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	say("a new page in its place: %d\n", area[at]);
	write_it();
}

static void move(void)
{
	map();
	at = 9 * PAGE;
	write_it();
	mremap(area + at, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	read_it();
}

int main(void)
{
	show_child("a page unmapped", unmap_one);
	show_child("many unmapped", unmap_all);
	show_child("a page made read-only", protect_one);
	show_child("many made PROT_NONE", protect_all);
	show_child("a page replaced", replace);
	show_child("a page moved", move);
	return 0;
}
