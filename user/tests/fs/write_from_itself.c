// Writing to a file from a mapping of the same file, which the write itself makes accessible.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)

int main(void)
{
	int fd = open("/tmp/x", O_RDWR | O_CREAT, 0644);
	char got[4];

	// A page of memory, and behind it the file's second page, which it does not have yet.
	mmap(PLACE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap(PLACE + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, PAGE);
	memset(PLACE, 'x', PAGE);
	show("from behind the end", pwrite(fd, PLACE + PAGE, 8, 0));
	show("from both pages", pwrite(fd, PLACE + PAGE - 2, 4, 2 * PAGE));
	show("read", pread(fd, got, 4, 2 * PAGE));
	say("\"%.2s\" and %d %d\n", got, got[2], got[3]);
	show("size", lseek(fd, 0, SEEK_END));
	return 0;
}
