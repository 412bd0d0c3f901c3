// memory.c: the costs of getting a page by touching it, and of freeing it.
#include "bench.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_memory(const void *memory, size_t bytes)
{
	const volatile char *page = memory, *end = page + bytes;

	for (; page < end; page += PAGE)
		(void)*page;
}

// The first write to a page that nobody has touched.
uint64_t fault_zero(unsigned int n)
{
	char *memory = map_memory(n * PAGE);
	uint64_t start = ticks();

	touch_memory(memory, n * PAGE);
	start = ticks() - start;
	unmap_memory(memory, n * PAGE);
	return start;
}

// Unmapping pages that were written to.
uint64_t give_back(unsigned int n)
{
	char *memory = map_memory(n * PAGE);
	uint64_t start;

	touch_memory(memory, n * PAGE);
	start = ticks();
	unmap_memory(memory, n * PAGE);
	return ticks() - start;
}

// Writing to pages that another process still has as well: each is copied.
uint64_t copy_on_write(unsigned int n)
{
	char *memory = map_memory(n * PAGE), byte;
	uint64_t start;
	int fds[2];
	pid_t pid;

	touch_memory(memory, n * PAGE);
	if (pipe(fds) < 0)
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) != 0); // waits until the parent is done
	}
	close(fds[0]);
	start = ticks();
	touch_memory(memory, n * PAGE);
	start = ticks() - start;
	close(fds[1]);
	wait_for_child(pid);
	unmap_memory(memory, n * PAGE);
	return start;
}

// Like copy-on-write, but the other process has ended: the pages are exclusively owned, but still
// read-only. The other process has written to a page beside them, so that it had its own page tables.
uint64_t last_owner(unsigned int n)
{
	size_t bytes = (n + 1) * PAGE;
	char *memory = map_memory(bytes);
	uint64_t start;
	pid_t pid;

	touch_memory(memory, bytes);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		touch_memory(memory + n * PAGE, PAGE);
		_exit(0);
	}
	wait_for_child(pid);
	start = ticks();
	touch_memory(memory, n * PAGE);
	start = ticks() - start;
	unmap_memory(memory, bytes);
	return start;
}

// The first read of a page that nobody has touched.
uint64_t fault_read(unsigned int n)
{
	char *memory = map_memory(n * PAGE);
	uint64_t start = ticks();

	read_memory(memory, n * PAGE);
	start = ticks() - start;
	unmap_memory(memory, n * PAGE);
	return start;
}

// A file of `n` pages that has no name any more.
static int make_file(unsigned int n)
{
	int fd = open("/tmp/bench", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || unlink("/tmp/bench") < 0)
		fail("/tmp/bench");
	for (; n > 0; n--) {
		static char page[PAGE];

		if (write(fd, page, PAGE) != PAGE)
			fail("write");
	}
	return fd;
}

// The first access to pages of a file that are in memory.
static uint64_t fault_file(unsigned int n, int protection, int flags)
{
	int fd = make_file(n);
	char *memory = mmap(NULL, n * PAGE, protection, flags, fd, 0);
	uint64_t start;

	if (memory == MAP_FAILED)
		fail("mmap");
	start = ticks();
	if (protection & PROT_WRITE)
		touch_memory(memory, n * PAGE);
	else
		read_memory(memory, n * PAGE);
	start = ticks() - start;
	unmap_memory(memory, n * PAGE);
	close(fd);
	return start;
}

uint64_t fault_file_shared(unsigned int n)
{
	return fault_file(n, PROT_READ, MAP_SHARED);
}

uint64_t fault_file_private(unsigned int n)
{
	return fault_file(n, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

// A page mapped and unmapped, never touched.
uint64_t mmap_munmap(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--)
		unmap_memory(map_memory(PAGE), PAGE);
	return ticks() - start;
}
