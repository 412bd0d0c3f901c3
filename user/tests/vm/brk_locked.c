// mlockall(MCL_FUTURE) fetches the pages that the heap gets, and no others.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

int main(void)
{
	char *start = (char *)syscall(SYS_brk, NULL), *mapped = start + PAGE;
	int fd = open("/tmp/x", O_RDWR | O_CREAT, 0644);

	ftruncate(fd, PAGE);
	show("up to the next page", syscall(SYS_brk, start + 16) == (long)start + 16);
	check("a private mapping behind it",
	      mmap(mapped, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == mapped);
	show("mlockall", mlockall(MCL_FUTURE));
	show("to the end of that page", syscall(SYS_brk, mapped) == (long)mapped);
	show("write to the file", pwrite(fd, "x", 1, 0));
	check("the mapping had no copy yet", *(volatile char *)mapped == 'x');
	return 0;
}
