// A parent takes its large page back from many children, who map the page's file thousands of times. Those
// areas are visited one by one, so the write must let others run meanwhile.
// append: hugepages=1
// limit: 2
// stretch

#define _GNU_SOURCE
#include "../large_pages.h"

#include <sys/wait.h>

#define LOW ((char *)0x10000000)
#define MAPPINGS 700
#define CHILDREN 110

static int fd;

// Map the file again and again, without reservations: below the program's own mappings first.
static void map_many(void)
{
	int made = 0;

	for (int i = 0; i < MAPPINGS; i++) {
		char *hint = i < 180 ? LOW + i * large : NULL;

		made += mmap(hint, large, RW, MAP_PRIVATE | MAP_NORESERVE, fd, 0) != MAP_FAILED;
	}
	check("as many mappings as there is room for", made > 500);
}

// The end of a child that has waited for the end of the pipe: its page is gone.
static void child(const int ends[2])
{
	char byte;

	close(ends[1]);
	(void)!read(ends[0], &byte, 1);
	read_byte();
	_exit(0);
}

int main(void)
{
	int ends[2], status, lost = 0;

	large_pages_begin();
	fd = memfd_create("large", MFD_HUGETLB);
	show("ftruncate", ftruncate(fd, (off_t)large));
	touched = mmap(NULL, large, RW, MAP_PRIVATE, fd, 0);
	show_map("private, with a reservation", touched);
	write_byte();
	map_many();
	show("pipe", pipe(ends));
	for (int i = 0; i < CHILDREN; i++)
		if (fork_or_end() == 0)
			child(ends);
	write_byte();
	say("the parent has %d\n", *touched);
	close(ends[0]);
	close(ends[1]);
	for (int i = 0; i < CHILDREN; i++) {
		wait(&status);
		lost += WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
	}
	say("children without the page: %d\n", lost);
	pool("at the end");
	return 0;
}
