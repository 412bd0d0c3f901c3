// Every ioctl of terminals and files, to every kind of file, with every pointer that is no good.

#include "evil.h"

int main(void)
{
	static const char *const paths[] = { "/dev/console", "/dev/null",     "/dev/zero",
		                             "/dev/random",  "/proc/meminfo", "/proc",
		                             "/tmp",         "/bin/true" };
	int good = 0, ends[2];

	evil_begin();
	pipe(ends);
	for (size_t i = 0; i < COUNT(paths) + 2; i++) {
		int fd = i < COUNT(paths) ? open(paths[i], O_RDONLY | O_NONBLOCK | O_NOCTTY) :
		                            ends[i - COUNT(paths)];

		for (uint32_t request = 0x5400; request < 0x5500; request++) {
			for (size_t p = 0; p < COUNT(evil_pointers); p++) {
				uint32_t address = evil_pointers[p].address;
				long result = syscall(SYS_ioctl, fd, request, address);

				good += result != -1;
			}
		}
		close(fd);
	}
	check("each returned", good >= 0);
	return evil_end();
}
