// Dies in the way that its argument names; grade/system/test_deaths.py reads the kernel's reports.
// helper

#include "test.h"
#include <sys/mman.h>

static const char constant[] = "constant";

static volatile bool deeper = true;

static void grow_for_ever(void)
{
	volatile char room[4096];

	room[0] = 1;
	if (deeper)
		grow_for_ever();
	room[1] = room[0]; // no tail call
}

// Touch a page of a mapping that is beyond the end of its file.
static void touch_beyond_file(void)
{
	int fd = open("/tmp/empty", O_RDWR | O_CREAT, 0600);
	volatile char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	p[0] = 1;
}

static char *const volatile nowhere = NULL; // volatile: the compiler must not know its value

// Let `count` children die, each when the one before it is gone.
static void flood(int count)
{
	int status;

	while (count-- > 0) {
		if (fork() == 0)
			*nowhere = 1;
		wait(&status);
	}
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (strcmp(way, "null") == 0)
		*nowhere = 1;
	else if (strcmp(way, "constant") == 0)
		*(volatile char *)constant = 1;
	else if (strcmp(way, "jump") == 0)
		((void (*)(void))0x20000000)();
	else if (strcmp(way, "stack") == 0)
		grow_for_ever();
	else if (strcmp(way, "file") == 0)
		touch_beyond_file();
	else if (strcmp(way, "halt") == 0)
		__asm__ volatile("hlt");
	else if (strcmp(way, "flood") == 0)
		flood(atoi(argv[2]));
	else if (strcmp(way, "kill") == 0)
		raise(SIGSEGV);
	return 0;
}
