// Making and removing directories.

#include "test.h"

static nlink_t links(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_nlink;
}

int main(void)
{
	static char name[300];

	memset(name, 'n', sizeof(name) - 1);
	chdir("/tmp");
	make_file("file", "x");
	show("mkdir", mkdir("a", 0755));
	show("again", mkdir("a", 0755));
	show("where a file is", mkdir("file", 0755));
	show("in no directory", mkdir("nosuch/b", 0755));
	show("in a file", mkdir("file/b", 0755));
	show("with a slash behind", mkdir("a/b/", 0755));
	show("the empty path", mkdir("", 0755));
	show("/", mkdir("/", 0755));
	show(".", mkdir(".", 0755));
	show("..", mkdir("a/..", 0755));
	show("a name that is too long", mkdir(name, 0755));
	say("links of a directory with one inside: %u\n", (unsigned int)links("a"));
	say("links of an empty one: %u\n", (unsigned int)links("a/b"));

	show("rmdir of a full one", rmdir("a"));
	show("rmdir of a file", rmdir("file"));
	show("rmdir of nothing", rmdir("nosuch"));
	show("rmdir of .", rmdir("a/b/."));
	show("rmdir of ..", rmdir("a/b/.."));
	show("rmdir of /", rmdir("/"));
	show("rmdir of the empty path", rmdir(""));
	show("rmdir with a slash behind", rmdir("a/b/"));
	show("unlink of a directory", unlink("a"));
	say("links now: %u\n", (unsigned int)links("a"));
	make_file("a/file", "x");
	show("rmdir of one with a file", rmdir("a"));
	show("unlink", unlink("a/file"));
	show("rmdir", rmdir("a"));
	show("rmdir again", rmdir("a"));
	return 0;
}
