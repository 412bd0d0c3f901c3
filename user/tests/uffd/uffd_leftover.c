// Marks of write-protection in memory that is registered anew without write-protection: they stay, and
// mean nothing any more. What each access and each call leaves of them.

#include "uffd.h"

#define PAGES 8
#define USED 4

enum kind { SHARED, PRIVATE, ANONYMOUS };

static int fd, file;
static enum kind kind;
static char source[PAGE];

static char *at(long page)
{
	return window + page * (long)PAGE;
}

// Protect page 0, which has been written, page 1, which has been read, and pages 2 and 3, which have
// no page yet; then register all for missing pages only.
static void open_window(void)
{
	file = (int)syscall(SYS_memfd_create, "file", 0);
	ftruncate(file, PAGES * PAGE);
	if (kind == ANONYMOUS)
		window = map_memory(PAGES);
	else
		window = mmap(NULL, PAGES * PAGE, RW, kind == SHARED ? MAP_SHARED : MAP_PRIVATE,
		              file, 0);
	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_SIGBUS);
	uffd_register(fd, window, PAGES * PAGE, WP, NULL);
	*at(0) = 'a';
	(void)*(volatile char *)at(1);
	uffd_protect(fd, window, USED * PAGE, UFFDIO_WRITEPROTECT_MODE_WP);
	uffd_register(fd, window, PAGES * PAGE, MISSING, NULL);
}

static void show_all(const char *when)
{
	say("%s\n", when);
	for (long page = 0; page < USED; page++)
		show_pagemap("  page", at(page));
}

static void close_window(const char *when)
{
	show_all(when);
	close(fd);
	show_all("and closed");
	munmap(window, PAGES * PAGE);
	close(file);
}

// Let the program read or write without a signal where it may.
static void access_all(bool store)
{
	char byte = 'w';
	int ends[2];

	pipe(ends);
	for (long page = 0; page < USED; page++) {
		if (store)
			write(ends[1], &byte, 1);
		show(store ? "  write" : "  read",
		     store ? read(ends[0], at(page), 1) : write(ends[1], at(page), 1));
	}
	close(ends[0]);
	close(ends[1]);
}

static void accesses(void)
{
	open_window();
	show_all("registered anew");
	access_all(false);
	close_window("read");
	open_window();
	access_all(true);
	close_window("written");
}

static void fills(void)
{
	open_window();
	for (long page = 0; page < USED; page++)
		show_fill("  copy", uffd_copy(fd, at(page), source, PAGE, 0));
	close_window("copied");
	open_window();
	for (long page = 0; page < USED; page++)
		show_fill("  zeropage", uffd_zeropage(fd, at(page), PAGE, 0));
	close_window("zeroes");
	open_window();
	for (long page = 0; page < USED; page++)
		show_fill("  poison", uffd_poison(fd, at(page), PAGE, 0));
	close_window("poisoned");
}

static void drops(void)
{
	open_window();
	madvise(window, PAGES * PAGE, MADV_DONTNEED);
	close_window("dropped");
	if (kind == ANONYMOUS)
		return;
	open_window();
	syscall(SYS_fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 0, PAGES * PAGE,
	        0);
	close_window("a hole");
	open_window();
	ftruncate(file, 0);
	close_window("truncated");
}

static void look(void)
{
	show_all("in the child");
}

static void changes(void)
{
	char *target = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	open_window();
	mprotect(window, PAGES * PAGE, PROT_READ);
	mprotect(window, PAGES * PAGE, RW);
	close_window("protected and not");
	open_window();
	show_child("child", look);
	close_window("after the fork");
	open_window();
	window = mremap(window, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	close_window("moved");
	open_window();
	uffd_register(fd, window, PAGES * PAGE, WP, NULL);
	close_window("registered for protection again");
	open_window();
	uffd_unregister(fd, window, PAGES * PAGE);
	show_all("unregistered");
	access_all(true);
	close_window("then written");
}

int main(void)
{
	static const char *const names[] = { "SHARED", "PRIVATE", "ANONYMOUS" };

	memset(source, 's', sizeof(source));
	for (kind = SHARED; kind <= ANONYMOUS; kind++) {
		say("%s\n", names[kind]);
		accesses();
		fills();
		drops();
		changes();
	}
	return 0;
}
