// Reading and writing a file: positions, ends, holes.

#include "test.h"

int main(void)
{
	char buffer[64];
	int fd, other;

	fd = open("/tmp/file", O_RDWR | O_CREAT, 0644);
	show("write", write(fd, "hello, world", 12));
	show("read at the end", read(fd, buffer, sizeof(buffer)));
	show("back to 7", lseek(fd, 7, SEEK_SET));
	show("read 3", read(fd, buffer, 3));
	say("got \"%.3s\"\n", buffer);
	show("read the rest", read(fd, buffer, sizeof(buffer)));
	say("got \"%.2s\"\n", buffer);
	show("write of nothing", write(fd, buffer, 0));
	show("read of nothing", read(fd, buffer, 0));

	lseek(fd, 0, SEEK_SET);
	show("overwrite", write(fd, "J", 1));
	show_file("/tmp/file");

	other = open("/tmp/file", O_RDONLY);
	write(fd, "U", 1);
	show("another descriptor has its own position", read(other, buffer, 2));
	say("and sees \"%.2s\"\n", buffer);

	show("far beyond the end", lseek(fd, 10000, SEEK_SET));
	show("read there", read(fd, buffer, 1));
	show("write there", write(fd, "end", 3));
	show("size", lseek(fd, 0, SEEK_END));
	lseek(fd, 9996, SEEK_SET);
	memset(buffer, 'x', sizeof(buffer));
	show("read across the hole", read(fd, buffer, 10));
	check("the hole is zero", memcmp(buffer, "\0\0\0\0end", 7) == 0);
	close(fd);
	close(other);

	fd = open("/tmp/file", O_RDONLY);
	show("write where only reading was asked for", write(fd, "x", 1));
	close(fd);
	fd = open("/tmp/file", O_WRONLY);
	show("read where only writing was asked for", read(fd, buffer, 1));
	close(fd);
	show("read from a closed descriptor", read(fd, buffer, 1));
	show("write to a closed descriptor", write(fd, "x", 1));
	show("close it again", close(fd));
	show("descriptor -1", close(-1));
	show("descriptor 1000000", read(1000000, buffer, 1));
	fd = open("/tmp", O_RDONLY);
	show("read a directory", read(fd, buffer, 1));
	show("write a directory", write(fd, buffer, 1));
	return 0;
}
