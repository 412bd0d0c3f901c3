// helper
// What `make picture` draws: two programs under names of their own, one of which has forked and
// written to part of its memory since; the other shares memory with it and maps a file.
#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define OWN 640 // pages
#define FILE_PAGES 96
#define SHARED 64

static int ready[2]; // a pipe

static char *map(size_t pages, int protection, int flags, int fd)
{
	return mmap(NULL, pages * PAGE, protection, flags | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
}

static void touch(char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
}

static void wait_for_ever(void)
{
	char byte = 'x';

	(void)!write(ready[1], &byte, 1);
	for (;;)
		pause();
}

// Private memory, a third of which the child copies by writing to it.
static void forker(void)
{
	char *own = map(OWN, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	char *shared = map(SHARED, PROT_READ | PROT_WRITE, MAP_SHARED, -1);

	touch(own, OWN - 100);
	touch(shared, SHARED / 2);
	if (fork() == 0)
		touch(own + 64 * PAGE, OWN / 3);
	wait_for_ever();
}

// A file mapped twice, a guard page, and zeroes that were only read.
static void mapper(void)
{
	int fd = open("/tmp/data", O_RDWR | O_CREAT, 0600);
	char *shared, *private, *zeroes;

	ftruncate(fd, FILE_PAGES * PAGE);
	shared = map(FILE_PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	private = map(FILE_PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	zeroes = map(200, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
	mprotect(zeroes, PAGE, PROT_NONE);
	touch(shared, FILE_PAGES);
	touch(private + 16 * PAGE, 40);
	touch(zeroes + 64 * PAGE, 60);
	for (size_t i = 1; i < 60; i++)
		(void)*(volatile char *)(zeroes + i * PAGE);
	wait_for_ever();
}

// Start this program under another name, which says what it does.
static void start(const char *name, const char *path)
{
	char fd[2] = { (char)('0' + ready[1]), '\0' };

	symlink("/tests/picture_scene", path);
	if (fork() == 0) {
		execve(path, (char *[]){ (char *)name, fd, NULL }, NULL);
		_exit(1);
	}
}

int main(int argc, char **argv)
{
	char bytes[3];
	size_t n = 0;

	if (argc > 1) {
		ready[1] = argv[1][0] - '0';
		if (strcmp(argv[0], "forker") == 0)
			forker();
		mapper();
	}
	pipe(ready);
	start("forker", "/tmp/forker");
	start("mapper", "/tmp/mapper");
	while (n < sizeof(bytes))
		n += (size_t)read(ready[0], bytes, sizeof(bytes) - n);
	say("ready\n");
	for (;;)
		pause();
}
