// A path to the slave of a pseudoterminal that has ended leads to no later one with its number.

#include "pty.h"

int main(void)
{
	char old_path[32];
	int first, old;

	open_master();
	first = number;
	old = open(path, O_PATH);
	snprintf(old_path, sizeof(old_path), "/proc/self/fd/%d", old);
	close(master);
	open_master();
	check("the number is used again", number == first);
	show("the old slave", open(old_path, O_RDWR | O_NOCTTY));
	check("the new slave", open(path, O_RDWR | O_NOCTTY) >= 0);
	return 0;
}
