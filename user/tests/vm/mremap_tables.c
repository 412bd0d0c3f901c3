// mremap of ranges that cover whole page tables, of 4 MiB each, and of ranges that do not quite: with
// a parent that shares the tables, areas in between, holes, and what stays at the old place.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define TABLE (1024 * PAGE)
#define PLACE ((char *)0x20000000)
#define OTHER (PLACE + 16 * TABLE)
#define TO (MREMAP_MAYMOVE | MREMAP_FIXED)

// Map `pages` pages; every seventh one stays empty.
static void put(char *at, int pages, int flags)
{
	char *memory = mmap(at, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
	                    flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (memory != at)
		say("mmap: %s\n", error_name(errno));
	for (int i = 0; i < pages; i++)
		if (i % 7)
			at[(size_t)i * PAGE] = (char)(i % 125 + 1);
}

// Returns the first page from `first` on whose byte is not what `put` has stored, or `pages`.
static int intact(const char *at, int first, int pages)
{
	for (int i = first; i < pages; i++)
		if (at[(size_t)i * PAGE] != (i % 7 ? (char)(i % 125 + 1) : 0))
			return i;
	return pages;
}

static const char *moved(char *old, int pages, int flags, char *new)
{
	size_t bytes = (size_t)pages * PAGE;

	return mremap(old, bytes, bytes, TO | flags, new) == new ? "moved" : error_name(errno);
}

// Move in a child, while the parent shares the tables; then the child writes, and the parent looks.
static void in_a_child(const char *what, char *old, int pages, int flags, char *new)
{
	int status;

	if (fork() == 0) {
		say("%s: %s, ", what, moved(old, pages, flags, new));
		say("%d pages, ", intact(new, 0, pages));
		for (int i = 0; i < pages; i += 100)
			new[(size_t)i * PAGE] = '!';
		say("%d with the writes\n", intact(new, 1, 100));
		_exit(0);
	}
	wait(&status);
	say("  the parent has %d\n", intact(old, 0, pages));
}

static void children(void)
{
	put(PLACE, 3 * 1024, MAP_PRIVATE);
	in_a_child("three tables", PLACE, 3 * 1024, 0, OTHER);
	in_a_child("two and a half", PLACE, 2560, 0, OTHER);
	in_a_child("at other offsets", PLACE, 3 * 1024, 0, OTHER + 5 * PAGE);
	in_a_child("one table", PLACE, 1024, 0, OTHER + TABLE);
	in_a_child("the old place stays", PLACE, 3 * 1024, MREMAP_DONTUNMAP, OTHER);
	in_a_child("over the rest", PLACE, 1024, 0, PLACE + 2 * TABLE);
}

// The parent moves, and its child still has the old place.
static void parent(void)
{
	int pipes[2], status;
	char byte;

	pipe(pipes);
	if (fork() == 0) {
		read(pipes[0], &byte, 1);
		say("the child has %d", intact(PLACE, 0, 3 * 1024));
		PLACE[PAGE] = '?';
		say(", and %d after a write\n", intact(PLACE, 2, 3 * 1024));
		_exit(0);
	}
	say("the parent: %s\n", moved(PLACE, 3 * 1024, 0, OTHER));
	OTHER[PAGE] = '!';
	write(pipes[1], "x", 1);
	wait(&status);
	say("the parent has %d\n", intact(OTHER, 2, 3 * 1024));
}

// Move to and fro, each time at another offset.
static void repeated(char *at)
{
	char *old = at;

	for (int i = 0; i < 12; i++) {
		char *new = (i % 2 ? OTHER : PLACE) + (i / 3 % 2) * PAGE;

		if (strcmp(moved(old, 3 * 1024, 0, new), "moved") != 0)
			say("move %d failed\n", i);
		old = new;
	}
	say("after twelve moves: %d\n", intact(old, 2, 3 * 1024));
	munmap(old, 3 * TABLE);
}

// Other areas in the table at either end; shared memory; the old place of DONTUNMAP.
static void others(void)
{
	char *old = PLACE + TABLE - 3 * PAGE, *new = OTHER + TABLE - 3 * PAGE;

	put(PLACE, 1021, MAP_PRIVATE);
	put(old, 1024 + 6, MAP_SHARED);
	put(old + TABLE + 6 * PAGE, 10, MAP_PRIVATE);
	say("from the middle of a table: %s", moved(old, 1024 + 6, 0, new));
	say(", %d before, %d moved, %d after\n", intact(PLACE, 0, 1021), intact(new, 0, 1024 + 6),
	    intact(old + TABLE + 6 * PAGE, 0, 10));
	put(PLACE, 2048, MAP_PRIVATE);
	say("what stays is empty: %s", moved(PLACE, 2048, MREMAP_DONTUNMAP, OTHER));
	for (int i = 0; i < 2048; i++)
		if (PLACE[(size_t)i * PAGE])
			say(", %d is not", i);
	PLACE[5 * PAGE] = 'x';
	say(", moved %d\n", intact(OTHER, 0, 2048));
	mprotect(OTHER, 1024 * PAGE, PROT_NONE);
	say("without access: %s", moved(OTHER, 1024, 0, PLACE + 4 * TABLE));
	mprotect(PLACE + 4 * TABLE, 1024 * PAGE, PROT_READ);
	say(", %d\n", intact(PLACE + 4 * TABLE, 0, 1024));
}

// The range moves down by not quite its own length. Its last part goes to the table's span in which its
// first part, without a page, begins.
static void onto_itself(void)
{
	char *old = PLACE + 10 * TABLE + TABLE / 2, *new = old - 4 * TABLE - 256 * PAGE;
	size_t pages = 4 * 1024;

	mmap(old, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	old[4 * TABLE - 10 * PAGE] = 'x';
	say("nearly onto itself: %s", moved(old, pages, 0, new));
	say(", %c\n", new[4 * TABLE - 10 * PAGE]);
	munmap(new, pages * PAGE);
}

int main(void)
{
	children();
	parent();
	repeated(OTHER);
	others();
	onto_itself();
	return 0;
}
