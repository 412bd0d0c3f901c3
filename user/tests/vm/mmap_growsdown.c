// Stacks that a program makes itself: MAP_GROWSDOWN.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)
#define FAR (256 * PAGE) // the distance that a stack keeps from others

static char *target;

static char *map(char *at, int prot, int flags)
{
	return mmap(at, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void touch(void)
{
	*(volatile char *)target = 1;
}

static void show_touch(const char *what, char *at)
{
	target = at;
	show_child(what, touch);
}

// Two stacks side by side, untouched so far, are one: how far it may grow counts from its end.
static void grow_joined(void)
{
	const struct rlimit limit = { 8 * PAGE, 8 * PAGE };
	char *high = PLACE + 2048 * PAGE;

	map(high, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_GROWSDOWN);
	map(high - PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_GROWSDOWN);
	show("setrlimit", setrlimit(RLIMIT_STACK, &limit));
	show_touch("seven below the upper one", high - 7 * PAGE);
	show_touch("eight below the upper one", high - 8 * PAGE);
}

// Two that have grown together are two, and stay so where nothing about them changes.
static void grow_together(void)
{
	const struct rlimit limit = { 8 * PAGE, 8 * PAGE };
	char *high = PLACE + 2048 * PAGE, *low_end = high - PAGE;

	map(high, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_GROWSDOWN);
	map(low_end - PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_GROWSDOWN);
	show_touch("in between", low_end); // a child's
	*(volatile char *)low_end = 1;
	show("munlockall", munlockall());
	show("setrlimit", setrlimit(RLIMIT_STACK, &limit));
	show_touch("eight below the end of the lower one", low_end - 8 * PAGE);
	show_touch("nine below the end of the lower one", low_end - 9 * PAGE);
}

int main(void)
{
	char *stack = PLACE + 512 * PAGE, *below = stack - 8 * PAGE;

	check("a stack", map(stack, PROT_READ | PROT_WRITE, MAP_GROWSDOWN) == stack);
	show_touch("a page below", stack - PAGE);
	show_touch("far below", stack - 300 * PAGE);
	check("a hint close below", map(below, PROT_READ, 0) != below);
	check("a hint far below", map(stack - FAR - PAGE, PROT_READ, 0) == stack - FAR - PAGE);
	show_touch("up to its distance", stack - PAGE);
	munmap(stack - FAR - PAGE, PAGE);

	check("something close below", map(below, PROT_READ, MAP_FIXED) == below);
	show_touch("a page below", stack - PAGE);
	show("which nobody can access", mprotect(below, PAGE, PROT_NONE));
	show_touch("a page below", stack - PAGE);
	show_touch("right above that", below + PAGE);
	munmap(below, PAGE);

	check("another stack", map(below, PROT_READ, MAP_FIXED | MAP_GROWSDOWN) == below);
	show_touch("between the two", below + PAGE);
	show_touch("below both", below - PAGE);
	show_child("two as one", grow_joined);
	show_child("two", grow_together);
	return 0;
}
