// What mmap refuses, and which of two complaints comes first.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)
#define HIGH ((char *)0xfffff000)
#define NEITHER 0

static int file, read_only, write_only, pipe_end, folder;

static void map(const char *what, char *at, int prot, int flags, int fd)
{
	char *result = mmap(at, PAGE, prot, flags, fd, 0);

	if (result == MAP_FAILED)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: mapped%s\n", what, result == at ? " there" : "");
	if (result != MAP_FAILED)
		munmap(result, PAGE);
}

static void types(void)
{
	map("no type", PLACE, PROT_READ, MAP_ANONYMOUS, -1);
	map("no type, of a file", PLACE, PROT_READ, NEITHER, file);
	map("shared and checked, without a file", PLACE, PROT_READ,
	    MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1);
	map("shared and checked, of a file", PLACE, PROT_READ, MAP_SHARED_VALIDATE, file);
	map("with a flag that is too new", PLACE, PROT_READ,
	    MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, file);
	map("a shared stack", PLACE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
	map("a stack of a file", PLACE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, file);
}

static void files(void)
{
	map("read-only, private, to write", PLACE, PROT_WRITE, MAP_PRIVATE, read_only);
	map("read-only, shared, to read", PLACE, PROT_READ, MAP_SHARED, read_only);
	map("read-only, shared, to write", PLACE, PROT_WRITE, MAP_SHARED, read_only);
	map("write-only, shared, to write", PLACE, PROT_WRITE, MAP_SHARED, write_only);
	map("write-only, private, nothing", PLACE, PROT_NONE, MAP_PRIVATE, write_only);
	map("end of a pipe, to write", PLACE, PROT_READ, MAP_PRIVATE, pipe_end);
	map("folder", PLACE, PROT_READ, MAP_PRIVATE, folder);
	map("closed", PLACE, PROT_READ, MAP_PRIVATE, 99);
}

// The range is looked at before type and file; a descriptor that is not open before all.
static void order(void)
{
	char *there = mmap(PLACE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check("something is there", there == PLACE);
	map("taken, and no type", PLACE, PROT_READ, MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1);
	map("taken, and read-only", PLACE, PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, read_only);
	map("taken, and closed", PLACE, PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, 99);
	munmap(PLACE, PAGE);
	map("too high", HIGH, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
	map("too high and odd", HIGH + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
	map("odd", PLACE + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
	map("odd, and a folder", PLACE + 1, PROT_READ, MAP_PRIVATE | MAP_FIXED, folder);
	map("an unaligned hint", PLACE + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

int main(void)
{
	int ends[2];

	make_file("/tmp/x", "contents");
	file = open("/tmp/x", O_RDWR);
	read_only = open("/tmp/x", O_RDONLY);
	write_only = open("/tmp/x", O_WRONLY);
	folder = open("/tmp", O_RDONLY | O_DIRECTORY);
	pipe(ends);
	pipe_end = ends[1];
	types();
	files();
	order();
	return 0;
}
