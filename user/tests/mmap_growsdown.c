// Stacks that a program makes itself: MAP_GROWSDOWN.

#include "test.h"
#include <sys/mman.h>

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

int main(void)
{
	char *stack = PLACE + 512 * PAGE, *below = stack - 8 * PAGE;

	check("a stack", map(stack, PROT_READ | PROT_WRITE, MAP_GROWSDOWN) == stack);
	show_touch("a page below", stack - PAGE);
	show_touch("far below", stack - 300 * PAGE);
	check("a wish close below", map(below, PROT_READ, 0) != below);
	check("a wish far below", map(stack - FAR - PAGE, PROT_READ, 0) == stack - FAR - PAGE);
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
	return 0;
}
