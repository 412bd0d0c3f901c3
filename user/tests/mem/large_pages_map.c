// append: hugepages=4
// mem: 64
// Large pages: reserved when they are mapped, taken when they are touched.

#include "large_pages.h"

static void private(void)
{
	char *at = map_large("private", 3, MAP_PRIVATE);

	check("aligned", (uintptr_t)at % large == 0);
	pool("three mapped");
	check("zero", at[0] == 0 && at[large - 1] == 0);
	pool("one read");
	at[0] = 'a';
	at[2 * large] = 'b';
	pool("it and another written");
	show("one more page", map_large("two more", 2, MAP_PRIVATE) != NULL);
	show("the first unmapped", munmap(at, large));
	pool("two left");
	check("contents", at[2 * large] == 'b' && at[large] == 0);
	show("all unmapped", munmap(at, 3 * large));
	pool("none left");
}

static void shared(void)
{
	char *at = map_large("shared", 2, MAP_SHARED);
	int status;

	pool("two shared");
	at[0] = 's';
	if (fork() == 0) {
		at[large] = at[0];
		_exit(0);
	}
	wait(&status);
	check("the child wrote", at[large] == 's');
	pool("both touched");
	munmap(at, 2 * large);
	pool("unmapped");
}

static void nothing_reserved(void)
{
	char *all = map_large("all", 4, MAP_PRIVATE), *at;

	at = map_large("without reservation", 2, MAP_PRIVATE | MAP_NORESERVE);
	pool("all reserved");
	touched = at;
	show_child("none for the other", write_byte);
	show_child("nor to read", read_byte);
	show("to populate", madvise(at, large, MADV_POPULATE_WRITE));
	munmap(all, large);
	show_child("when one is free", write_byte);
	*at = 1;
	pool("taken");
	touched = at + large;
	show_child("the next", write_byte);
	munmap(at, 2 * large);
	munmap(all + large, 3 * large);
	pool("none left");
	at = map_large("shared without reservation", 2, MAP_SHARED | MAP_NORESERVE);
	pool("mapped");
	*at = 1;
	pool("touched");
	munmap(at, 2 * large);
}

static void lengths(void)
{
	char *at = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0), *place;

	at[large - 1] = 1;
	pool("a short length");
	show("unmapped by it", munmap(at, PAGE));
	show("unmapped", munmap(at, large));
	at = mmap(NULL, 4 * large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(at, 4 * large);
	at = (char *)(((uintptr_t)at + large - 1) / large * large);
	place = mmap(at + PAGE, large, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	show_place("a hint", place, at);
	munmap(place, large);
	show("too many", map_large("five", 5, MAP_PRIVATE) != NULL);
	show_map("of no size", mmap(NULL, 0, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
	show_map("a stack", mmap(NULL, large, RW,
	                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_GROWSDOWN, -1, 0));
	show_map("of another size",
	         mmap(NULL, large, RW,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 16 << MAP_HUGE_SHIFT, -1, 0));
}

// Large pages are never locked, also if that is asked for.
static void locked(void)
{
	char *at = map_large("locked", 1, MAP_PRIVATE | MAP_LOCKED), text[1024];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	const char *line;

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	line = strstr(text, "VmLck:");
	say("locked: %ld kB\n", line ? strtol(line + 6, NULL, 10) : -1);
	pool("locked");
	show("invalidated", msync(at, large, MS_INVALIDATE));
	munmap(at, large);
}

int main(void)
{
	large_pages_begin();
	pool("at first");
	private();
	shared();
	nothing_reserved();
	lengths();
	locked();
	pool("at last");
	return 0;
}
