// Paths of every length up to 300 bytes, each of which ends with the last byte before a hole: no byte
// after its NUL may be read. And paths without an end.

#include "test.h"
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096
#define LONGEST 300

static char *hole; // the first byte that is not mapped

// Returns a path of `length` bytes that ends at the hole. Its names are short; `last` ends it.
static char *path_of(int length, char last)
{
	char *path = hole - length - 1;

	memset(path, 'n', (size_t)length);
	for (int i = 5; i < length - 1; i += 150)
		path[i - 1] = '/';
	memcpy(path, "/tmp/", 5);
	path[length - 1] = last;
	path[length] = '\0';
	return path;
}

// Make a file of this path, find it, rename it, remove it. Returns what has failed, or NULL.
static const char *try(int length)
{
	char renamed[LONGEST + 1];
	struct stat st;
	char *path = path_of(length, 'x');
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		return "open";
	close(fd);
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return "stat";
	strcpy(renamed, path);
	renamed[length - 1] = 'y';
	if (rename(path, renamed) < 0)
		return "rename from the hole";
	if (stat(path, &st) == 0)
		return "stat of what was renamed";
	if (rename(renamed, path) < 0)
		return "rename to the hole";
	if (unlink(path) < 0)
		return "unlink";
	return NULL;
}

static void make_directories(void)
{
	static char path[LONGEST + 1];

	strcpy(path, path_of(LONGEST, 'x'));
	for (int i = 5; i < LONGEST; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0700) < 0)
			say("mkdir: %s\n", error_name(errno));
		path[i] = '/';
	}
}

int main(void)
{
	char *memory = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);
	int good = 0;

	hole = memory + 2 * PAGE;
	munmap(hole, PAGE);
	make_directories();
	for (int length = 6; length <= LONGEST; length++) {
		const char *failed = try(length);

		if (failed)
			say("%d bytes: %s: %s\n", length, failed, error_name(errno));
		else
			good++;
	}
	say("%d lengths are good\n", good);
	memset(memory, '/', 2 * PAGE);
	show("95 bytes and no end", open(hole - 95, O_RDONLY));
	show("96 bytes and no end", open(hole - 96, O_RDONLY));
	show("4,095 bytes and no end", open(hole - 4095, O_RDONLY));
	show("4,096 bytes and no end", open(hole - 4096, O_RDONLY));
	show("none", open(hole, O_RDONLY));
	hole[-1] = '\0';
	show("4,095 slashes", open(hole - 4096, O_RDONLY) >= 0);
	show("4,096 slashes", open(hole - 4097, O_RDONLY));
	show("no byte", open(hole - 1, O_RDONLY));
	return 0;
}
