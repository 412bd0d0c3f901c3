// Several names for one file.

#include "test.h"

static void show_links(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		show(path, -1);
	else
		say("%s: links %u, size %lld\n", path, (unsigned int)st.st_nlink,
		    (long long)st.st_size);
}

// Give a name to a file that was made without one.
static void link_nameless(const char *what, int flags)
{
	int fd = open(".", O_TMPFILE | O_RDWR | flags, 0600);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	say("%s: ", what);
	show("linkat of a descriptor",
	     syscall(SYS_linkat, fd, "", AT_FDCWD, "nameless", AT_EMPTY_PATH));
	unlink("nameless");
	show("  and again", syscall(SYS_linkat, fd, "", AT_FDCWD, "nameless", AT_EMPTY_PATH));
	show("  of its link",
	     syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "nameless", AT_SYMLINK_FOLLOW));
	unlink("nameless");
	close(fd);
}

int main(void)
{
	struct stat one, two;
	int fd;

	chdir("/tmp");
	make_file("one", "contents");
	mkdir("directory", 0755);
	show("link", link("one", "two"));
	show("link in a directory", link("two", "directory/three"));
	show_links("one");
	stat("one", &one);
	stat("directory/three", &two);
	check("it is the same file", one.st_ino == two.st_ino && one.st_dev == two.st_dev);
	make_file("two", "new contents");
	show_file("one");

	show("over an existing name", link("one", "two"));
	show("over a directory", link("one", "directory"));
	show("of nothing", link("nosuch", "four"));
	show("into no directory", link("one", "nosuch/four"));
	show("of a directory", link("directory", "four"));
	show("with the empty path", link("", "four"));
	show("with a slash behind", link("one", "four/"));

	fd = open("one", O_RDONLY);
	show("unlink the first name", unlink("one"));
	show_links("two");
	show("rename onto the same file", rename("two", "directory/three"));
	show_links("two");
	unlink("two");
	unlink("directory/three");
	fstat(fd, &one);
	say("open without a name: links %u\n", (unsigned int)one.st_nlink);
	link_nameless("O_TMPFILE", 0);
	link_nameless("O_TMPFILE | O_EXCL", O_EXCL);
	return 0;
}
