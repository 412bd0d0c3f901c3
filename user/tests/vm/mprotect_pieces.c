// mprotect of a part cuts a mapping in pieces, as /proc/self/maps shows; pieces that are alike become one
// again.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096u
#define PAGES 8

static char text[16384];
static char *pages;

// Print the pieces of the mapping: each with its first page, how many there are, and its protection.
static void show_pieces(const char *what)
{
	unsigned long base = (unsigned long)(uintptr_t)pages, start, end;
	char *line, *rest;

	read_text("/proc/self/maps", text, sizeof(text));
	say("%s:", what);
	for (line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : line) {
		start = strtoul(line, &rest, 16);
		end = strtoul(rest + 1, &rest, 16);
		if (end <= base || start >= base + PAGES * PAGE)
			continue;
		if (start < base || end > base + PAGES * PAGE)
			say(" (more)");
		else
			say(" %lu+%lu%.4s", (start - base) / PAGE, (end - start) / PAGE, rest);
	}
	say("\n");
}

static void protect(size_t first, size_t count, int protection)
{
	if (mprotect(pages + first * PAGE, count * PAGE, protection))
		say("mprotect: %s\n", error_name(errno));
}

static void write_first(void)
{
	*(volatile char *)pages = 1;
}

static void write_middle(void)
{
	((volatile char *)pages)[3 * PAGE] = 1;
}

static void write_last(void)
{
	((volatile char *)pages)[7 * PAGE] = 1;
}

static void write_all(const char *what)
{
	say("%s\n", what);
	show_child("  first", write_first);
	show_child("  middle", write_middle);
	show_child("  last", write_last);
}

int main(void)
{
	// Between two pages that nobody may touch, so that no neighbour becomes one with it.
	pages = mmap(NULL, (PAGES + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pages += PAGE;
	protect(0, PAGES, PROT_READ | PROT_WRITE);
	show_pieces("whole");
	protect(3, 2, PROT_READ);
	show_pieces("cut in the middle");
	write_all("write");
	protect(4, 1, PROT_READ | PROT_WRITE);
	show_pieces("half of it back");
	protect(3, 1, PROT_READ | PROT_WRITE);
	show_pieces("all back");
	write_all("write");
	protect(0, 1, PROT_READ);
	protect(2, 1, PROT_READ);
	show_pieces("two pieces");
	protect(1, 1, PROT_READ);
	show_pieces("and what was between them");
	munmap(pages + 5 * PAGE, PAGE);
	show_pieces("a hole");
	mmap(pages + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	show_pieces("filled");
	return 0;
}
