// Paths relative to a directory that is open.

#include "test.h"

static void try(const char *what, int directory, const char *path, int flags)
{
	int fd = openat(directory, path, flags, 0644);

	show(what, fd < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	struct stat st;
	int directory, file;

	mkdir("/tmp/d", 0755);
	make_file("/tmp/d/file", "x");
	make_file("/tmp/outside", "x");
	directory = open("/tmp/d", O_RDONLY | O_DIRECTORY);
	file = open("/tmp/d/file", O_RDONLY);
	chdir("/dev");
	try("in it", directory, "file", O_RDONLY);
	try("beside it", directory, "../outside", O_RDONLY);
	try("not in it", directory, "null", O_RDONLY);
	try("an absolute path", directory, "/dev/null", O_RDONLY);
	try("an absolute path, bad descriptor", 99, "/dev/null", O_RDONLY);
	try("the working directory", AT_FDCWD, "null", O_RDONLY);
	try("a bad descriptor", 99, "file", O_RDONLY);
	try("a file's descriptor", file, "x", O_RDONLY);
	try("new", directory, "new", O_WRONLY | O_CREAT | O_EXCL);
	show_file("/tmp/d/new");
	show("fstatat", fstatat(directory, "file", &st, 0));
	say("size %lld\n", (long long)st.st_size);
	show("after its removal", (unlink("/tmp/d/new"), unlink("/tmp/d/file"), rmdir("/tmp/d")));
	try("nothing can be made there", directory, "new", O_WRONLY | O_CREAT);
	return 0;
}
