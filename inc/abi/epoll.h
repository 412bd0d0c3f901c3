// epoll: operations, flags, and the struct that programs pass.
#pragma once

#include <stdint.h>

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

// Events are those of poll (abi/poll.h); besides:
#define EPOLLEXCLUSIVE 0x10000000u
#define EPOLLWAKEUP 0x20000000u
#define EPOLLONESHOT 0x40000000u
#define EPOLLET 0x80000000u

#define EPOLL_CLOEXEC 02000000

struct epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));
