// mem: 32
// A process copies from the largest one, into memory that there is not: the largest dies, and gives its
// memory back although the copy still looks at it. Nobody else dies.

#include "oom.h"
#include <sys/uio.h>

#define LARGE (16 * MIB)
#define MIDDLE (6 * MIB)

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
	char *to = map_pages(LARGE, MAP_PRIVATE);
	struct iovec local = { to, LARGE * PAGE }, remote = { at, LARGE * PAGE };
	long n = syscall(SYS_process_vm_readv, from, &local, 1, &remote, 1, 0);

	say("copied: %s\n", n == LARGE * PAGE ? "all" : n > 0 ? "a part" : error_name(errno));
	_exit(0);
}

int main(void)
{
	char *next = map_pages(LARGE, MAP_PRIVATE), byte; // where the child's will be
	pid_t large, middle, reader;
	int ready[2], status;

	munmap(next, LARGE * PAGE);
	pipe(ready);
	large = holder(LARGE, ready[1]);
	middle = holder(MIDDLE, ready[1]);
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
