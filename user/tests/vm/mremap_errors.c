// What mremap refuses, and what has become of the target then.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)
#define OTHER (PLACE + 64 * PAGE)

// The compiler must not know what is there: mappings change it.
static char peek(const char *at)
{
	return *(const volatile char *)at;
}

// Two pages at PLACE and four at OTHER.
static void reset(int flags)
{
	munmap(PLACE, 128 * PAGE);
	mmap(PLACE, 2 * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap(OTHER, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	PLACE[0] = 'a';
	PLACE[PAGE] = 'b';
}

static void move(const char *what, char *old, size_t old_pages, size_t new_pages, int flags,
                 char *new)
{
	char *result = (char *)syscall(SYS_mremap, old, old_pages * PAGE, new_pages * PAGE, flags,
	                               new);
	bool there = msync(OTHER, PAGE, MS_ASYNC) == 0;

	if (result == MAP_FAILED)
		say("%s: %s", what, error_name(errno));
	else
		say("%s: moved%s", what,
		    result == new ? " there" :
		    result == old ? " not at all" :
		                    "");
	say(there ? "\n" : ", nothing is at the target\n");
	if (result != MAP_FAILED && (result < PLACE || result >= OTHER + 64 * PAGE))
		munmap(result, new_pages * PAGE);
	reset(MAP_PRIVATE);
}

#define TO (MREMAP_MAYMOVE | MREMAP_FIXED)

static void refused(void)
{
	move("flags that do not exist", PLACE, 1, 1, 8, OTHER);
	move("a place, but not to move", PLACE, 1, 1, MREMAP_FIXED, OTHER);
	move("an odd old address", PLACE + 1, 1, 1, TO, OTHER);
	move("an odd new address", PLACE, 1, 1, TO, OTHER + 1);
	move("an unaligned hint", PLACE, 1, 1, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, OTHER + 1);
	move("no pages", PLACE, 1, 0, TO, OTHER);
	move("a hole", PLACE + 8 * PAGE, 1, 1, TO, OTHER);
	move("a hole onto itself", PLACE + 8 * PAGE, 2, 2, TO, PLACE + 9 * PAGE);
	move("onto itself", PLACE, 2, 2, TO, PLACE + PAGE);
	move("next to itself", PLACE, 1, 1, TO, PLACE + PAGE);
	move("beyond its end", PLACE, 3, 4, TO, OTHER);
	move("private memory, a second time", PLACE, 0, 1, TO, OTHER);
	move("leaving it, with another size", PLACE, 1, 2, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, OTHER);
	move("growing without room", PLACE, 1, 2, 0, NULL);
	move("growing out of the middle", PLACE, 1, 2, MREMAP_MAYMOVE, NULL);
	move("shrinking what is longer", PLACE, 8, 1, 0, NULL);
	move("moving and shrinking what is longer", PLACE, 8, 1, TO, OTHER);
}

int main(void)
{
	reset(MAP_PRIVATE);
	refused();
	reset(MAP_SHARED);
	check("shared memory, a second time",
	      syscall(SYS_mremap, PLACE, 0, 2 * PAGE, TO, OTHER) == (long)OTHER);
	*(volatile char *)OTHER = 'x';
	check("it is the same", peek(PLACE) == 'x' && peek(OTHER + PAGE) == 'b');

	reset(MAP_PRIVATE);
	mlock(PLACE, 2 * PAGE);
	show("giving back what is locked", madvise(PLACE, PAGE, MADV_DONTNEED));
	check("moved, but not unmapped", syscall(SYS_mremap, PLACE + PAGE, PAGE, PAGE,
	                                         TO | MREMAP_DONTUNMAP, OTHER) == (long)OTHER);
	check("its contents are there", peek(OTHER) == 'b' && peek(PLACE + PAGE) == 0);
	show("giving back what was locked", madvise(PLACE, PAGE, MADV_DONTNEED));
	show("giving back what still is", madvise(OTHER, PAGE, MADV_DONTNEED));
	return 0;
}
