// pipe.c: bytes through pipes, and from process to process.
#include "bench.h"

#include <unistd.h>

static char chunk[CHUNK];

static void make_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		fail("pipe");
}

// Write `size` bytes into a pipe and read them again, which never blocks.
static uint64_t write_and_read(unsigned int n, size_t size)
{
	uint64_t start;
	int fds[2];

	make_pipe(fds);
	start = ticks();
	for (; n > 0; n--)
		if (write(fds[1], chunk, size) != (ssize_t)size ||
		    read(fds[0], chunk, size) != (ssize_t)size)
			fail("pipe");
	start = ticks() - start;
	close(fds[0]);
	close(fds[1]);
	return start;
}

// Only the writes, into a pipe that has room for all of them.
uint64_t pipe_write(unsigned int n)
{
	uint64_t start;
	int fds[2];

	make_pipe(fds);
	if (write(fds[1], chunk, 1) != 1)
		fail("pipe");
	start = ticks();
	for (; n > 0; n--)
		if (write(fds[1], chunk, 1) != 1)
			fail("pipe");
	start = ticks() - start;
	close(fds[0]);
	close(fds[1]);
	return start;
}

uint64_t pipe_1_byte(unsigned int n)
{
	return write_and_read(n, 1);
}

uint64_t pipe_per_byte(unsigned int n)
{
	return write_and_read(n, CHUNK);
}

// The other process: send back every byte.
static void echo_bytes(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		if (write(to, &byte, 1) != 1)
			_exit(1);
	_exit(0);
}

// One byte to another process and back: both block each time.
uint64_t pipe_round_trip(unsigned int n)
{
	int there[2], back[2];
	uint64_t start;
	char byte = 'x';
	pid_t pid;

	make_pipe(there);
	make_pipe(back);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		close(there[1]);
		close(back[0]);
		echo_bytes(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	start = ticks();
	for (; n > 0; n--)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			fail("pipe");
	start = ticks() - start;
	close(there[1]);
	close(back[0]);
	wait_for_child(pid);
	return start;
}
