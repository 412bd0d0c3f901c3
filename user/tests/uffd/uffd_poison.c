// UFFDIO_POISON and UFFDIO_MOVE; SIGBUS instead of messages; faults of the kernel's copies.

#include "uffd.h"

#define PAGES 24

static int fd;
static char source[PAGE];
static long touched;

static void touch(void)
{
	(void)*(volatile char *)(window + touched * (long)PAGE);
}

static void show_touch(long page)
{
	touched = page;
	show_child("touch in a child", touch);
}

static void copy(const char *what, long page)
{
	show_fill(what, uffd_copy(fd, window + page * (long)PAGE, source, PAGE, 0));
}

static void zero(const char *what, long page)
{
	show_fill(what, uffd_zeropage(fd, window + page * (long)PAGE, PAGE, 0));
}

static void poison(const char *what, long page, long count)
{
	show_fill(what, uffd_poison(fd, window + page * (long)PAGE, (size_t)count * PAGE, 0));
}

static void move(const char *what, long to, long from, long count, uint64_t mode)
{
	show_fill(what, uffd_move(fd, window + to * (long)PAGE, window + from * (long)PAGE,
	                          (size_t)count * PAGE, mode));
}

static void poisons(void)
{
	int ends[2];

	say("poison\n");
	fd = uffd_ready(O_NONBLOCK, 0);
	window = map_memory(PAGES);
	uffd_register(fd, window, PAGES * PAGE, MISSING, NULL);
	poison("poison", 0, 2);
	poison("again", 0, 1);
	copy("copy", 2);
	poison("over a page", 2, 1);
	poison("up to a page", 1, 2);
	show_touch(0);
	pipe(ends);
	show("write from it", write(ends[1], window, 1));
	zero("zeropage over poison", 0);
	copy("copy over poison", 0);
	show_touch(0);
	madvise(window + PAGE, PAGE, MADV_DONTNEED);
	copy("after MADV_DONTNEED", 1);
	poison("poison", 4, 1);
	uffd_unregister(fd, window + 4 * PAGE, PAGE);
	show_touch(4);
	show_fill("mode 2", uffd_poison(fd, window + 5 * PAGE, PAGE, 2));
	close(fd);
	show_touch(4);
	munmap(window, PAGES * PAGE);
}

static void shared_after_fork(void)
{
	move("shared after a fork", 5, 0, 1, 0);
}

static void moves(void)
{
	int memory = memfd_create("uffd", 0), ends[2];
	char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, memory, 0);
	pid_t pid;

	say("move\n");
	ftruncate(memory, PAGE);
	fd = uffd_ready(O_NONBLOCK, 0);
	window = map_memory(PAGES);
	uffd_register(fd, window + 8 * PAGE, 8 * PAGE, MISSING, NULL);
	for (int page = 0; page < 4; page++)
		window[page * (int)PAGE] = (char)('a' + page);
	move("move", 8, 0, 2, 0);
	say("%d %c %c\n", window[0], window[8 * PAGE], window[9 * PAGE]);
	move("onto a page", 9, 2, 1, 0);
	move("a hole", 10, 6, 1, 0);
	move("a hole, allowed", 10, 6, 1, UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);
	move("page, hole", 10, 3, 2, 0);
	move("hole, page", 12, 1, 2, UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);
	say("%c %c\n", window[10 * PAGE], window[13 * PAGE]);
	move("to a page not registered", 4, 8, 1, 0);
	move("mode 4", 14, 8, 1, 4);
	move("over a border", 15, 8, 2, 0);
	move("elsewhere", 4000, 8, 1, 0);
	window[5 * PAGE] = 'r';
	mprotect(window + 5 * PAGE, PAGE, PROT_READ);
	move("read-only", 14, 5, 1, 0);
	show_fill("shared memory", uffd_move(fd, window + 14 * PAGE, shared, PAGE, 0));
	(void)*(volatile char *)(window + 4 * PAGE);
	move("the zero page", 14, 4, 1, 0);
	say("%d\n", window[14 * PAGE]);
	window[14 * PAGE] = 'z';
	show_child("by a child", shared_after_fork);
	window[6 * PAGE] = 's';
	pipe(ends);
	pid = fork_or_end();
	if (pid == 0) {
		read(ends[0], source, 1);
		_exit(0);
	}
	move("shared with a child", 15, 6, 1, 0);
	write(ends[1], "x", 1);
	waitpid(pid, NULL, 0);
	window[6 * PAGE] = 't';
	move("alone again", 15, 6, 1, 0);
	say("%c\n", window[15 * PAGE]);
	close(fd);
	munmap(window, PAGES * PAGE);
}

// Print how many areas overlap the window.
static void show_areas(const char *what)
{
	static char text[16384];
	int maps = open("/proc/self/maps", O_RDONLY), count = 0;
	size_t len = 0;
	ssize_t n;

	while ((n = read(maps, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(maps);
	text[len] = 0;
	for (char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		uintptr_t start = strtoul(line, NULL, 16),
			  end = strtoul(strchr(line, '-') + 1, NULL, 16);

		count += start < (uintptr_t)window + PAGES * PAGE && end > (uintptr_t)window;
	}
	say("areas %s: %d\n", what, count);
}

// Poison is no property of an area: those that are alike but for it merge.
static void merges(void)
{
	say("areas\n");
	fd = uffd_ready(O_NONBLOCK, 0);
	window = map_memory(PAGES);
	uffd_register(fd, window, 4 * PAGE, MISSING, NULL);
	show_fill("poison", uffd_poison(fd, window + PAGE, PAGE, 0));
	uffd_register(fd, window + 4 * PAGE, (PAGES - 4) * PAGE, MISSING | WP, NULL);
	show_areas("of two modes");
	uffd_register(fd, window, 4 * PAGE, MISSING | WP, NULL);
	show_areas("of one mode");
	uffd_unregister(fd, window, PAGES * PAGE);
	show_areas("not registered");
	mprotect(window, 2 * PAGE, PROT_READ);
	show_areas("with two protections");
	mprotect(window, 2 * PAGE, RW);
	show_areas("with one protection");
	show_pagemap("poisoned", window + PAGE);
	close(fd);
	munmap(window, PAGES * PAGE);
}

static void sigbus(void)
{
	int ends[2];

	say("SIGBUS\n");
	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_SIGBUS);
	window = map_memory(PAGES);
	uffd_register(fd, window, PAGES * PAGE, MISSING, NULL);
	pipe(ends);
	show("write from a missing page", write(ends[1], window, 1));
	(void)madvise(window, PAGE, MADV_DONTFORK);
	copy("copy", 1);
	say("%d\n", window[PAGE]);
	close(fd);
	munmap(window, PAGES * PAGE);
	say("user mode only\n");
	fd = uffd_ready(O_NONBLOCK | UFFD_USER_MODE_ONLY, 0);
	window = map_memory(PAGES);
	uffd_register(fd, window, PAGES * PAGE, MISSING, NULL);
	show("write from a missing page", write(ends[1], window, 1));
	write(ends[1], "x", 1);
	show("read to a missing page", read(ends[0], window, 1));
	show("getcwd", getcwd(window, PAGE) ? 0 : -1);
	close(fd);
}

int main(void)
{
	poisons();
	moves();
	merges();
	sigbus();
	return 0;
}
