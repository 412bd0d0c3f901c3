// Where a file has data and where holes (SEEK_DATA, SEEK_HOLE), and which of its pages are in memory
// (mincore). Pages that fallocate made count as holes until they are written or touched.
#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 16

static int fd;
static char *map;

static void show_at(long offset)
{
	long data = lseek(fd, offset, SEEK_DATA), data_error = errno;
	long hole = lseek(fd, offset, SEEK_HOLE), hole_error = errno;

	say("  %ld: ", offset);
	if (data < 0)
		say("%s, ", error_name(data_error));
	else
		say("data %ld, ", data);
	if (hole < 0)
		say("%s\n", error_name(hole_error));
	else
		say("hole %ld\n", hole);
}

static void allocate(long offset, long len, int mode)
{
	show("fallocate", syscall(SYS_fallocate, fd, mode, offset, 0, len, 0));
}

static void show_file_of(const char *what)
{
	unsigned char there[PAGES];

	say("%s:\n", what);
	mincore(map, PAGES * PAGE, there);
	say("  in memory:");
	for (int i = 0; i < PAGES; i++)
		if (there[i] & 1)
			say(" %d", i);
	say("\n");
	for (long at = 0; at < PAGES * PAGE; at += PAGE)
		if (lseek(fd, at, SEEK_DATA) == at)
			say("  %ld is data\n", at / PAGE);
}

int main(void)
{
	char byte;

	fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	show_at(0);
	ftruncate(fd, PAGES * PAGE - 100);
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show_file_of("empty");
	show_at(-1);
	show_at(0);
	show_at(PAGES * PAGE - 101);
	show_at(PAGES * PAGE - 100);
	pwrite(fd, "x", 1, 2 * PAGE + 7);
	pwrite(fd, "xy", 2, 5 * PAGE - 1);
	pwrite(fd, "x", 1, PAGES * PAGE - 200);
	show_file_of("pages 2, 4, 5 and 15 written");
	show_at(0);
	show_at(2 * PAGE);
	show_at(2 * PAGE + 100);
	show_at(3 * PAGE + 100);
	show_at(4 * PAGE + 1);
	show_at(6 * PAGE);
	show_at(PAGES * PAGE - 300);
	pread(fd, &byte, 1, 7 * PAGE);
	show_file_of("page 7 read, a hole");
	map[8 * PAGE] = 1;
	byte = map[9 * PAGE];
	munmap(map, PAGES * PAGE); // so that mincore asks the file
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	allocate(10 * PAGE, 4 * PAGE, 0);
	allocate(PAGE, 2 * PAGE, FALLOC_FL_KEEP_SIZE);
	show_file_of("pages 1 and 10 to 13 allocated");
	show_at(9 * PAGE + 1);
	show_at(10 * PAGE);
	pread(fd, &byte, 1, 10 * PAGE);
	pwrite(fd, "x", 1, 11 * PAGE + 50);
	byte = map[12 * PAGE];
	show_file_of("page 10 read, 11 written, 12 touched");
	allocate(PAGE, 15 * PAGE, FALLOC_FL_KEEP_SIZE);
	show_file_of("then all allocated");
	say("bytes of page 11: %d %c\n", map[11 * PAGE], map[11 * PAGE + 50]);
	allocate(11 * PAGE, 2 * PAGE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
	show_file_of("pages 11 and 12 punched");
	ftruncate(fd, 3 * PAGE);
	show_file_of("cut after page 2");
	show_at(0);
	say("position %ld\n", (long)lseek(fd, 0, SEEK_CUR));
	return 0;
}
