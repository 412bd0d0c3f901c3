// An address space has at most so many areas (/proc/sys/vm/max_map_count), and each call says at a
// number of its own that there are too many.
// limit: 60

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define REGION (600u << 20)

static char *region; // of which every other page can be read
static char *own;    // 16 pages with free room on both sides
static char *extra;  // where single pages are mapped, each an area of its own

static void *map(char *at, size_t pages, int prot)
{
	return mmap(at, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void show_map(const char *what, const void *result)
{
	say("%s: %s\n", what, result == MAP_FAILED ? error_name(errno) : "mapped");
}

static void fill(void)
{
	size_t offset = PAGE;

	while (offset < REGION && mprotect(region + offset, PAGE, PROT_READ) == 0)
		offset += 2 * PAGE;
	say("filled: %s\n", error_name(errno));
	check("with about as many areas as Linux allows",
	      offset / PAGE > 65400 && offset / PAGE < 65530);
}

// One area less: the page and those beside it become one.
static void join_some(int times)
{
	static size_t offset = PAGE;

	for (; times > 0; times -= 2, offset += 2 * PAGE)
		check("joined", mprotect(region + offset, PAGE, PROT_NONE) == 0);
}

// As many areas as there may be.
static void when_full(void)
{
	say("\nfull:\n");
	show("unmap the middle", munmap(own + 4 * PAGE, PAGE));
	show("protect the middle", mprotect(own + 4 * PAGE, PAGE, PROT_READ));
	show("protect the end", mprotect(own + 15 * PAGE, PAGE, PROT_READ));
	show("lock the start", mlock(own, PAGE));
	show("advise the start", madvise(own, PAGE, MADV_DONTFORK));
	show("advise a hole", madvise(own + 20 * PAGE, PAGE, MADV_DONTFORK));
	show_map("map over the middle", map(own + 4 * PAGE, 1, PROT_READ));
	show_map("shrink in the middle", mremap(own, 8 * PAGE, 4 * PAGE, 0));
	show_map("grow where it is", mremap(own, 16 * PAGE, 17 * PAGE, 0));
	show_map("move", mremap(own + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	show_map("move to", mremap(own, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, extra));
	show_map("move a hole to",
	         mremap(own - 4 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, extra));
	show("unmap the end", munmap(own + 16 * PAGE, PAGE));
	show("protect all", mprotect(own, 16 * PAGE, PROT_READ));
	show("protect all again", mprotect(own, 16 * PAGE, PROT_READ | PROT_WRITE));
	show("join a neighbour", mprotect(region + 2 * PAGE, PAGE, PROT_READ));
	show("leave it again", mprotect(region + 2 * PAGE, PAGE, PROT_NONE));
}

static void when_more_than_full(void)
{
	char *heap;

	say("\none more:\n");
	show_map("map one", map(extra, 1, PROT_READ));
	show_map("map another", map(extra + 2 * PAGE, 1, PROT_READ));
	show_map("map beside one", map(extra + PAGE, 1, PROT_READ));
	show_map("map over one", map(extra, 1, PROT_READ | PROT_WRITE));
	show_map("map where something is",
	         mmap(extra, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
	              0));
	show_map("map nothing", map(extra, 0, PROT_READ));
	show_map("map no file", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
	show_map("map in no way", mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
	heap = (char *)syscall(SYS_brk, NULL);
	say("the heap %s\n", (char *)syscall(SYS_brk, heap + 64 * PAGE) == heap ? "stays" : "grows");
	if (fork() == 0) {
		show_map("a child maps one", map(extra + 2 * PAGE, 1, PROT_READ));
		_exit(0);
	}
	wait(NULL);
	show("unmap it", munmap(extra, PAGE));
}

// Map single pages until `call` fails, with room for ten at first.
static void room_for(const char *what, bool (*call)(void))
{
	int left = 10, added = 0;

	while (left > 0 && call()) {
		map(extra + 2 * PAGE * added++, 1, PROT_READ);
		left--;
	}
	say("%s wants room for %d\n", what, left + 1);
	for (int i = 0; i < added; i++)
		munmap(extra + 2 * PAGE * i, PAGE);
}

static bool moves_to(void)
{
	char *to = extra - 32 * PAGE;

	if (mremap(own, 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return false;
	return mremap(to, 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, own) == own;
}

static bool moves(void)
{
	char *to = mremap(own, PAGE, 2 * PAGE, MREMAP_MAYMOVE);

	if (to == MAP_FAILED)
		return false;
	munmap(to, 2 * PAGE);
	map(own, 1, PROT_READ | PROT_WRITE);
	return true;
}

static bool makes_hole(void)
{
	if (munmap(own + 4 * PAGE, PAGE))
		return false;
	map(own + 4 * PAGE, 1, PROT_READ | PROT_WRITE);
	return true;
}

static bool protects(void)
{
	return mprotect(own + 4 * PAGE, PAGE, PROT_READ) == 0 &&
	       mprotect(own + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE) == 0;
}

int main(void)
{
	char text[16] = { 0 };
	int fd = open("/proc/sys/vm/max_map_count", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	say("max_map_count: %s", text);
	region = mmap(NULL, REGION, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	own = map((char *)0x30000000, 16, PROT_READ | PROT_WRITE);
	extra = (char *)0x32000000;
	fill();
	when_full();
	when_more_than_full();
	say("\nroom for ten:\n");
	join_some(10);
	room_for("a move to a place", moves_to);
	room_for("a move", moves);
	room_for("a hole", makes_hole);
	room_for("a protection", protects);
	return 0;
}
