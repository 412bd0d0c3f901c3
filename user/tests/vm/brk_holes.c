// The end of the heap, where something else than the heap lies in its way.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

static char *start;

static void move(const char *what, int pages)
{
	char *end = (char *)syscall(SYS_brk, start + pages * PAGE);

	say("%s: end at page %ld\n", what, (long)(end - start) / PAGE);
}

static void map(int page)
{
	char *at = start + page * PAGE;
	char *got = mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	                 -1, 0);

	check("mapped", got == at);
}

int main(void)
{
	start = (char *)syscall(SYS_brk, NULL);
	move("growing", 8);
	munmap(start + 4 * PAGE, 4 * PAGE);
	move("giving back what is gone", 4);
	move("giving back more than that", 3);
	move("growing again", 8);
	munmap(start + 2 * PAGE, PAGE);
	move("growing behind a hole", 9);
	move("giving back across the hole", 1);

	map(6);
	move("up to a mapping", 6);
	move("almost up to it", 5);
	move("over it", 8);
	start[6 * PAGE] = 'x';
	check("the mapping is still there", start[6 * PAGE] == 'x');
	return 0;
}
