// Write-protection: writes to protected pages, pages that are not there, and what other calls do to
// the protection. The page map shows it (bit 57).

#include "uffd.h"

#define PAGES 16

static int fd, memory;
static char source[PAGE];

static char peek(long page)
{
	return *(const volatile char *)(window + page * (long)PAGE);
}

static void poke(long page, char value)
{
	*(volatile char *)(window + page * (long)PAGE) = value;
}

static void protect(const char *what, long page, long count, uint64_t mode)
{
	show(what, uffd_protect(fd, window + page * (long)PAGE, (size_t)count * PAGE, mode));
}

static void map_page(const char *what, long page)
{
	show_pagemap(what, window + page * (long)PAGE);
}

// A handler: it ends the protection, or fills a missing page.
static pid_t handler(int faults)
{
	pid_t pid = fork_or_end();
	struct uffd_msg msg;

	while (pid == 0 && faults-- && next_message(fd, &msg)) {
		void *at = (void *)(uintptr_t)msg.arg.pagefault.address;

		if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
			uffd_protect(fd, at, PAGE, 0);
		else
			uffd_copy(fd, at, source, PAGE, UFFDIO_COPY_MODE_WP);
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

static void begin(const char *what, bool shared, uint64_t mode, uint64_t features)
{
	say("%s\n", what);
	memory = memfd_create("uffd", 0);
	ftruncate(memory, PAGES * PAGE);
	window = shared ? mmap(NULL, PAGES * PAGE, RW, MAP_SHARED, memory, 0) : map_memory(PAGES);
	fd = uffd_ready(O_NONBLOCK, features);
	show("register", uffd_register(fd, window, PAGES * PAGE, mode, NULL));
}

static void end(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	show_status("handler", status);
	close(fd);
	map_page("page 2 at the end", 2);
	map_page("page 8 at the end", 8);
	munmap(window, PAGES * PAGE);
	close(memory);
}

static void basics(bool shared, uint64_t features)
{
	pid_t pid;

	begin(shared ? "shared" : "private", shared, WP, features);
	for (int page = 0; page < 8; page++)
		poke(page, (char)('a' + page));
	peek(8);
	protect("protect", 0, 10, UFFDIO_WRITEPROTECT_MODE_WP);
	map_page("page 1", 1);
	map_page("page 8, only read", 8);
	map_page("page 9, never touched", 9);
	madvise(window + 5 * PAGE, PAGE, MADV_DONTNEED);
	map_page("page 5 after MADV_DONTNEED", 5);
	if (shared)
		madvise(window + 6 * PAGE, PAGE, MADV_REMOVE);
	map_page("page 6 after MADV_REMOVE", 6);
	pid = handler(features & UFFD_FEATURE_WP_ASYNC ? 0 : 3 + (shared || features));
	say("%c\n", peek(0));
	poke(0, 'A');
	poke(0, 'B');
	say("%c\n", peek(0));
	poke(8, 'i');
	say("%c\n", peek(8));
	poke(9, 'j');
	say("%c\n", peek(9));
	map_page("page 9", 9);
	protect("no protection of page 1", 1, 1, 0);
	poke(1, 'C');
	mprotect(window + 3 * PAGE, PAGE, PROT_READ);
	mprotect(window + 3 * PAGE, PAGE, RW);
	map_page("page 3 after mprotect", 3);
	mprotect(window + 3 * PAGE, PAGE, PROT_NONE);
	map_page("page 3 without access", 3);
	mprotect(window + 3 * PAGE, PAGE, RW);
	poke(3, 'D');
	map_page("page 3 after a write", 3);
	end(pid);
}

static void errors(void)
{
	begin("errors", false, WP, 0);
	protect("mode 3", 0, 1, 3);
	protect("mode 4", 0, 1, 4);
	protect("don't wake", 0, 1, UFFDIO_WRITEPROTECT_MODE_DONTWAKE);
	show("unaligned", uffd_protect(fd, window + 1, PAGE, 1));
	show("length 0", uffd_protect(fd, window, 0, 1));
	munmap(window + 4 * PAGE, PAGE);
	protect("over a hole", 3, 3, 1);
	uffd_unregister(fd, window + 8 * PAGE, PAGE);
	poke(7, 'x');
	protect("over a border", 7, 3, 1);
	map_page("page 7", 7);
	protect("not registered", 8, 1, 1);
	protect("a hole", 4, 1, 1);
	uffd_unregister(fd, window + 7 * PAGE, PAGE);
	map_page("page 7 unregistered", 7);
	poke(7, 'y');
	show("bad address", ioctl(fd, UFFDIO_WRITEPROTECT, (void *)1));
	close(fd);
}

// Missing pages come protected; a marker gives way to a copy.
static void with_missing(uint64_t features)
{
	pid_t pid;

	begin(features ? "missing and wp, with markers" : "missing and wp", false, MISSING | WP,
	      features);
	memset(source, 's', sizeof(source));
	show_fill("copy", uffd_copy(fd, window, source, PAGE, UFFDIO_COPY_MODE_WP));
	map_page("page 0", 0);
	protect("protect pages not there", 1, 3, 1);
	map_page("page 1", 1);
	show_fill("zeropage", uffd_zeropage(fd, window + PAGE, PAGE, 0));
	show_fill("copy", uffd_copy(fd, window + 2 * PAGE, source, PAGE, 0));
	map_page("page 1", 1);
	map_page("page 2", 2);
	pid = handler(3);
	poke(0, 'a');
	poke(3, 'b');
	say("%c\n", peek(3));
	end(pid);
}

// A fork's child has no protection without UFFD_FEATURE_EVENT_FORK.
static void in_child(void)
{
	map_page("child's page 0", 0);
	map_page("child's page 1", 1);
	poke(0, 'c');
	say("child %c\n", peek(0));
}

static void forks(void)
{
	begin("fork", false, WP, UFFD_FEATURE_WP_UNPOPULATED);
	poke(0, 'p');
	protect("protect", 0, 2, 1);
	show_child("child", in_child);
	map_page("page 0", 0);
	map_page("page 1", 1);
	end(fork() ?: (_exit(0), 0));
}

int main(void)
{
	basics(false, 0);
	basics(false, UFFD_FEATURE_WP_UNPOPULATED);
	basics(true, 0);
	basics(false, UFFD_FEATURE_WP_ASYNC);
	basics(true, UFFD_FEATURE_WP_ASYNC);
	errors();
	with_missing(0);
	with_missing(UFFD_FEATURE_WP_UNPOPULATED);
	forks();
	return 0;
}
