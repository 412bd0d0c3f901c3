// Parent and child share the position of files opened before fork, but each closes its own.

#include "test.h"

static int fd;

static void child(void)
{
	char byte;

	read(fd, &byte, 1);
	say("child reads '%c'\n", byte);
	lseek(fd, 5, SEEK_SET);
	close(fd);
	chdir("/dev");
}

int main(void)
{
	char path[64], byte;

	chdir("/tmp");
	make_file("file", "0123456789");
	fd = open("file", O_RDONLY);
	read(fd, &byte, 1);
	show_child("child", child);
	show("still open in the parent", read(fd, &byte, 1));
	say("parent reads '%c'\n", byte);
	say("parent is in %s\n", getcwd(path, sizeof(path)));
	return 0;
}
