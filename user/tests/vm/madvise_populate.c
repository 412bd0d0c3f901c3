// MADV_POPULATE_READ and MADV_POPULATE_WRITE: page by page, up to the first that cannot be had.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)

static void populate(const char *what, int page, int pages)
{
	char label[64];

	snprintf(label, sizeof(label), "%s, to read", what);
	show(label, madvise(PLACE + page * PAGE, pages * PAGE, MADV_POPULATE_READ));
	snprintf(label, sizeof(label), "%s, to write", what);
	show(label, madvise(PLACE + page * PAGE, pages * PAGE, MADV_POPULATE_WRITE));
}

static void map(int page, int pages, int prot, int flags, int fd)
{
	mmap(PLACE + page * PAGE, pages * PAGE, prot, flags | MAP_FIXED, fd, 0);
}

int main(void)
{
	int fd;

	make_file("/tmp/x", "contents");
	fd = open("/tmp/x", O_RDWR);
	map(0, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(2, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(3, 1, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(4, 1, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(5, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(7, 2, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	populate("two pages", 0, 2);
	populate("and one that is read-only", 0, 3);
	populate("one that is write-only", 3, 1);
	populate("one to execute", 4, 1);
	populate("one PROT_NONE", 5, 1);
	populate("a hole", 6, 1);
	populate("a write-only one and a hole", 3, 4);
	populate("a file", 7, 1);
	populate("behind its end", 7, 2);
	populate("no pages", 6, 0);
	return 0;
}
