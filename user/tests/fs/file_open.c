// Opening files: which flags do what, and what cannot be opened.

#include "test.h"

static void try(const char *what, const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	show(what, fd < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	static char name[300], path[5000];
	int fds[3], i;

	memset(name, 'n', sizeof(name) - 1);
	memset(path, '/', sizeof(path) - 1);
	chdir("/tmp");
	make_file("file", "contents");
	mkdir("directory", 0755);

	try("no such file", "nosuch", O_RDONLY);
	try("no such directory", "nosuch/file", O_RDONLY | O_CREAT);
	try("the empty path", "", O_RDONLY);
	try("the empty path, O_CREAT", "", O_WRONLY | O_CREAT);
	try("a file as a directory", "file/x", O_RDONLY);
	try("a file with a slash behind", "file/", O_RDONLY);
	try("a directory with slashes behind", "directory///", O_RDONLY);
	try("many slashes", "//tmp///file", O_RDONLY);
	try("dots", "./directory/.././file", O_RDONLY);
	try("above the root", "/../../tmp/file", O_RDONLY);
	try("a name that is too long", name, O_RDONLY);
	name[255] = '\0';
	try("the longest name", name, O_RDWR | O_CREAT);
	try("a path that is too long", path, O_RDONLY);
	path[4095] = '\0';
	try("the longest path", path, O_RDONLY);

	try("O_EXCL, the file exists", "file", O_WRONLY | O_CREAT | O_EXCL);
	try("O_EXCL, it does not", "new", O_WRONLY | O_CREAT | O_EXCL);
	try("write to a directory", "directory", O_WRONLY);
	try("read and write a directory", "directory", O_RDWR);
	try("create a directory", "directory", O_RDONLY | O_CREAT);
	try("create with a slash behind", "nosuch/", O_RDWR | O_CREAT);
	try("O_DIRECTORY, a directory", "directory", O_RDONLY | O_DIRECTORY);
	try("O_DIRECTORY, a file", "file", O_RDONLY | O_DIRECTORY);
	try("O_TRUNC", "file", O_WRONLY | O_TRUNC);
	show_file("file");
	try("create what exists", "file", O_WRONLY | O_CREAT);

	for (i = 0; i < 3; i++)
		fds[i] = open("file", O_RDONLY);
	check("descriptors are the lowest free ones", fds[0] == 3 && fds[1] == 4 && fds[2] == 5);
	close(fds[1]);
	check("also after one was closed", open("file", O_RDONLY) == fds[1]);
	return 0;
}
