// MADV_REMOVE: a hole in what is shared. What was copied before stays.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

static int fd;

static char *map(int prot, int flags, int file)
{
	return mmap(NULL, 2 * PAGE, prot, flags, file, 0);
}

static char peek(const char *at)
{
	return *(const volatile char *)at;
}

static void removal(const char *what, char *at)
{
	show(what, madvise(at, PAGE, MADV_REMOVE));
}

int main(void)
{
	char *shared, *private, *copied, *memory;

	fd = open("/tmp/x", O_RDWR | O_CREAT, 0644);
	ftruncate(fd, 2 * PAGE);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	copied = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	memory = map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	memset(shared, 'x', 2 * PAGE);
	memset(memory, 'x', 2 * PAGE);
	*(volatile char *)(copied + 1) = 'y';
	check("the mappings show it", peek(private) == 'x' && peek(copied) == 'x');

	removal("private", private);
	removal("shared", shared);
	check("it is gone", peek(shared) == 0 && peek(private) == 0);
	check("but for the copy", peek(copied) == 'x' && peek(copied + 1) == 'y');
	check("and the next page", peek(shared + PAGE) == 'x' && peek(private + PAGE) == 'x');
	removal("shared memory", memory);
	check("it is gone", peek(memory) == 0 && peek(memory + PAGE) == 'x');

	mprotect(shared, PAGE, PROT_READ);
	removal("read-only for now", shared);
	mlock(shared, PAGE);
	removal("locked", shared);
	removal("private memory", map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1));
	close(fd);
	fd = open("/tmp/x", O_RDONLY);
	removal("opened to read", map(PROT_READ, MAP_SHARED, fd));
	return 0;
}
