// A stack of MAP_GROWSDOWN, and a stack pointer that goes everywhere with it: growth stops before a
// neighbour and before the pages that are never mapped, also for the kernel's copies.

#include "evil.h"

#define STACK 0x30100000u
#define LOWEST 0x10000u // nothing is ever mapped below

static char *map_at(uintptr_t address, size_t size, int prot, int flags)
{
	return mmap((void *)address, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags,
	            -1, 0);
}

// Touch each page downwards. How many could be had?
static int touch_down(void)
{
	volatile int pages = 0;

	if (!survive())
		for (volatile uintptr_t at = STACK - PAGE; pages < 600; at -= PAGE) {
			*(volatile char *)at = 1;
			pages = pages + 1;
		}
	return pages;
}

int main(void)
{
	int zero;

	evil_begin();
	catch_faults();
	zero = open("/dev/zero", O_RDONLY);
	map_at(STACK, PAGE, PROT_READ | PROT_WRITE, MAP_GROWSDOWN);
	map_at(STACK - 0x180000, PAGE, PROT_READ, 0);
	check("growth stops before a neighbour", touch_down() < 0x180);
	munmap((void *)(STACK - 0x180000), 0x181000);

	map_at(STACK, PAGE, PROT_READ | PROT_WRITE, MAP_GROWSDOWN);
	show("a copy lets it grow", read(zero, (void *)(STACK - PAGE), 2 * PAGE));
	munmap((void *)(STACK - PAGE), 2 * PAGE);

	map_at(STACK, PAGE, PROT_NONE, MAP_GROWSDOWN);
	show("not from a PROT_NONE page", read(zero, (void *)(STACK - PAGE), PAGE));
	check("nor by a touch", touch_down() == 0);
	munmap((void *)STACK, PAGE);

	map_at(LOWEST, PAGE, PROT_READ | PROT_WRITE, MAP_GROWSDOWN);
	for (uintptr_t at = 0; at < LOWEST; at += LOWEST - PAGE) {
		show("below the lowest address, a copy", read(zero, (void *)at, PAGE));
		if (!survive()) {
			*(volatile char *)at = 1;
			say("page %u was given\n", (unsigned int)(at / PAGE));
		}
	}
	munmap((void *)LOWEST, PAGE);
	close(zero);
	return evil_end();
}
