// What truncation, holes, fork and mremap leave of write-protection, poison and pages of zeroes in
// memory that shows a file.

#include "uffd.h"

#define PAGES 8

static int fd, file;
static char source[PAGE];

static void open_window(int flags)
{
	file = (int)syscall(SYS_memfd_create, "file", 0);
	ftruncate(file, PAGES * PAGE);
	window = mmap(NULL, PAGES * PAGE, RW, flags, file, 0);
	fd = uffd_ready(O_NONBLOCK, 0);
	show("register", uffd_register(fd, window, PAGES * PAGE, MISSING | WP, NULL));
}

static void close_window(void)
{
	close(fd);
	close(file);
	munmap(window, PAGES * PAGE);
}

// Fill page 0 with a protected page, 1 with a plain one, 2 with poison, 3 with a marker, 4 with zeroes.
static void fill(void)
{
	show_fill("copy", uffd_copy(fd, window, source, PAGE, UFFDIO_COPY_MODE_WP));
	show_fill("copy", uffd_copy(fd, window + PAGE, source, PAGE, 0));
	show_fill("poison", uffd_poison(fd, window + 2 * PAGE, PAGE, 0));
	show("protect", uffd_protect(fd, window + 3 * PAGE, PAGE, UFFDIO_WRITEPROTECT_MODE_WP));
	show_fill("zeropage", uffd_zeropage(fd, window + 4 * PAGE, PAGE, 0));
}

static void show_all(const char *when)
{
	say("%s\n", when);
	for (long page = 0; page < 5; page++)
		show_pagemap("  page", window + page * (long)PAGE);
}

static void shrink(int flags)
{
	open_window(flags);
	fill();
	show_all("before");
	show("a hole", syscall(SYS_fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
	                       0, PAGES * PAGE, 0));
	show_all("with the hole");
	show("truncate", ftruncate(file, 0));
	show_all("after truncation");
	close_window();
}

static void look(void)
{
	ftruncate(file, PAGES * PAGE);
	say("in the child: %d\n", *(volatile char *)(window + 2 * PAGE));
}

static void inherit(int flags)
{
	open_window(flags);
	fill();
	show_child("child", look);
	close_window();
}

// Several mappings move in one call, but not registered ones.
static void move(void)
{
	char *target = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	window = map_memory(PAGES);
	fd = uffd_ready(O_NONBLOCK, 0);
	show("register", uffd_register(fd, window + 2 * PAGE, PAGE, MISSING, NULL));
	show("move from a plain one", (long)mremap(window + PAGE, 2 * PAGE, 2 * PAGE,
	                                           MREMAP_MAYMOVE | MREMAP_FIXED, target));
	show("move from a registered one", (long)mremap(window + 2 * PAGE, 2 * PAGE, 2 * PAGE,
	                                                MREMAP_MAYMOVE | MREMAP_FIXED, target));
	check("move of one", mremap(window + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	                            target) == target);
}

int main(void)
{
	memset(source, 'a', sizeof(source));
	say("shared\n");
	shrink(MAP_SHARED);
	inherit(MAP_SHARED);
	say("private\n");
	shrink(MAP_PRIVATE);
	inherit(MAP_PRIVATE);
	move();
	return 0;
}
