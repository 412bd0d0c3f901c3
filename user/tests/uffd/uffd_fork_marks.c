// What a fork's child has of write-protection: all of it if the reader learns of forks, else nothing. The
// child's own descriptor, and its poison.

#define _GNU_SOURCE
#include "uffd.h"

#include <sys/wait.h>

#define PAGES 6

enum kind { ANONYMOUS, SHARED, PRIVATE };

static int fd, memory;
static char source[PAGE];
static enum kind kind;

static char *at(long page)
{
	return window + page * (long)PAGE;
}

static void show_all(const char *what)
{
	say("%s\n", what);
	for (long page = 0; page < PAGES; page++)
		show_pagemap("  page", at(page));
}

// Let the kernel write, so that no signal comes.
static void write_all(void)
{
	int ends[2];
	char byte;

	pipe(ends);
	for (long page = 0; page < PAGES; page++) {
		write(ends[1], "w", 1);
		if (read(ends[0], at(page), 1) == 1)
			continue;
		say("  page %ld: %s\n", page, error_name(errno));
		(void)!read(ends[0], &byte, 1);
	}
}

static int done[2]; // a byte arrives when the reader has acted

static void child(void)
{
	char byte;

	(void)!read(done[0], &byte, 1);
	show_all("child");
	write_all();
	show_all("child has written");
	_exit(0);
}

// The reader, another process: with the child's descriptor it ends the protection of a page and of a marker.
static void reader(bool forks)
{
	struct uffd_msg msg;

	if (forks && next_message(fd, &msg)) {
		int descriptor = (int)msg.arg.fork.ufd;

		show("of page 1 the protection ends", uffd_protect(descriptor, at(1), PAGE, 0));
		show("of page 3 the protection ends", uffd_protect(descriptor, at(3), PAGE, 0));
		show("page 0 is protected", uffd_protect(descriptor, at(0), PAGE, 1));
		show_fill("a copy to page 4", uffd_copy(descriptor, at(4), source, PAGE, 0));
	}
	write(done[1], "", 1);
	pause();
}

static void map_it(uint64_t features)
{
	memory = kind == ANONYMOUS ? -1 : memfd_create("fork", 0);
	if (memory >= 0)
		ftruncate(memory, PAGES * PAGE);
	window = mmap(NULL, PAGES * PAGE, RW,
	              (kind == SHARED ? MAP_SHARED : MAP_PRIVATE) | (memory < 0 ? MAP_ANONYMOUS : 0),
	              memory, 0);
	fd = uffd_ready(0, UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_SIGBUS | features);
}

// Pages: written; written and protected; read and protected; a marker; poison; poison and protected.
static void prepare(void)
{
	uffd_register(fd, window, PAGES * PAGE, WP, NULL);
	*at(0) = *at(1) = 'p';
	(void)*(volatile char *)at(2);
	uffd_poison(fd, at(4), 2 * PAGE, 0);
	uffd_protect(fd, at(1), 3 * PAGE, UFFDIO_WRITEPROTECT_MODE_WP);
	uffd_protect(fd, at(5), PAGE, UFFDIO_WRITEPROTECT_MODE_WP);
	show_all("prepared");
}

static void try(const char *what, enum kind of, uint64_t features)
{
	pid_t reads, pid;
	int status;

	say("%s%s\n", what, features ? ", with a message" : "");
	kind = of;
	pipe(done);
	map_it(features);
	reads = fork_or_end();
	if (reads == 0)
		reader(features);
	prepare();
	pid = fork_or_end();
	if (pid == 0)
		child();
	waitpid(pid, &status, 0);
	show_status("child", status);
	kill(reads, SIGKILL);
	waitpid(reads, &status, 0);
	show_all("parent");
	close(fd);
	munmap(window, PAGES * PAGE);
	close(memory);
}

int main(void)
{
	for (int event = 0; event < 2; event++) {
		uint64_t features = event ? UFFD_FEATURE_EVENT_FORK : 0;

		try("anonymous", ANONYMOUS, features);
		try("shared", SHARED, features);
		try("private", PRIVATE, features);
	}
	return 0;
}
