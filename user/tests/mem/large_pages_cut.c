// append: hugepages=6
// mem: 64
// What can be done with part of a large page: most of it is refused.

#include "large_pages.h"

static char *at;

static void cuts(void)
{
	show("munmap the start", munmap(at, PAGE));
	show("munmap the end", munmap(at + 3 * large - PAGE, PAGE));
	show("munmap from the middle", munmap(at + PAGE, 2 * large));
	show("munmap to the middle", munmap(at, large + PAGE));
	show("mprotect the start", mprotect(at, PAGE, PROT_READ));
	show("mprotect to the middle", mprotect(at, large + PAGE, PROT_READ));
	show("mprotect from the middle", mprotect(at + PAGE, large, PROT_READ));
	show("an equal protection", mprotect(at + PAGE, PAGE, RW));
	show_map("map over the start",
	         mmap(at, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	show_map("map over the end", mmap(at + 3 * large - PAGE, 2 * PAGE, RW,
	                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	show_map("large pages at an odd address",
	         mmap(at + PAGE, large, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_HUGETLB,
	              -1, 0));
	show_map("large pages over large pages",
	         mmap(at, large, RW,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_HUGETLB, -1, 0));
	check("still there", at[0] == 'a' && at[large] == 'b' && at[3 * large - 1] == 'c');
}

static void advice(void)
{
	unsigned char vec[2] = { 9, 9 };

	show("DONTNEED a part", madvise(at, PAGE, MADV_DONTNEED));
	check("does nothing", at[0] == 'a');
	show("DONTNEED from the middle", madvise(at + PAGE, large, MADV_DONTNEED));
	show("DONTNEED one and a part", madvise(at, large + PAGE, MADV_DONTNEED));
	pool("released, and reserved");
	check("is for the one", at[0] == 0 && at[large] == 'b');
	show("FREE", madvise(at, large, MADV_FREE));
	show("COLD", madvise(at, large, MADV_COLD));
	show("PAGEOUT", madvise(at, large, MADV_PAGEOUT));
	show("WILLNEED", madvise(at, large, MADV_WILLNEED));
	show("RANDOM for a part", madvise(at, PAGE, MADV_RANDOM));
	show("DONTFORK for a part", madvise(at, PAGE, MADV_DONTFORK));
	show("WIPEONFORK", madvise(at, large, MADV_WIPEONFORK));
	show("REMOVE", madvise(at, large, MADV_REMOVE));
	show("mlock a part", mlock(at, PAGE));
	show("DONTNEED what is locked", madvise(at + large, large, MADV_DONTNEED));
	show("munlock", munlock(at, large));
	show("mincore", mincore(at, 2 * PAGE, vec));
	say("%d %d\n", vec[0] & 1, vec[1] & 1);
	show("mincore of what is not there", mincore(at + large, PAGE, vec));
	say("%d\n", vec[0] & 1);
	show("msync", msync(at, PAGE, MS_SYNC));
	show("POPULATE_READ a part", madvise(at + large, PAGE, MADV_POPULATE_READ));
	pool("populated");
}

static void protections(void)
{
	touched = at;
	at[0] = 'r';
	show("mprotect", mprotect(at, large, PROT_READ));
	show_child("write", write_byte);
	show_child("read", read_byte);
	show("mprotect to nothing", mprotect(at, large, PROT_NONE));
	show_child("read", read_byte);
	pool("still there");
	show("mprotect back", mprotect(at, large, RW));
	check("contents", at[0] == 'r');
	at[0] = 'R';
	touched = at + 2 * large;
	show("the last with PROT_NONE", mprotect(at + 2 * large, large, PROT_NONE));
	show_child("read", read_byte);
	show("unmapped", munmap(at + 2 * large, large));
	pool("released");
}

// The last argument of mremap is there each time: Linux looks at it even where it means nothing.
static void moves(void)
{
	char *room = mmap(NULL, 8 * large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to = (char *)(((uintptr_t)room + large - 1) / large * large);

	munmap(room, 8 * large);
	at[0] = 'm';
	at[large] = 'n';
	show_place("grow", mremap(at, large, 2 * large, MREMAP_MAYMOVE, NULL), at);
	show_place("grow a little", mremap(at, 2 * large, 2 * large + PAGE, MREMAP_MAYMOVE, NULL),
	           at);
	show_place("an equal size", mremap(at, 2 * large, 2 * large, 0, NULL), at);
	show_place("an equal size, of a part", mremap(at, PAGE, PAGE, 0, NULL), at);
	show_place("from the middle", mremap(at + PAGE, large, large, 0, NULL), at);
	show_place("leave it", mremap(at, large, large, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL),
	           at);
	show_place("to an odd place",
	           mremap(at, large, large, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE), to);
	show_place("to a place",
	           mremap(at, 2 * large, 2 * large, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
	check("contents", to[0] == 'm' && to[large] == 'n');
	touched = at;
	show_child("gone from the old one", read_byte);
	show_place("the second further on",
	           mremap(to + large, large, large, MREMAP_MAYMOVE | MREMAP_FIXED, to + 3 * large),
	           to);
	check("contents", to[3 * large] == 'n');
	touched = to + large;
	show_child("gone from there", read_byte);
	pool("moved");
	munmap(to, large);
	munmap(to + 3 * large, large);
	pool("unmapped");
	at = map_large("two", 2, MAP_PRIVATE);
	show_place("shrink", mremap(at, 2 * large, large, 0, NULL), at);
	pool("one left");
	show_place("shrink to a part", mremap(at, large, PAGE, 0, NULL), at);
	pool("still one");
	munmap(at, large);
	pool("none");
	at = map_large("shared", 1, MAP_SHARED);
	show_place("once more", mremap(at, 0, large, MREMAP_MAYMOVE, NULL), at);
}

// A small page that moves onto a part of a large one, or that is unmapped together with a part.
static void moves_of_small_pages(void)
{
	char *room = mmap(NULL, 4 * large, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *page = (char *)(((uintptr_t)room + 2 * large) / large * large),
	     *small = page - 2 * PAGE;

	show_map("a large page among small ones",
	         mmap(page, large, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED, -1,
	              0));
	page[0] = page[PAGE] = 'l';
	small[0] = small[PAGE] = 's';
	show_map("onto a part",
	         mremap(small, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page + PAGE));
	show_map("shrink to below a part", mremap(small, 2 * PAGE + large / 2, PAGE, 0, NULL));
	check("contents",
	      page[0] == 'l' && page[PAGE] == 'l' && small[0] == 's' && small[PAGE] == 's');
	pool("one");
	munmap(room, 4 * large);
	pool("none of them");
}

int main(void)
{
	large_pages_begin();
	at = map_large("three", 3, MAP_PRIVATE);
	at[0] = 'a';
	at[large] = 'b';
	at[3 * large - 1] = 'c';
	cuts();
	advice();
	protections();
	moves();
	moves_of_small_pages();
	return 0;
}
