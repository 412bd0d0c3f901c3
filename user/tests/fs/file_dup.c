// Copies of a descriptor share the file's position; closing one leaves the others open.

#include "test.h"

int main(void)
{
	char buffer[16];
	int fd, copy;

	make_file("/tmp/file", "0123456789");
	fd = open("/tmp/file", O_RDONLY);
	copy = dup(fd);
	check("dup gives the lowest free descriptor", copy == fd + 1);
	read(fd, buffer, 3);
	read(copy, buffer, 1);
	say("the copy goes on at '%c'\n", buffer[0]);
	lseek(copy, 8, SEEK_SET);
	read(fd, buffer, 1);
	say("and moves the first one: '%c'\n", buffer[0]);
	close(fd);
	show("the copy works without it", read(copy, buffer, 4));

	fd = open("/tmp/file", O_RDONLY);
	show("dup2 to 20", dup2(fd, 20));
	show("dup2 onto itself", dup2(20, 20));
	read(20, buffer, 2);
	show("dup2 over an open one", dup2(copy, 20));
	show("which is at the end now", read(20, buffer, 1));
	show("dup2 of a closed one", dup2(50, 20));
	show("that changes nothing", lseek(20, 0, SEEK_CUR));
	show("dup2 of a closed one onto itself", dup2(50, 50));
	show("dup2 to -1", dup2(fd, -1));
	show("dup2 to a million", dup2(fd, 1000000));
	show("dup of a closed one", dup(50));
	show("dup of -1", dup(-1));
	return 0;
}
