// Anonymous memory: mapping, protecting and unmapping it.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

static char *area;

static void read_first(void)
{
	*(volatile char *)area;
}

static void write_first(void)
{
	*(volatile char *)area = 1;
}

static bool all_zero(const char *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

int main(void)
{
	int status;

	area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check("mapped on a page", area != MAP_FAILED && (uintptr_t)area % PAGE == 0);
	check("it is zero", all_zero(area, 4 * PAGE));
	memset(area, 'x', 4 * PAGE);
	if (fork() == 0) {
		area[0] = 'y';
		_exit(area[1] != 'x');
	}
	wait(&status);
	show_status("a child has a copy", status);
	check("of its own", area[0] == 'x');

	show("no writing", mprotect(area, PAGE, PROT_READ));
	show_child("read", read_first);
	show_child("write", write_first);
	show("nothing at all", mprotect(area, PAGE, PROT_NONE));
	show_child("read", read_first);
	show("all again", mprotect(area, PAGE, PROT_READ | PROT_WRITE));
	check("the contents are still there", area[0] == 'x');
	show("munmap", munmap(area, PAGE));
	show_child("read", read_first);
	check("the next page stays", area[PAGE] == 'x');
	check("mapping at a place", mmap(area, PAGE, PROT_READ | PROT_WRITE,
	                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area);
	check("it is fresh", all_zero(area, PAGE));
	show("an odd address", munmap(area + 1, PAGE));
	show("no length", munmap(area, 0));
	show("no length to map",
	     mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	show("neither shared nor private",
	     mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	show("a bad descriptor",
	     mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED ? -1 : 0);
	show("mprotect of nothing", mprotect((void *)0x20000000, PAGE, PROT_READ));
	return 0;
}
