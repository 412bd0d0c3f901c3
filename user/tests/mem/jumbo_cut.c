// append: hugepages=6
// mem: 64
// What can be done with part of a jumbo page: most of it is refused.

#include "jumbo.h"

static char *at;

static void cuts(void)
{
	show("munmap the start", munmap(at, PAGE));
	show("munmap the end", munmap(at + 3 * jumbo - PAGE, PAGE));
	show("munmap from the middle", munmap(at + PAGE, 2 * jumbo));
	show("munmap to the middle", munmap(at, jumbo + PAGE));
	show("mprotect the start", mprotect(at, PAGE, PROT_READ));
	show("mprotect to the middle", mprotect(at, jumbo + PAGE, PROT_READ));
	show("mprotect from the middle", mprotect(at + PAGE, jumbo, PROT_READ));
	show("the same rights", mprotect(at + PAGE, PAGE, RW));
	show_map("map over the start",
	         mmap(at, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	show_map("map over the end", mmap(at + 3 * jumbo - PAGE, 2 * PAGE, RW,
	                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	show_map("jumbo pages at an odd address",
	         mmap(at + PAGE, jumbo, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_HUGETLB,
	              -1, 0));
	show_map("jumbo pages over jumbo pages",
	         mmap(at, jumbo, RW,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_HUGETLB, -1, 0));
	check("still there", at[0] == 'a' && at[jumbo] == 'b' && at[3 * jumbo - 1] == 'c');
}

static void advice(void)
{
	unsigned char vec[2] = { 9, 9 };

	show("DONTNEED a part", madvise(at, PAGE, MADV_DONTNEED));
	check("does nothing", at[0] == 'a');
	show("DONTNEED from the middle", madvise(at + PAGE, jumbo, MADV_DONTNEED));
	show("DONTNEED one and a part", madvise(at, jumbo + PAGE, MADV_DONTNEED));
	pool("given back, and promised");
	check("is for the one", at[0] == 0 && at[jumbo] == 'b');
	show("FREE", madvise(at, jumbo, MADV_FREE));
	show("COLD", madvise(at, jumbo, MADV_COLD));
	show("PAGEOUT", madvise(at, jumbo, MADV_PAGEOUT));
	show("WILLNEED", madvise(at, jumbo, MADV_WILLNEED));
	show("RANDOM for a part", madvise(at, PAGE, MADV_RANDOM));
	show("DONTFORK for a part", madvise(at, PAGE, MADV_DONTFORK));
	show("WIPEONFORK", madvise(at, jumbo, MADV_WIPEONFORK));
	show("REMOVE", madvise(at, jumbo, MADV_REMOVE));
	show("mlock a part", mlock(at, PAGE));
	show("DONTNEED what is locked", madvise(at + jumbo, jumbo, MADV_DONTNEED));
	show("munlock", munlock(at, jumbo));
	show("mincore", mincore(at, 2 * PAGE, vec));
	say("%d %d\n", vec[0] & 1, vec[1] & 1);
	show("mincore of what is not there", mincore(at + jumbo, PAGE, vec));
	say("%d\n", vec[0] & 1);
	show("msync", msync(at, PAGE, MS_SYNC));
	show("POPULATE_READ a part", madvise(at + jumbo, PAGE, MADV_POPULATE_READ));
	pool("populated");
}

static void rights(void)
{
	touched = at;
	at[0] = 'r';
	show("mprotect", mprotect(at, jumbo, PROT_READ));
	show_child("write", write_byte);
	show_child("read", read_byte);
	show("mprotect to nothing", mprotect(at, jumbo, PROT_NONE));
	show_child("read", read_byte);
	pool("still held");
	show("mprotect back", mprotect(at, jumbo, RW));
	check("contents", at[0] == 'r');
	at[0] = 'R';
	touched = at + 2 * jumbo;
	show("the last without rights", mprotect(at + 2 * jumbo, jumbo, PROT_NONE));
	show_child("read", read_byte);
	show("unmapped", munmap(at + 2 * jumbo, jumbo));
	pool("given back");
}

// The last argument of mremap is there each time: Linux looks at it even where it means nothing.
static void moves(void)
{
	char *room = mmap(NULL, 8 * jumbo, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to = (char *)(((uintptr_t)room + jumbo - 1) / jumbo * jumbo);

	munmap(room, 8 * jumbo);
	at[0] = 'm';
	at[jumbo] = 'n';
	show_place("grow", mremap(at, jumbo, 2 * jumbo, MREMAP_MAYMOVE, NULL), at);
	show_place("grow a little", mremap(at, 2 * jumbo, 2 * jumbo + PAGE, MREMAP_MAYMOVE, NULL),
	           at);
	show_place("the same", mremap(at, 2 * jumbo, 2 * jumbo, 0, NULL), at);
	show_place("the same, of a part", mremap(at, PAGE, PAGE, 0, NULL), at);
	show_place("from the middle", mremap(at + PAGE, jumbo, jumbo, 0, NULL), at);
	show_place("leave it", mremap(at, jumbo, jumbo, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL),
	           at);
	show_place("to an odd place",
	           mremap(at, jumbo, jumbo, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE), to);
	show_place("to a place",
	           mremap(at, 2 * jumbo, 2 * jumbo, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
	check("contents", to[0] == 'm' && to[jumbo] == 'n');
	touched = at;
	show_child("gone from the old one", read_byte);
	show_place("the second further on",
	           mremap(to + jumbo, jumbo, jumbo, MREMAP_MAYMOVE | MREMAP_FIXED, to + 3 * jumbo),
	           to);
	check("contents", to[3 * jumbo] == 'n');
	touched = to + jumbo;
	show_child("gone from there", read_byte);
	pool("moved");
	munmap(to, jumbo);
	munmap(to + 3 * jumbo, jumbo);
	pool("unmapped");
	at = map_jumbo("two", 2, MAP_PRIVATE);
	show_place("shrink", mremap(at, 2 * jumbo, jumbo, 0, NULL), at);
	pool("one left");
	show_place("shrink to a part", mremap(at, jumbo, PAGE, 0, NULL), at);
	pool("still one");
	munmap(at, jumbo);
	pool("none");
	at = map_jumbo("shared", 1, MAP_SHARED);
	show_place("once more", mremap(at, 0, jumbo, MREMAP_MAYMOVE, NULL), at);
}

int main(void)
{
	jumbo_begin();
	at = map_jumbo("three", 3, MAP_PRIVATE);
	at[0] = 'a';
	at[jumbo] = 'b';
	at[3 * jumbo - 1] = 'c';
	cuts();
	advice();
	rights();
	moves();
	return 0;
}
