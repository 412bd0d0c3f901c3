// limit: 10
// Directories 3,000 deep, whose path nobody can name, and their removal from the inside.

#include "evil.h"

#define DEPTH 3000

int main(void)
{
	static char path[8192];
	int depth = 0, removed = 0, fd;

	evil_begin();
	mkdir("/tmp/deep", 0700);
	chdir("/tmp/deep");
	while (depth < DEPTH && mkdir("directory", 0700) == 0 && chdir("directory") == 0)
		depth++;
	show("deep", depth);
	show("getcwd", syscall(SYS_getcwd, path, sizeof(path)));
	show("of 10 bytes", syscall(SYS_getcwd, path, 10));
	show("rename into itself", rename("/tmp/deep", "directory"));
	show("the top is not empty", rmdir("/tmp/deep"));
	for (size_t i = 0; i < 4200; i++)
		path[i] = i % 2 ? '/' : '.';
	path[4000] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY);
	check("a path of 4,000", fd >= 0);
	close(fd);
	path[4000] = '.';
	show("a path of 4,200", open(path, O_RDONLY | O_DIRECTORY));
	while (chdir("..") == 0 && rmdir("directory") == 0)
		removed++;
	show("removed", removed);
	chdir("/");
	show("rmdir", rmdir("/tmp/deep"));
	return evil_end();
}
