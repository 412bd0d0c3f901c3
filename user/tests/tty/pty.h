// pty.h: the newest pseudoterminal of a test.
#pragma once

#include "../asleep.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, number;
static char path[32]; // of the slave

// Open a new master, and store the name of its slave, which is not locked.
static void open_master(void)
{
	int locked = 0;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	ioctl(master, TIOCGPTN, &number);
	ioctl(master, TIOCSPTLCK, &locked);
	snprintf(path, sizeof(path), "/dev/pts/%d", number);
}
