// Questions for terminals, asked of what is none.

#include "test.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
	struct winsize size;
	struct termios attributes;
	int fds[2], file, waiting = -1;
	pid_t group;

	pipe(fds);
	make_file("/tmp/file", "0123456789");
	file = open("/tmp/file", O_RDWR);
	show("TCGETS of a pipe", ioctl(fds[0], TCGETS, &attributes));
	show("TIOCGWINSZ of a file", ioctl(file, TIOCGWINSZ, &size));
	show("TIOCGPGRP of a device", ioctl(open("/dev/null", O_RDWR), TIOCGPGRP, &group));
	show("of a closed descriptor", ioctl(99, TCGETS, &attributes));
	show("isatty", isatty(fds[0]));
	show("an unknown request", ioctl(file, 0x12345678, 0));
	write(fds[1], "hello", 5);
	show("FIONREAD of a pipe", ioctl(fds[0], FIONREAD, &waiting));
	say("  %d bytes\n", waiting);
	lseek(file, 4, SEEK_SET);
	show("FIONREAD of a file", ioctl(file, FIONREAD, &waiting));
	say("  %d bytes\n", waiting);
	return 0;
}
