// What the tests of userfaultfd on large pages share. Fills are counted in large pages.
#pragma once

#include "large_pages.h"
#include "uffd.h"

// The kinds of memory.
enum kind {
	PRIVATE,      // private and anonymous
	SHARED,       // shared and anonymous
	FILE_SHARED,  // a memfd, shared; `alias` shows it a second time, without registration
	FILE_PRIVATE, // a memfd, private
};

static int fd, memory;
static char *alias;  // of a memfd
static char *source; // small pages, as large as a large page

static inline char *at(size_t page)
{
	return window + page * large;
}

static inline char peek(size_t page)
{
	return *(const volatile char *)at(page);
}

static inline void poke(size_t page, char value)
{
	*(volatile char *)at(page) = value;
}

// Map `n` large pages at `window`, and make a descriptor.
static inline void begin(const char *what, enum kind kind, size_t n, uint64_t features)
{
	int flags = kind == SHARED || kind == FILE_SHARED ? MAP_SHARED : MAP_PRIVATE;

	say("%s\n", what);
	memory = -1;
	alias = NULL;
	if (kind == FILE_SHARED || kind == FILE_PRIVATE) {
		memory = memfd_create("uffd", MFD_HUGETLB);
		ftruncate(memory, (off_t)(n * large));
		alias = mmap(NULL, n * large, RW, MAP_SHARED, memory, 0);
		window = mmap(NULL, n * large, RW, flags, memory, 0);
	} else {
		window = map_large("map", n, flags);
	}
	fd = uffd_ready(O_NONBLOCK, features);
}

static inline void end(size_t n)
{
	close(fd);
	munmap(window, n * large);
	if (alias) {
		munmap(alias, n * large);
		close(memory);
	}
	pool("at the end");
}

static inline void reg(const char *what, const void *start, size_t len, uint64_t mode)
{
	uint64_t requests = 0;
	int result = uffd_register(fd, start, len, mode, &requests);

	if (result)
		show(what, result);
	else
		say("%s: 0x%llx\n", what, (unsigned long long)requests);
}

// Print the result of a fill, its field in large pages.
static inline void show_large_fill(const char *what, int result)
{
	if (filled > 0 && filled % (int64_t)large == 0)
		filled /= (int64_t)large;
	show_fill(what, result);
}

static inline void copy(const char *what, size_t page, size_t n, uint64_t mode)
{
	show_large_fill(what, uffd_copy(fd, at(page), source, n * large, mode));
}

static inline void cont(const char *what, size_t page, size_t n, uint64_t mode)
{
	show_large_fill(what, uffd_continue(fd, at(page), n * large, mode));
}

static inline void poison(const char *what, size_t page, size_t n)
{
	show_large_fill(what, uffd_poison(fd, at(page), n * large, 0));
}

static inline void protect(const char *what, size_t page, size_t n, uint64_t mode)
{
	show(what, uffd_protect(fd, at(page), n * large, mode));
}

// A handler: it ends the write-protection of so many pages.
static inline pid_t unprotector(int faults)
{
	pid_t pid = fork_or_end();
	struct uffd_msg msg;

	while (pid == 0 && faults-- && next_message(fd, &msg))
		uffd_protect(fd, (void *)(uintptr_t)msg.arg.pagefault.address, large, 0);
	if (pid == 0)
		_exit(0);
	return pid;
}

// Wait for the handler's end, and end.
static inline void finish(pid_t pid, size_t n)
{
	int status;

	waitpid(pid, &status, 0);
	show_status("handler", status);
	end(n);
}

static inline void page_map(const char *what, size_t page)
{
	show_pagemap(what, at(page) + PAGE);
}

static inline void uffd_large_begin(void)
{
	large_pages_begin();
	unit = large;
	source = map_memory(large / PAGE);
	source[0] = 's';
	source[large - 1] = 'e';
}
