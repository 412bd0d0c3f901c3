// Terminals.

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int tcgetattr(int fd, struct termios *attributes)
{
	return ioctl(fd, TCGETS, attributes);
}

// TCSANOW, TCSADRAIN and TCSAFLUSH select three requests with consecutive numbers.
int tcsetattr(int fd, int when, const struct termios *attributes)
{
	return ioctl(fd, TCSETS + (unsigned int)when, attributes);
}

int isatty(int fd)
{
	struct termios attributes;

	return tcgetattr(fd, &attributes) == 0;
}

pid_t tcgetpgrp(int fd)
{
	pid_t group;

	return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t group)
{
	return ioctl(fd, TIOCSPGRP, &group);
}
