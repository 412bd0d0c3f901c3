// The end of the heap: moving it up and down, and what lies below it.

#include "test.h"

static char *start;

// The call itself, which returns the end of the heap whether it could move it or not. Printed
// relative to where the heap begins.
static void move(const char *what, char *end)
{
	say("%s: end at start%+ld\n", what, (long)((char *)syscall(SYS_brk, end) - start));
}

static bool all_zero(const char *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

static void touch_page_above(void)
{
	*(volatile char *)(start + 0x3000) = 1;
}

int main(void)
{
	start = (char *)syscall(SYS_brk, NULL);
	move("asking", NULL);
	check("it starts on a page", (uintptr_t)start % 4096 == 0);

	move("growing by 3 pages", start + 0x3000);
	check("new memory is zero", all_zero(start, 0x3000));
	memset(start, 'x', 0x3000);

	move("shrinking to 1 page", start + 0x1000);
	check("the first page keeps its contents", start[0xfff] == 'x');
	move("growing again", start + 0x3000);
	check("freed memory is zero again", all_zero(start + 0x1000, 0x2000));
	show_child("a write above the end", touch_page_above);

	move("growing by one byte", start + 0x3001);
	start[0x3fff] = 'y';
	check("memory comes in whole pages", start[0x3fff] == 'y');
	move("below the start", start - 0x1000);
	move("at address 1", (char *)1);
	move("into the kernel", (char *)0xfffff000);
	move("to the start", start);
	show_child("a write after all was freed", touch_page_above);
	return 0;
}
