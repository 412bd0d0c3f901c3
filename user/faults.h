// faults.h: what the examples of userfaultfd share (pagedheap, snapshot, migrate, compact). Each has a
// program that faults, and a handler that reads a message for each fault and supplies the page.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u

static inline void must(bool good, const char *what)
{
	if (!good) {
		perror(what);
		exit(1);
	}
}

// Memory that is private to this process: a child gets none of it.
static inline char *memory(size_t pages)
{
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                0);

	must(at != MAP_FAILED, "mmap");
	return at;
}

// A descriptor that gets a message for each fault in [at, at + pages): of a page that is missing
// (`mode` UFFDIO_REGISTER_MODE_MISSING), or of a write to a protected one (UFFDIO_REGISTER_MODE_WP).
// Linux grants it to every user, since faults inside the kernel are left out (UFFD_USER_MODE_ONLY).
static inline int faults_of(const char *at, size_t pages, uint64_t mode, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	struct uffdio_register wanted = { .range = { (uintptr_t)at, pages * PAGE }, .mode = mode };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	must(fd >= 0, "userfaultfd");
	must(ioctl(fd, UFFDIO_API, &api) == 0, "UFFDIO_API");
	must(ioctl(fd, UFFDIO_REGISTER, &wanted) == 0, "UFFDIO_REGISTER");
	return fd;
}

// Wait for a fault, at most so many milliseconds (-1: for ever). Returns the number of its page from
// `at` on, or -1 if none came.
static inline long next_fault(int fd, const char *at, int milliseconds)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	struct uffd_msg message;

	if (poll(&waiting, 1, milliseconds) <= 0)
		return -1;
	must(read(fd, &message, sizeof(message)) == (ssize_t)sizeof(message), "read a fault");
	return (long)((message.arg.pagefault.address - (uintptr_t)at) / PAGE);
}

// Put a copy of `page` at `to`, and wake who waits for it. Returns false if there is a page already.
static inline bool supply(int fd, const char *to, const char *page)
{
	struct uffdio_copy copy = { .dst = (uintptr_t)to, .src = (uintptr_t)page, .len = PAGE };
	int result = ioctl(fd, UFFDIO_COPY, &copy);

	must(result == 0 || errno == EEXIST, "UFFDIO_COPY");
	return result == 0;
}

// Draw how much is done; the bar stays on its line. Without a terminal only the end is drawn.
static inline void progress(const char *what, unsigned int done, unsigned int all,
                            unsigned int faults)
{
	char bar[33];

	if (done < all && !isatty(STDOUT_FILENO))
		return;
	memset(bar, '.', sizeof(bar) - 1);
	memset(bar, '#', done * (sizeof(bar) - 1) / all);
	bar[sizeof(bar) - 1] = '\0';
	printf("\r[%s] %s: %u of %u pages, %u faults%s", bar, what, done, all, faults,
	       done < all ? "" : "\n");
	fflush(stdout);
}

// What byte `i` of page `n` holds in these examples: a text, so that it can be compressed.
static inline char content(unsigned int n, unsigned int i)
{
	return (char)('a' + (n + i / 512) % 26);
}

static inline void write_page(char *page, unsigned int n)
{
	for (unsigned int i = 0; i < PAGE; i++)
		page[i] = content(n, i);
}

static inline bool is_right(const char *page, unsigned int n)
{
	for (unsigned int i = 0; i < PAGE; i++)
		if (page[i] != content(n, i))
			return false;
	return true;
}
