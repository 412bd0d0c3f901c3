// A path to the slave of a pseudoterminal that has ended leads to no later one with its number.

#include "test.h"
#include <sys/ioctl.h>
#include <termios.h>

static int open_master(int *number)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), zero = 0;

	ioctl(master, TIOCSPTLCK, &zero);
	ioctl(master, TIOCGPTN, number);
	return master;
}

static void old_path(void)
{
	char path[32], again[32];
	int number, second, old, master = open_master(&number);

	snprintf(path, sizeof(path), "/dev/pts/%d", number);
	old = open(path, O_PATH);
	close(master);
	master = open_master(&second);
	check("the number is used again", number == second);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", old);
	show("the old slave", open(again, O_RDWR | O_NOCTTY));
	check("the new slave", open(path, O_RDWR | O_NOCTTY) >= 0);
	close(master);
}

int main(void)
{
	old_path();
	return 0;
}
