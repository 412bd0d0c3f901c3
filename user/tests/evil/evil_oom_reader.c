// mem: 32
// A process copies from the largest one, into memory that there is not: the largest dies, and gives its
// memory back although the copy still looks at it. Nobody else dies.

#include "oom.h"
#include <sys/uio.h>

static size_t large_pages, middle_pages;

static pid_t holder(size_t pages, int ready)
{
	pid_t child = fork();

	if (child == 0) {
		touch_pages(map_pages(pages, MAP_PRIVATE), pages);
		write(ready, "", 1);
		for (;;)
			pause();
	}
	return child;
}

static void copy_all(pid_t from, char *at)
{
	char *to = map_pages(large_pages, MAP_PRIVATE);
	struct iovec local = { to, large_pages * PAGE }, remote = { at, large_pages * PAGE };
	long n = syscall(SYS_process_vm_readv, from, &local, 1, &remote, 1, 0);

	say("copied: %s\n", n == (long)(large_pages * PAGE) ? "all" :
	                    n > 0                           ? "a part" :
	                                                      error_name(errno));
	_exit(0);
}

int main(void)
{
	size_t pages = free_memory() / PAGE;
	pid_t large, middle, reader;
	int ready[2], status;
	char *next, byte;

	large_pages = pages * 5 / 8;
	middle_pages = pages / 4;
	next = map_pages(large_pages, MAP_PRIVATE); // where the child's will be
	munmap(next, large_pages * PAGE);
	pipe(ready);
	large = holder(large_pages, ready[1]);
	middle = holder(middle_pages, ready[1]);
	read(ready[0], &byte, 1);
	read(ready[0], &byte, 1);
	reader = fork();
	if (reader == 0)
		copy_all(large, next);
	say_end("reader", reader);
	say_end("large", large);
	say("middle: %s\n", waitpid(middle, &status, WNOHANG) ? "dead" : "alive");
	kill(middle, SIGKILL);
	say_end("middle", middle);
	return 0;
}
