// files.c: files: large directories, short lives of files.
#include "bench_long.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

// Make or remove `size` names in the directory, all of one file.
static void change_names(const char *directory, unsigned int size, int make)
{
	char first[64], name[64];

	snprintf(first, sizeof(first), "%s/file0", directory);
	if (make)
		close(open(first, O_WRONLY | O_CREAT | O_EXCL, 0600));
	for (unsigned int i = size; i-- > 0;) {
		snprintf(name, sizeof(name), "%s/file%u", directory, i);
		if (make && i > 0 && link(first, name) < 0)
			fail(name);
		if (!make)
			unlink(name);
	}
}

// Read a whole directory of `size` names, `n` times. The value is for each name.
uint64_t readdir_names(unsigned int n, unsigned int size)
{
	static const char path[] = "/tmp/bench.d";
	uint64_t start;

	if (mkdir(path, 0700) < 0)
		fail(path);
	change_names(path, size, 1);
	start = ticks();
	for (; n > 0; n--) {
		DIR *directory = opendir(path);
		unsigned int names = 0;

		if (!directory)
			fail(path);
		while (readdir(directory))
			names++;
		closedir(directory);
		if (names != size + 2)
			fail("readdir");
	}
	start = ticks() - start;
	change_names(path, size, 0);
	rmdir(path);
	return start;
}

// A file with `kib` KiB that is made, written and removed again.
uint64_t create_unlink(unsigned int n, unsigned int kib)
{
	static char contents[64 << 10];
	uint64_t start = ticks();

	for (; n > 0; n--) {
		int fd = open("/tmp/bench", O_WRONLY | O_CREAT | O_EXCL, 0600);

		if (fd < 0 || write(fd, contents, kib << 10) != (ssize_t)(kib << 10))
			fail("/tmp/bench");
		close(fd);
		unlink("/tmp/bench");
	}
	return ticks() - start;
}

// A path of `depth` names, below /tmp: its directories are made first.
static const char *make_path(unsigned int depth)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp");
	while (--depth > 1) {
		strcat(path, "/d");
		if (mkdir(path, 0700) < 0)
			fail(path);
	}
	strcat(path, "/f");
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd < 0)
		fail(path);
	close(fd);
	return path;
}

static void remove_path(void)
{
	unlink("/tmp/d/d/f");
	unlink("/tmp/f");
	rmdir("/tmp/d/d");
	rmdir("/tmp/d");
}

uint64_t stat_path(unsigned int n, unsigned int depth)
{
	const char *path = make_path(depth);
	struct stat st;
	uint64_t start = ticks();

	for (; n > 0; n--)
		if (stat(path, &st) < 0)
			fail(path);
	start = ticks() - start;
	remove_path();
	return start;
}

uint64_t open_close(unsigned int n, unsigned int depth)
{
	const char *path = make_path(depth);
	uint64_t start = ticks();

	for (; n > 0; n--)
		close(open(path, O_RDONLY));
	start = ticks() - start;
	remove_path();
	return start;
}
