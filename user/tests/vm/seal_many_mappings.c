// A file that hundreds of thousands of mappings show is sealed: the call must not look at each of them.
// limit: 3
// stretch

#define _GNU_SOURCE
#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define MAPPINGS 60000
#define CHILDREN 4

static void seal(const char *what, int fd)
{
	say("%s: ", what);
	show("F_SEAL_WRITE", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

// Wait until the pipe is closed.
static void wait_for_end(const int ends[2])
{
	char byte;

	close(ends[1]);
	(void)!read(ends[0], &byte, 1);
	_exit(0);
}

int main(void)
{
	int fd = memfd_create("sealed", MFD_ALLOW_SEALING), ends[2], made = 0;
	char *shared;

	show("ftruncate", ftruncate(fd, PAGE));
	// The only mapping that may write is older than all others, and the parent's alone.
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show("MADV_DONTFORK", madvise(shared, PAGE, MADV_DONTFORK));
	while (made < MAPPINGS && mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED)
		made++;
	say("private mappings: %d\n", made);
	show("pipe", pipe(ends));
	for (int i = 0; i < CHILDREN; i++)
		if (fork_or_end() == 0)
			wait_for_end(ends);
	seal("a shared mapping", fd);
	show("mprotect", mprotect(shared, PAGE, PROT_READ));
	seal("one that may become writable", fd);
	munmap(shared, PAGE);
	seal("private mappings alone", fd);
	close(ends[0]);
	close(ends[1]);
	for (int i = 0; i < CHILDREN; i++)
		wait(NULL);
	check("no shared mapping for writing any more",
	      mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	return 0;
}
