// append: hugepages=4
// mem: 64
// Jumbo pages: promised when they are mapped, taken when they are touched.

#include "jumbo.h"

static void private(void)
{
	char *at = map_jumbo("private", 3, MAP_PRIVATE);

	check("aligned", (uintptr_t)at % jumbo == 0);
	pool("three mapped");
	check("zero", at[0] == 0 && at[jumbo - 1] == 0);
	pool("one read");
	at[0] = 'a';
	at[2 * jumbo] = 'b';
	pool("it and another written");
	show("one more page", map_jumbo("two more", 2, MAP_PRIVATE) != NULL);
	show("the first unmapped", munmap(at, jumbo));
	pool("two left");
	check("contents", at[2 * jumbo] == 'b' && at[jumbo] == 0);
	show("all unmapped", munmap(at, 3 * jumbo));
	pool("none left");
}

static void shared(void)
{
	char *at = map_jumbo("shared", 2, MAP_SHARED);
	int status;

	pool("two shared");
	at[0] = 's';
	if (fork() == 0) {
		at[jumbo] = at[0];
		_exit(0);
	}
	wait(&status);
	check("the child wrote", at[jumbo] == 's');
	pool("both touched");
	munmap(at, 2 * jumbo);
	pool("unmapped");
}

static void nothing_promised(void)
{
	char *all = map_jumbo("all", 4, MAP_PRIVATE), *at;

	at = map_jumbo("without promise", 2, MAP_PRIVATE | MAP_NORESERVE);
	pool("all promised");
	touched = at;
	show_child("none for the other", write_byte);
	show_child("nor to read", read_byte);
	show("to populate", madvise(at, jumbo, MADV_POPULATE_WRITE));
	munmap(all, jumbo);
	show_child("when one is free", write_byte);
	*at = 1;
	pool("taken");
	touched = at + jumbo;
	show_child("the next", write_byte);
	munmap(at, 2 * jumbo);
	munmap(all + jumbo, 3 * jumbo);
	pool("none left");
	at = map_jumbo("shared without promise", 2, MAP_SHARED | MAP_NORESERVE);
	pool("mapped");
	*at = 1;
	pool("touched");
	munmap(at, 2 * jumbo);
}

static void lengths(void)
{
	char *at = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0), *place;

	at[jumbo - 1] = 1;
	pool("a short length");
	show("unmapped by it", munmap(at, PAGE));
	show("unmapped", munmap(at, jumbo));
	at = mmap(NULL, 4 * jumbo, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(at, 4 * jumbo);
	at = (char *)(((uintptr_t)at + jumbo - 1) / jumbo * jumbo);
	place = mmap(at + PAGE, jumbo, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	show_place("a wish", place, at);
	munmap(place, jumbo);
	show("too many", map_jumbo("five", 5, MAP_PRIVATE) != NULL);
	show_map("of no size", mmap(NULL, 0, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
	show_map("a stack", mmap(NULL, jumbo, RW,
	                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_GROWSDOWN, -1, 0));
	show_map("of another size",
	         mmap(NULL, jumbo, RW,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 16 << MAP_HUGE_SHIFT, -1, 0));
}

// Jumbo pages are never locked, also if that is asked for.
static void locked(void)
{
	char *at = map_jumbo("locked", 1, MAP_PRIVATE | MAP_LOCKED), text[1024];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	const char *line;

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	line = strstr(text, "VmLck:");
	say("locked: %ld kB\n", line ? strtol(line + 6, NULL, 10) : -1);
	pool("locked");
	show("invalidated", msync(at, jumbo, MS_INVALIDATE));
	munmap(at, jumbo);
}

int main(void)
{
	jumbo_begin();
	pool("at first");
	private();
	shared();
	nothing_promised();
	lengths();
	locked();
	pool("at last");
	return 0;
}
