// A range that was registered anew merges with what is beside it, whatever marks its pages have: one fill
// covers it. And the copy that the first write to a write-protected hole of a private mapping makes.

#define _GNU_SOURCE
#include "uffd.h"

#define PAGES 12

static int fd, memory;
static char source[PAGES * PAGE];

static char *at(long page)
{
	return window + page * (long)PAGE;
}

static void reg(long page, long pages, uint64_t mode)
{
	if (uffd_register(fd, at(page), (size_t)pages * PAGE, mode, NULL))
		show("register", -1);
}

static void begin(const char *what, int flags)
{
	say("%s\n", what);
	memory = flags & MAP_ANONYMOUS ? -1 : memfd_create("merged", 0);
	if (memory >= 0)
		ftruncate(memory, PAGES * PAGE);
	window = mmap(NULL, PAGES * PAGE, RW, flags, memory, 0);
	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_SIGBUS);
}

static void end(void)
{
	close(fd);
	munmap(window, PAGES * PAGE);
	close(memory);
}

static void copy_all(void)
{
	show_fill("  a copy of all", uffd_copy(fd, window, source, PAGES * PAGE, 0));
}

// Parts of the memory were registered for write-protection before, or for what all of it is now.
static void merge(const char *what, int flags)
{
	begin(what, flags);
	reg(1, 2, WP);
	reg(6, 1, MISSING);
	reg(9, 1, WP);
	reg(0, PAGES, MISSING);
	copy_all();
	end();
}

// The marks are above, then below.
static void merge_ends(const char *what, int flags)
{
	begin(what, flags);
	reg(4, 1, MISSING);
	reg(8, 4, WP);
	reg(8, 4, MISSING);
	reg(5, 3, MISSING);
	reg(0, 2, WP);
	reg(0, 4, MISSING);
	copy_all();
	end();
}

// The table of the part without marks is shared with a child, in which a change of the file must leave none.
static void merge_shared_table(void)
{
	int status, ends[2];
	char byte;
	pid_t pid;

	begin("with a page table that a child shares", MAP_PRIVATE);
	munmap(window, PAGES * PAGE);
	ftruncate(memory, 256 * PAGE);
	window = mmap(NULL, 256 * PAGE, RW, MAP_PRIVATE, memory, 0);
	for (int page = 0; page < 200; page++)
		*at(page) = 1;
	pipe(ends);
	pid = fork_or_end();
	if (pid == 0) {
		read(ends[0], &byte, 1);
		show_pagemap("  the child's page", at(100));
		_exit(*at(100));
	}
	reg(200, 56, WP | MISSING);
	reg(200, 56, MISSING);
	uffd_unregister(fd, at(200), 56 * PAGE);
	reg(0, 256, WP | MISSING);
	show("  protect", uffd_protect(fd, at(100), 2 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	show("  discard", madvise(at(100), PAGE, MADV_DONTNEED));
	show_pagemap("  page", at(100));
	show_pagemap("  the next", at(101));
	write(ends[1], "", 1);
	waitpid(pid, &status, 0);
	show_status("  child", status);
	close(fd);
	munmap(window, 256 * PAGE);
	close(memory);
}

// Write by the kernel to write-protected holes: it fails, and the page is there.
static void first_write(const char *what, int flags, uint64_t mode)
{
	int ends[2];

	begin(what, flags);
	if (memory >= 0)
		pwrite(memory, "file", 4, 0);
	reg(0, PAGES, mode);
	show("  protect", uffd_protect(fd, window, 2 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	pipe(ends);
	write(ends[1], "w", 1);
	show("  write", read(ends[0], window, 1));
	show_pagemap("  page", window);
	if (memory >= 0)
		pwrite(memory, "FILE", 4, 0);
	show("  unprotect", uffd_protect(fd, window, 2 * PAGE, 0));
	say("  '%c'\n", *at(0) ? *at(0) : '0');
	write(ends[1], "w", 1);
	show("  write", read(ends[0], window, 1));
	say("  '%c'\n", *at(0));
	close(ends[0]);
	close(ends[1]);
	end();
}

int main(void)
{
	merge("anonymous", MAP_PRIVATE | MAP_ANONYMOUS);
	merge("shared", MAP_SHARED);
	merge("private, of a file", MAP_PRIVATE);
	merge_ends("marks at the ends, anonymous", MAP_PRIVATE | MAP_ANONYMOUS);
	merge_ends("shared", MAP_SHARED);
	merge_ends("private, of a file", MAP_PRIVATE);
	merge_shared_table();
	first_write("the first write, private", MAP_PRIVATE, WP);
	first_write("the first write, shared", MAP_SHARED, WP);
	first_write("the first write, anonymous", MAP_PRIVATE | MAP_ANONYMOUS, WP);
	return 0;
}
