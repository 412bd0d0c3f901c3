// Making files longer and shorter.

#include "test.h"

static void show_size(int fd)
{
	struct stat st;

	fstat(fd, &st);
	say("  size %lld\n", (long long)st.st_size);
}

int main(void)
{
	static char buffer[8192];
	int fd, reading, i, sum = 0;

	chdir("/tmp");
	make_file("file", "0123456789");
	fd = open("file", O_RDWR);
	reading = open("file", O_RDONLY);
	show("shorter", ftruncate(fd, 4));
	show_file("file");
	show("longer", ftruncate(fd, 8));
	show("read", read(fd, buffer, 100));
	check("the new part is zero", memcmp(buffer, "0123\0\0\0\0", 8) == 0);
	show("by path", truncate("file", 6000));
	show_size(fd);
	lseek(fd, 4, SEEK_SET);
	show("read", read(fd, buffer, sizeof(buffer)));
	for (i = 0; i < 5996; i++)
		sum += buffer[i];
	say("  the bytes add up to %d\n", sum);
	lseek(fd, 5000, SEEK_SET);
	show("shorter than the position", ftruncate(fd, 3));
	show("read there", read(fd, buffer, 1));
	show("write there", write(fd, "x", 1));
	show_size(fd);

	show("negative", ftruncate(fd, -1));
	show("opened for reading", ftruncate(reading, 0));
	show("a closed descriptor", ftruncate(99, 0));
	show("a directory", truncate("/tmp", 0));
	show("nothing", truncate("nosuch", 0));
	show("a device", ftruncate(open("/dev/null", O_RDWR), 0));
	return 0;
}
