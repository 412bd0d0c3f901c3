// Advice about transparent large pages. Whether there are any, a program cannot see here.

#include "test.h"
#include <sys/mman.h>

#define LARGE (2u << 20)
#define BASE ((char *)0x20000000)

static void try(const char *what, void *at, size_t len)
{
	say("%s\n", what);
	show("  HUGEPAGE", madvise(at, len, MADV_HUGEPAGE));
	show("  NOHUGEPAGE", madvise(at, len, MADV_NOHUGEPAGE));
}

static void collapse(const char *what, void *at, size_t len)
{
	show(what, madvise(at, len, MADV_COLLAPSE));
}

int main(void)
{
	char *anon = mmap(BASE, 4 * LARGE, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *shared = mmap(BASE + 8 * LARGE, LARGE, PROT_READ | PROT_WRITE,
	                    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *small = mmap(BASE + 12 * LARGE + 4096, 8192, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int fd;

	make_file("/tmp/mapped", "text");
	fd = open("/tmp/mapped", O_RDWR);
	try("anonymous memory", anon, 4 * LARGE);
	try("a part of it", anon + 4096, 4096);
	try("no bytes", anon, 0);
	try("shared memory", shared, LARGE);
	try("a small mapping", small, 8192);
	try("a file", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), 4096);
	try("a hole", anon, 8 * LARGE);
	try("nothing", BASE + 16 * LARGE, 4096);
	try("an unaligned address", anon + 1, 4096);
	for (size_t i = 0; i < 4 * LARGE; i += 4096)
		anon[i] = (char)(i >> 12);
	madvise(anon, 4 * LARGE, MADV_HUGEPAGE);
	collapse("collapse all", anon, 4 * LARGE);
	collapse("collapse one", anon + LARGE, LARGE);
	collapse("collapse less than one", anon + 4096, 8192);
	small[0] = 1;
	collapse("collapse a small mapping", small, 8192);
	collapse("collapse a hole", BASE + 16 * LARGE, LARGE);
	collapse("collapse an unaligned address", anon + 1, LARGE);
	check("the contents are there", anon[5 * 4096] == 5 && anon[LARGE + 4096] == (char)513);
	return 0;
}
