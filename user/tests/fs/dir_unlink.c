// Removing names; a file lives on while it is open.

#include "test.h"

int main(void)
{
	char buffer[16];
	struct stat st;
	int fd;

	chdir("/tmp");
	make_file("file", "contents");
	mkdir("directory", 0755);
	show("nothing", unlink("nosuch"));
	show("a directory", unlink("directory"));
	show("in a file", unlink("file/x"));
	show("a file with a slash behind", unlink("file/"));
	show("the empty path", unlink(""));
	show(".", unlink("."));
	show("/", unlink("/"));

	fd = open("file", O_RDWR);
	show("an open file", unlink("file"));
	show("its name is gone", open("file", O_RDONLY));
	fstat(fd, &st);
	say("links %u, size %lld\n", (unsigned int)st.st_nlink, (long long)st.st_size);
	show("reading goes on", read(fd, buffer, 8));
	show("writing too", write(fd, "more", 4));
	make_file("file", "new");
	show_file("file");
	lseek(fd, 0, SEEK_SET);
	show("the old one is another", read(fd, buffer, sizeof(buffer)));
	return 0;
}
