// Permissions: chmod, and the mask that takes some away from new files. (Root may do anything but
// execute what nobody may.)

#include "test.h"

static void show_mode(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		show(path, -1);
	else
		say("%s: %o\n", path, st.st_mode & 07777);
}

int main(void)
{
	int fd;

	chdir("/tmp");
	say("mask %o\n", umask(027));
	say("mask %o\n", umask(0777777));
	say("mask %o\n", umask(027));
	fd = open("file", O_RDWR | O_CREAT, 0666);
	show_mode("file");
	mkdir("directory", 0777);
	show_mode("directory");
	mkfifo("fifo", 0666);
	show_mode("fifo");
	symlink("file", "link");

	show("chmod", chmod("file", 0604));
	show_mode("file");
	show("chmod through a link", chmod("link", 04711));
	show_mode("file");
	show("fchmod", fchmod(fd, 0170000 | 0600));
	show_mode("file");
	show("chmod of nothing", chmod("nosuch", 0600));
	show("fchmod of a closed descriptor", fchmod(99, 0600));

	show("access R", access("file", R_OK));
	show("access X", access("file", X_OK));
	show("access F", access("file", F_OK));
	show("access of nothing", access("nosuch", F_OK));
	show("access, wrong mode", access("file", 8));
	chmod("file", 0001);
	show("access X for somebody", access("file", X_OK));
	chmod("file", 0);
	show("access R of what nobody may", access("file", R_OK | W_OK));
	check("opening it", open("file", O_RDWR) >= 0);
	return 0;
}
