// fallocate: what each mode does, and which of two complaints comes first.

#include "test.h"

static int fd;

static long allocate(int at, int mode, long offset, long length)
{
	return syscall(SYS_fallocate, at, mode, offset, offset < 0 ? -1 : 0, length,
	               length < 0 ? -1 : 0);
}

static void try(const char *what, int mode, long offset, long length)
{
	char got[16] = "";

	show(what, allocate(fd, mode, offset, length));
	pread(fd, got, sizeof(got) - 1, 0);
	say("    size %ld, it begins with \"%s\"\n", (long)lseek(fd, 0, SEEK_END), got);
}

int main(void)
{
	int ends[2], read_only;

	make_file("/tmp/x", "contents");
	fd = open("/tmp/x", O_RDWR);
	read_only = open("/tmp/x", O_RDONLY);
	try("more, but not longer", FALLOC_FL_KEEP_SIZE, 0, 10000);
	try("longer", 0, 4, 5000);
	try("a part of it", 0, 4, 1000);
	try("a hole", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 4);
	try("a hole behind the end", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 20000, 4);
	try("a hole that may change the size", FALLOC_FL_PUNCH_HOLE, 2, 4);
	try("no length", 0, 0, 0);
	try("no length, and no such mode", 4, 0, 0);
	try("a length below zero", 0, 0, -1);
	try("an offset below zero", 0, -1, 10);

	for (int mode = 1; mode < 128; mode <<= 1) {
		say("mode %d\n", mode);
		show("    read-only", allocate(read_only, mode, 0, 4096));
		pipe(ends);
		show("    a pipe", allocate(ends[1], mode, 0, 4096));
		show("    the same size", allocate(fd, mode | FALLOC_FL_KEEP_SIZE, 0, 4096));
	}
	return 0;
}
