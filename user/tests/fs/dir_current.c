// The working directory.

#include "test.h"

static void where(void)
{
	char path[128];

	say("in %s\n", getcwd(path, sizeof(path)) ? path : error_name(errno));
}

int main(void)
{
	char path[128];

	where();
	mkdir("/tmp/a", 0755);
	mkdir("/tmp/a/b", 0755);
	make_file("/tmp/a/file", "x");
	show("chdir", chdir("/tmp/a/b"));
	where();
	show("..", chdir(".."));
	where();
	show("a path from here", chdir("b/./../b//"));
	where();
	show("nothing", chdir("nosuch"));
	show("a file", chdir("../file"));
	show("the empty path", chdir(""));
	where();
	show("above the root", chdir("/../.."));
	where();
	chdir("/tmp/a");
	show("a buffer that is just large enough", syscall(SYS_getcwd, path, 7));
	show("one byte less", syscall(SYS_getcwd, path, 6));
	show("no bytes", syscall(SYS_getcwd, path, 0));
	show("renaming it", rename("/tmp/a", "/tmp/c"));
	where();
	return 0;
}
