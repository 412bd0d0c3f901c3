// How many pseudoterminals there can be, so that programs cannot take all memory. The number is Quire's.

#include "test.h"

#include <fcntl.h>
#include <sys/ioctl.h>

static int number_in(const char *path)
{
	char text[20] = "";
	int fd = open(path, O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}

int main(void)
{
	int fd, last = -1, count, number = -1, locked = 0;

	show("max", number_in("/proc/sys/kernel/pty/max"));
	show("at the start", number_in("/proc/sys/kernel/pty/nr"));
	for (count = 0; (fd = open("/dev/ptmx", O_RDWR)) >= 0; count++)
		last = fd;
	show("open", fd);
	show("opened", count);
	show("now", number_in("/proc/sys/kernel/pty/nr"));
	ioctl(last, TIOCGPTN, &number);
	show("last number", number);
	ioctl(last, TIOCSPTLCK, &locked);
	fd = open("/dev/pts/511", O_RDWR);
	check("its slave", fd >= 0);
	close(last);
	show("while the slave is open", open("/dev/ptmx", O_RDWR));
	close(fd);
	check("then", open("/dev/ptmx", O_RDWR) >= 0);
	show("no such slave", open("/dev/pts/512", O_RDWR));
	return 0;
}
