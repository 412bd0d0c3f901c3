// Symbolic links: what follows them, and what acts on the link itself.

#include "test.h"

static void show_link(const char *path)
{
	char target[64];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		show(path, -1);
	else
		say("%s -> %.*s\n", path, (int)n, target);
}

static void try_open(const char *what, const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	show(what, fd < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
}

static void make_links(void)
{
	show("symlink", symlink("file", "link"));
	show("to a directory", symlink("directory", "dlink"));
	show("to nothing", symlink("nosuch", "dangling"));
	show("to itself", symlink("loop", "loop"));
	show("absolute", symlink("/tmp/file", "directory/absolute"));
	show("over a file", symlink("x", "file"));
	show("over a link", symlink("x", "dangling"));
	show("with an empty target", symlink("", "empty"));
	show("with an empty name", symlink("x", ""));
	show("into no directory", symlink("x", "nosuch/y"));
}

static void follow(void)
{
	struct stat st;

	show_file("link");
	show_file("directory/absolute");
	show_file("dlink/absolute");
	try_open("a dangling one", "dangling", O_RDONLY);
	try_open("a loop", "loop", O_RDONLY);
	try_open("in a loop", "loop/x", O_RDONLY);
	try_open("O_NOFOLLOW", "link", O_RDONLY | O_NOFOLLOW);
	try_open("O_NOFOLLOW, in the middle", "dlink/absolute", O_RDONLY | O_NOFOLLOW);
	try_open("O_EXCL", "dangling", O_WRONLY | O_CREAT | O_EXCL);
	try_open("O_DIRECTORY", "dlink", O_RDONLY | O_DIRECTORY);
	try_open("a link to a file with a slash behind", "link/", O_RDONLY);
	lstat("link", &st);
	say("lstat: %s, size %lld\n", S_ISLNK(st.st_mode) ? "a link" : "no link",
	    (long long)st.st_size);
	lstat("dlink/", &st);
	say("lstat with a slash behind: %s\n", S_ISDIR(st.st_mode) ? "a directory" : "not");
	stat("link", &st);
	say("stat: %s\n", S_ISREG(st.st_mode) ? "a file" : "no file");
	try_open("creating through a dangling one", "dangling", O_WRONLY | O_CREAT);
	show_file("nosuch");
}

static void act_on_links(void)
{
	char target[4];
	struct stat st;

	show("readlink of a file", readlink("file", target, sizeof(target)));
	show("readlink of nothing", readlink("none", target, sizeof(target)));
	show("readlink, cut", readlink("dangling", target, sizeof(target)));
	show("readlink, no room", readlink("link", target, 0));
	show("mkdir where a link is", mkdir("loop", 0755));
	show("rmdir of a link", rmdir("dlink"));
	show("chdir through a link", chdir("dlink"));
	show("..", chdir(".."));
	show("rename of a link", rename("link", "moved"));
	show_link("moved");
	show("rename over a link", rename("file", "dangling"));
	show_file("dangling");
	show("link to a link", link("moved", "second"));
	show_link("second");
	show("unlink", unlink("dlink"));
	show("the directory is still there", stat("directory", &st));
}

int main(void)
{
	char target[16], name[16];
	int i;

	chdir("/tmp");
	make_file("file", "contents");
	mkdir("directory", 0755);
	make_links();
	show_link("link");
	follow();
	act_on_links();

	make_file("chain0", "at the end of a chain");
	for (i = 1; i <= 41; i++) {
		snprintf(target, sizeof(target), "chain%d", i - 1);
		snprintf(name, sizeof(name), "chain%d", i);
		symlink(target, name);
	}
	show_file("chain40");
	show_file("chain41");
	return 0;
}
