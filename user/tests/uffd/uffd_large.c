// append: hugepages=8
// mem: 64
// userfaultfd on large pages: registration, and fills with their errors. No error changes the pool.

#include "uffd_large.h"

static void masks(enum kind kind, const char *what)
{
	begin(what, kind, 2, 0);
	reg("missing", window, large, MISSING);
	reg("wp", window, large, WP);
	reg("minor", window, large, MINOR);
	reg("all", window, 2 * large, MISSING | WP | MINOR);
	end(2);
}

// Ranges that would cut a large page; small and large pages together.
static void borders(void)
{
	char *small;

	begin("borders", PRIVATE, 3, 0);
	reg("a small page's length", window, PAGE, MISSING);
	reg("from inside", window + PAGE, large - PAGE, MISSING);
	reg("to inside", window, large + PAGE, MISSING);
	munmap(at(2), large);
	small = mmap(at(2), PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	reg("small ones", small, PAGE, MISSING);
	reg("large and small", at(1), large + PAGE, MISSING);
	show("unregister a part", uffd_unregister(fd, at(1), PAGE));
	show("unregister from inside", uffd_unregister(fd, at(1) + PAGE, large));
	show("unregister both", uffd_unregister(fd, at(1), large + PAGE));
	end(3);
}

static void wrong_ranges(void)
{
	show_large_fill("to inside a page", uffd_copy(fd, at(0) + PAGE, source, large, 0));
	show_large_fill("a small page", uffd_copy(fd, at(0), source, PAGE, 0));
	show_large_fill("an odd length", uffd_copy(fd, at(0), source, 100, 0));
	show_large_fill("zeropage", uffd_zeropage(fd, at(0), large, 0));
	show_large_fill("zeropage, small", uffd_zeropage(fd, at(0), PAGE, 0));
	show_large_fill("continue a part", uffd_continue(fd, at(0), PAGE, 0));
	show_large_fill("poison a part", uffd_poison(fd, at(0), PAGE, 0));
	show_large_fill("move", uffd_move(fd, at(0), at(1), large, 0));
	show_large_fill("not registered, and odd", uffd_copy(fd, at(3), source, PAGE, 0));
	show_large_fill("over the border", uffd_copy(fd, at(2), source, 2 * large, 0));
	copy("write-protected", 0, 1, UFFDIO_COPY_MODE_WP);
	pool("unchanged");
}

static void fills(enum kind kind, const char *what, uint64_t mode)
{
	char *gap = map_memory(large / PAGE);
	char *nothing = mmap(NULL, large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	begin(what, kind, 4, 0);
	reg("register", window, 3 * large, mode);
	pool("begin");
	wrong_ranges();
	show_large_fill("a bad source", uffd_copy(fd, at(0), nothing, large, 0));
	munmap(gap + large / 2, PAGE);
	show_large_fill("a source with a gap", uffd_copy(fd, at(0), gap, large, 0));
	pool("unchanged");
	copy("copy", 0, 1, 0);
	copy("again", 0, 1, 0);
	show_large_fill("again from a bad source", uffd_copy(fd, at(0), nothing, large, 0));
	cont("continue a hole", 1, 1, 0);
	cont("continue a page there", 0, 1, 0);
	pool("one page");
	munmap(gap, large);
	show_large_fill("two from a source of one", uffd_copy(fd, at(1), source, 2 * large, 0));
	say("%c %c %d\n", peek(0), at(0)[large - 1], at(0)[PAGE]);
	say("%c\n", peek(1));
	poke(0, 'w');
	say("%c\n", peek(0));
	show("unregister", uffd_unregister(fd, window, 3 * large));
	pool("in the end");
	end(4);
	munmap(gap, large);
	munmap(nothing, large);
}

// Pages that the object has, or has no more.
static void object(enum kind kind, const char *what)
{
	begin(what, kind, 4, 0);
	alias[0] = 'a';
	alias[2 * large] = 'c';
	reg("register", window, 4 * large, MISSING | MINOR | WP);
	cont("continue a page", 0, 1, 0);
	cont("again", 0, 1, 0);
	cont("hole", 1, 1, 0);
	cont("page and hole", 2, 2, UFFDIO_CONTINUE_MODE_WP);
	show_pagemap("page 0", at(0));
	show_pagemap("page 2", at(2));
	say("%c\n", peek(0));
	pool("two pages");
	ftruncate(memory, (off_t)large);
	copy("copy beyond the end", 1, 1, 0);
	poison("poison beyond the end", 2, 1);
	cont("continue beyond the end", 3, 1, 0);
	show_pagemap("page 1", at(1));
	pool("shorter");
	end(4);
}

static void poisoned(enum kind kind, const char *what)
{
	int ends[2];

	begin(what, kind, 2, 0);
	reg("register", window, 2 * large, MISSING);
	poison("poison", 0, 1);
	poison("again", 0, 1);
	pool("poisoned");
	pipe(ends);
	show("write", write(ends[1], at(0) + PAGE, 1));
	touched = at(0) + PAGE;
	if (kind == PRIVATE) // a child has no poison in shared memory
		show_child("touch", read_byte);
	show("unregister", uffd_unregister(fd, window, 2 * large));
	if (kind == PRIVATE)
		show_child("touch without registration", write_byte);
	show("write without registration", write(ends[1], at(0), 1));
	reg("register", window, 2 * large, MISSING);
	copy("copy over it", 0, 1, 0);
	say("%c\n", peek(0));
	poison("poison a page", 0, 1);
	poison("poison the next", 1, 1);
	madvise(at(1), large, MADV_DONTNEED);
	poison("after MADV_DONTNEED", 1, 1);
	madvise(at(1), large, MADV_DONTNEED);
	close(ends[0]);
	close(ends[1]);
	pool("begin");
	end(2);
}

// More pages than are free.
static void too_few(void)
{
	char *others;

	begin("too few", PRIVATE, 3, 0);
	munmap(window, 3 * large);
	window = map_large("map", 3, MAP_PRIVATE | MAP_NORESERVE);
	others = map_large("others", 7, MAP_PRIVATE);
	reg("register", window, 3 * large, MISSING);
	copy("copy two", 0, 2, 0);
	pool("all are reserved");
	copy("copy one more", 1, 1, 0);
	munmap(others, 7 * large);
	copy("now", 1, 1, 0);
	end(3);
}

int main(void)
{
	uffd_large_begin();
	masks(PRIVATE, "private");
	masks(SHARED, "shared");
	masks(FILE_SHARED, "a file");
	masks(FILE_PRIVATE, "a file, private");
	borders();
	fills(PRIVATE, "private, missing", MISSING);
	fills(FILE_SHARED, "a file, missing", MISSING);
	fills(FILE_PRIVATE, "a file, private, minor", MISSING | MINOR);
	object(FILE_SHARED, "the file's pages");
	object(FILE_PRIVATE, "the file's pages, private");
	poisoned(PRIVATE, "poison");
	poisoned(SHARED, "poison, shared");
	too_few();
	return 0;
}
