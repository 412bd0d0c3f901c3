// descriptors.c: descriptors: many in one poll or select, and calls about one or all of many.
#include "bench_long.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#ifndef SYS__newselect // another processor's Linux has one form of the call only
#define SYS__newselect SYS_select
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define EPOLL_CTL_ADD 1 // our own C library has no epoll

// What epoll_ctl() takes: which of poll()'s events are of interest.
struct interest {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

#define FIRST_DESCRIPTOR 5 // a pipe's two ends and the standard files are below

// See to it that the descriptors below `end` are within the limit.
static void raise_limit(unsigned int end)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("getrlimit");
	if (limit.rlim_cur >= end)
		return;
	limit.rlim_cur = limit.rlim_max = end;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("setrlimit");
}

// Make `size` descriptors of an empty pipe's reading end, from FIRST_DESCRIPTOR on.
static void make_descriptors(unsigned int size, int fds[2])
{
	raise_limit(FIRST_DESCRIPTOR + size + 1); // dup_among has one more
	if (pipe(fds) < 0)
		fail("pipe");
	for (unsigned int i = 0; i < size; i++)
		if (dup2(fds[0], (int)(FIRST_DESCRIPTOR + i)) < 0)
			fail("dup2");
}

static void close_descriptors(unsigned int size, const int fds[2])
{
	if (syscall(SYS_close_range, FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + size - 1, 0) < 0)
		fail("close_range");
	close(fds[0]);
	close(fds[1]);
}

// select(), without waiting, with `size` descriptors in the set of readable ones; none is ready.
uint64_t select_descriptors(unsigned int n, unsigned int size)
{
	const unsigned int bits = 8 * sizeof(long);
	size_t bytes = ((FIRST_DESCRIPTOR + size) / bits + 1) * sizeof(long);
	unsigned long *wanted = map_memory(2 * bytes), *set = wanted + bytes / sizeof(*set);
	int fds[2];
	uint64_t start;

	make_descriptors(size, fds);
	for (unsigned int fd = FIRST_DESCRIPTOR; fd < FIRST_DESCRIPTOR + size; fd++)
		wanted[fd / bits] |= 1ul << fd % bits;
	memcpy(set, wanted, bytes); // touches the memory
	start = ticks();
	for (; n > 0; n--) {
		long timeout[2] = { 0, 0 };

		memcpy(set, wanted, bytes);
		if (syscall(SYS__newselect, FIRST_DESCRIPTOR + size, set, NULL, NULL, timeout) != 0)
			fail("select");
	}
	start = ticks() - start;
	close_descriptors(size, fds);
	unmap_memory(wanted, 2 * bytes);
	return start;
}

// poll(), without waiting, of `size` descriptors of which none is ready.
uint64_t poll_descriptors(unsigned int n, unsigned int size)
{
	struct pollfd *list = map_memory(size * sizeof(*list));
	uint64_t start;
	int fds[2];

	make_descriptors(size, fds);
	for (unsigned int i = 0; i < size; i++) {
		list[i].fd = (int)(FIRST_DESCRIPTOR + i);
		list[i].events = POLLIN;
	}
	start = ticks();
	for (; n > 0; n--)
		if (poll(list, size, 0) != 0)
			fail("poll");
	start = ticks() - start;
	close_descriptors(size, fds);
	unmap_memory(list, size * sizeof(*list));
	return start;
}

static void add_interest(int set, int fd)
{
	struct interest interest = { .events = POLLIN };

	if (syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, &interest) < 0)
		fail("epoll_ctl");
}

// epoll_wait(), without waiting, on `size` files, of which the last is ready. Each is an eventfd with a
// queue of its own.
uint64_t epoll_among(unsigned int n, unsigned int size)
{
	const uint64_t one = 1;
	struct interest ready;
	int set, first = 0, last = 0;
	uint64_t start;

	raise_limit(FIRST_DESCRIPTOR + size);
	set = (int)syscall(SYS_epoll_create1, 0);
	for (unsigned int i = 0; i < size; i++) {
		last = (int)syscall(SYS_eventfd2, 0, 0);
		if (last < 0)
			fail("eventfd2");
		if (i == 0)
			first = last;
		add_interest(set, last);
	}
	if (write(last, &one, sizeof(one)) != sizeof(one))
		fail("write");
	start = ticks();
	for (; n > 0; n--)
		if (syscall(SYS_epoll_pwait, set, &ready, 1, 0, NULL, 0) != 1)
			fail("epoll_pwait");
	start = ticks() - start;
	close(set);
	if (syscall(SYS_close_range, first, last, 0) < 0)
		fail("close_range");
	return start;
}

// dup() and close() while `size` descriptors are open, and all below the new one.
uint64_t dup_among(unsigned int n, unsigned int size)
{
	uint64_t start;
	int fds[2];

	make_descriptors(size, fds);
	close(dup(fds[0])); // the first search goes over all of them
	start = ticks();
	for (; n > 0; n--)
		if (close(dup(fds[0])) < 0)
			fail("dup");
	start = ticks() - start;
	close_descriptors(size, fds);
	return start;
}

// fork, exit and wait with `size` descriptors, which the child inherits and closes.
uint64_t fork_descriptors(unsigned int n, unsigned int size)
{
	uint64_t start;
	int fds[2];

	make_descriptors(size, fds);
	start = ticks();
	fork_and_wait(n);
	start = ticks() - start;
	close_descriptors(size, fds);
	return start;
}

// close_range() of `size` descriptors, once.
uint64_t close_many(unsigned int n, unsigned int size)
{
	uint64_t start;
	int fds[2];

	(void)n;
	make_descriptors(size, fds);
	start = ticks();
	close_descriptors(size, fds);
	return ticks() - start;
}
