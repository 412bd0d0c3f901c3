// Long texts of /proc, names with newlines in them, and far positions in the directories of /proc.

#include "test.h"

#include <sys/mman.h>

#define PAGE 4096u
#define AREAS 2500 // their lines have more than 64 KiB

static char whole[256 * 1024], again[8192];

// List a directory from a position on.
static void list_from(const char *path, long long position)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	char what[64], entries[1024];

	snprintf(what, sizeof(what), "%s at 0x%llx", path, position);
	if (lseek(fd, position, SEEK_SET) == position)
		show(what, syscall(SYS_getdents64, fd, entries, sizeof(entries)));
	else
		say("%s: %s\n", what, error_name(errno));
	close(fd);
}

static void far_positions(void)
{
	static const char *const directories[] = { "/proc", "/proc/self", "/proc/self/fd",
		                                   "/proc/self/task" };
	static const long long positions[] = { 0x7ffffffe, 0x7fffffff, 0x80000000,  0xbfffffff,
		                               0xc0000000, 0xc0000001, 0x100000002, 0x8000000000 };

	for (size_t i = 0; i < COUNT(directories); i++)
		for (size_t j = 0; j < COUNT(positions); j++)
			list_from(directories[i], positions[j]);
}

// Read all of a file into `whole`, in pieces. Returns its length.
static size_t read_whole(int fd, size_t piece)
{
	size_t size = 0;
	ssize_t n;

	while ((n = read(fd, whole + size, piece)) > 0)
		size += (size_t)n;
	whole[size] = '\0';
	return size;
}

// Count the lines of the pages from `base` on: each page is an area of its own.
static int count_lines(uintptr_t base)
{
	int count = 0;

	for (char *line = whole; line && count < AREAS; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strtoul(line, NULL, 16) == base + (unsigned int)count * PAGE)
			count++;
	}
	return count;
}

static void long_text(void)
{
	static const size_t pieces[] = { 100, 4096, 50000 },
			    positions[] = { 80000, 66000, 100, 70001 };
	char *base = mmap(NULL, AREAS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t size = 0;

	for (size_t i = 0; i < AREAS; i += 2)
		mprotect(base + i * PAGE, PAGE, PROT_READ);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		lseek(fd, 0, SEEK_SET);
		size = read_whole(fd, pieces[i]);
		say("in pieces of %zu: %d areas\n", pieces[i], count_lines((uintptr_t)base));
	}
	for (size_t i = 0; i < COUNT(positions); i++) {
		ssize_t n = pread(fd, again, 1000, (off_t)positions[i]);

		say("at %zu: %s\n", positions[i],
		    n > 0 && !memcmp(again, whole + positions[i], (size_t)n) ? "the same bytes" :
		                                                               "OTHER bytes");
	}
	show("at the end", pread(fd, again, 1000, (off_t)size));
	show("beyond", pread(fd, again, 1000, 50000000));
	close(fd);
	munmap(base, AREAS * PAGE);
}

// A name of newlines is written as one line.
static void newlines(void)
{
	int fd = open("/tmp/one\ntwo\n\n", O_RDWR | O_CREAT, 0600);
	char *at;

	ftruncate(fd, PAGE);
	mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	fd = open("/proc/self/maps", O_RDONLY);
	read_whole(fd, 4096);
	at = strstr(whole, "/tmp/one");
	say("name: %.*s\n", at ? (int)strcspn(at, "\n") : 0, at);
	close(fd);
}

int main(void)
{
	far_positions();
	long_text();
	newlines();
	return 0;
}
