// A process that shares the address space takes memory away in the middle of a copy: the writer
// sleeps in a full pipe, or the reader in an empty one, while its buffer is unmapped, protected, or
// cut off by a shorter file.

#include "evil.h"

#define PAGES 64
#define BUFFER 0x30000000

static int ends[2], file;
static char drained[PAGE];
static void (*change)(void);

static void unmap(void)
{
	munmap((void *)BUFFER, PAGES * PAGE);
}

static void protect(void)
{
	mprotect((void *)BUFFER, PAGES * PAGE, PROT_NONE);
}

static void truncate_file(void)
{
	ftruncate(file, 0);
}

// What the child does, who shares the space: change the memory, then get the copy going again.
static void change_and_drain(void)
{
	sleep_ms(5);
	change();
	while (read(ends[0], drained, sizeof(drained)) > 0)
		;
}

static void change_and_feed(void)
{
	sleep_ms(5);
	change();
	write(ends[1], drained, sizeof(drained));
}

static void try(const char *what, void (*how)(void), int flags, int fd, bool writing)
{
	static char stack[16384] __attribute__((aligned(16)));
	int page_flags = flags | MAP_FIXED;
	long result;
	pid_t pid;

	if (fd >= 0)
		ftruncate(fd, PAGES * PAGE);
	mmap((void *)BUFFER, PAGES * PAGE, PROT_READ | PROT_WRITE, page_flags, fd, 0);
	memset((void *)BUFFER, 'x', PAGES * PAGE);
	pipe2(ends, 0);
	change = how;
	fcntl(ends[0], F_SETFL, writing ? O_NONBLOCK : 0);
	pid = share_space(writing ? change_and_drain : change_and_feed, stack + sizeof(stack),
	                  CLONE_VM | SIGCHLD);
	result = writing ? write(ends[1], (void *)BUFFER, PAGES * PAGE) :
	                   read(ends[0], (void *)BUFFER, PAGES * PAGE);
	say("%s: %s\n", what,
	    result == -1                ? error_name(errno) :
	    result < PAGES * (long)PAGE ? "a part" :
	                                  "all");
	close(ends[1]);
	close(ends[0]);
	waitpid(pid, NULL, 0);
	munmap((void *)BUFFER, PAGES * PAGE);
}

int main(void)
{
	const int mine = MAP_PRIVATE | MAP_ANONYMOUS;

	evil_begin();
	file = open("/tmp/copied", O_RDWR | O_CREAT, 0600);
	try("write, unmapped", unmap, mine, -1, true);
	try("write, protected", protect, mine, -1, true);
	try("write, truncated", truncate_file, MAP_SHARED, file, true);
	try("read, unmapped", unmap, mine, -1, false);
	try("read, protected", protect, mine, -1, false);
	try("read, truncated", truncate_file, MAP_SHARED, file, false);
	unlink("/tmp/copied");
	close(file);
	return evil_end();
}
