// helper
// A fault that nobody handles: the program waits for ever.

#include "uffd.h"

int main(void)
{
	int fd = uffd_ready(0, 0);

	window = mmap((void *)0x20000000, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	uffd_register(fd, window, PAGE, MISSING, NULL);
	window[5] = 1;
	return 0;
}
