// What the tests of userfaultfd share. Addresses are printed as pages of `unit` bytes from `window`, the
// first page of the memory under test.
#pragma once

#include "test.h"
#include <abi/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define PAGE 4096u
#define RW (PROT_READ | PROT_WRITE)
#define MISSING UFFDIO_REGISTER_MODE_MISSING
#define WP UFFDIO_REGISTER_MODE_WP
#define MINOR UFFDIO_REGISTER_MODE_MINOR

static char *window;       // the memory under test
static size_t unit = PAGE; // bytes of its pages
static int64_t filled;     // the last fill's own field: the bytes that it has done, or -errno

static inline uint64_t number(const volatile void *p)
{
	return (uint64_t)(uintptr_t)p;
}

// A descriptor without handshake; -1 with a message if there is none.
static inline int uffd_open(int flags)
{
	int fd = (int)syscall(SYS_userfaultfd, flags);

	if (fd < 0)
		show("userfaultfd", fd);
	return fd;
}

// A descriptor with these features.
static inline int uffd_ready(int flags, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = uffd_open(flags);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api))
		show("UFFDIO_API", -1);
	return fd;
}

// Register memory; returns the result, and the mask of requests in *requests unless it is NULL.
static inline int uffd_register(int fd, const void *at, size_t len, uint64_t mode,
                                uint64_t *requests)
{
	struct uffdio_register reg = { .range = { number(at), len }, .mode = mode };
	int result = ioctl(fd, UFFDIO_REGISTER, &reg);

	if (requests)
		*requests = reg.ioctls;
	return result;
}

static inline int uffd_unregister(int fd, const void *at, size_t len)
{
	struct uffdio_range range = { number(at), len };

	return ioctl(fd, UFFDIO_UNREGISTER, &range);
}

static inline int uffd_wake(int fd, const void *at, size_t len)
{
	struct uffdio_range range = { number(at), len };

	return ioctl(fd, UFFDIO_WAKE, &range);
}

// The fills return the result of the call.
static inline int uffd_copy(int fd, const void *to, const void *from, size_t len, uint64_t mode)
{
	struct uffdio_copy copy = { number(to), number(from), len, mode, 77 };
	int result = ioctl(fd, UFFDIO_COPY, &copy);

	filled = copy.copy;
	return result;
}

static inline int uffd_zeropage(int fd, const void *at, size_t len, uint64_t mode)
{
	struct uffdio_zeropage zero = { { number(at), len }, mode, 77 };
	int result = ioctl(fd, UFFDIO_ZEROPAGE, &zero);

	filled = zero.zeropage;
	return result;
}

static inline int uffd_continue(int fd, const void *at, size_t len, uint64_t mode)
{
	struct uffdio_continue wanted = { { number(at), len }, mode, 77 };
	int result = ioctl(fd, UFFDIO_CONTINUE, &wanted);

	filled = wanted.mapped;
	return result;
}

static inline int uffd_poison(int fd, const void *at, size_t len, uint64_t mode)
{
	struct uffdio_poison poison = { { number(at), len }, mode, 77 };
	int result = ioctl(fd, UFFDIO_POISON, &poison);

	filled = poison.updated;
	return result;
}

static inline int uffd_move(int fd, const void *to, const void *from, size_t len, uint64_t mode)
{
	struct uffdio_move move = { number(to), number(from), len, mode, 77 };
	int result = ioctl(fd, UFFDIO_MOVE, &move);

	filled = move.move;
	return result;
}

static inline int uffd_protect(int fd, const void *at, size_t len, uint64_t mode)
{
	struct uffdio_writeprotect protect = { { number(at), len }, mode };

	return ioctl(fd, UFFDIO_WRITEPROTECT, &protect);
}

// Print the result of a fill: the call's, and the field of its struct.
static inline void show_fill(const char *what, int result)
{
	say("%s: %s, ", what, result ? error_name(errno) : "0");
	if (filled < 0)
		say("%s\n", error_name((int)-filled));
	else
		say("%lld\n", (long long)filled);
}

// Print where an address lies.
static inline void say_place(uint64_t address)
{
	long long away = (long long)(address - number(window));
	long long page = away / (long long)unit;

	if (away >= 0 && page < 4096)
		say("page %lld", page);
	else
		say("elsewhere");
	if (away % (long long)unit)
		say(" + %lld", away % (long long)unit);
}

// Print a message.
static inline void show_message(const struct uffd_msg *msg)
{
	switch (msg->event) {
	case UFFD_EVENT_PAGEFAULT:
		say("message: fault at ");
		say_place(msg->arg.pagefault.address);
		say("%s%s%s\n",
		    msg->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WRITE ? " write" : "",
		    msg->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP ? " wp" : "",
		    msg->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_MINOR ? " minor" : "");
		break;
	case UFFD_EVENT_FORK:
		say("message: fork\n");
		break;
	case UFFD_EVENT_REMAP:
		say("message: remap from ");
		say_place(msg->arg.remap.from);
		say(" to ");
		say_place(msg->arg.remap.to);
		say(", %llu pages\n", (unsigned long long)msg->arg.remap.len / unit);
		break;
	case UFFD_EVENT_REMOVE:
	case UFFD_EVENT_UNMAP:
		say("message: %s ", msg->event == UFFD_EVENT_REMOVE ? "remove" : "unmap");
		say_place(msg->arg.remove.start);
		say(" to ");
		say_place(msg->arg.remove.end);
		say("\n");
		break;
	default:
		say("message: event 0x%x\n", msg->event);
	}
}

// Wait for a message, read and print it. Returns false if that fails.
static inline bool next_message(int fd, struct uffd_msg *msg)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	poll(&wait, 1, -1);
	if (read(fd, msg, sizeof(*msg)) != (ssize_t)sizeof(*msg)) {
		show("read", -1);
		return false;
	}
	show_message(msg);
	return true;
}

static inline void *map_memory(size_t pages)
{
	return mmap(NULL, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

// Whether the page with `at` is in memory, and write-protected: from /proc/self/pagemap.
static inline void show_pagemap(const char *what, const void *at)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t word = 0;

	if (pread(fd, &word, sizeof(word), (off_t)((uintptr_t)at / PAGE * 8)) != 8)
		say("pagemap: %s\n", error_name(errno));
	close(fd);
	say("%s:%s%s%s%s\n", what, word >> 63 & 1 ? " present" : "",
	    word >> 62 & 1 ? " swapped" : "", word >> 61 & 1 ? " file" : "",
	    word >> 57 & 1 ? " protected" : "");
}
