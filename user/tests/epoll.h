// epoll.h: sets of files by bare calls, for threads too.
#pragma once

#include "thread.h"
#include <abi/epoll.h>

// Make a set.
static inline long create(void)
{
	return raw(SYS_epoll_create1, 0, 0, 0, 0, 0);
}

static inline long control(long set, int op, long fd, unsigned int events, uint64_t data)
{
	struct epoll_event event = { events, data };

	return raw(SYS_epoll_ctl, set, op, fd, (long)&event, 0);
}

// Wait for a set, and show the events.
static inline void wait_set(const char *what, long set, int ms)
{
	struct epoll_event events[8];
	long n = raw(SYS_epoll_wait, set, (long)events, 8, ms, 0);

	print(what, n);
	for (long i = 0; i < n; i++)
		say("  %llu: 0x%x\n", (unsigned long long)events[i].data, events[i].events);
}

static inline long event_fd(unsigned int count, int flags)
{
	return raw(SYS_eventfd2, (long)count, flags, 0, 0, 0);
}

// Write 1 to an eventfd.
static inline void add_one(long fd)
{
	uint64_t one = 1;

	raw(SYS_write, fd, (long)&one, 8, 0, 0);
}
