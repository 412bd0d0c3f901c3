// Many areas that have a page table each, all of it in use: their end yields between them.
// stretch
// limit: 20

#include "test.h"
#include <sys/mman.h>

#define SIZE (4u << 20)
#define AREAS 48

int main(void)
{
	int fd = memfd_create("x", 0), status;
	pid_t pid;

	show("length", ftruncate(fd, SIZE));
	pid = fork();
	if (pid == 0) {
		for (uintptr_t i = 0; i < AREAS; i++) {
			char *at = (char *)0x50000000 + i * SIZE;

			mmap(at, SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
			madvise(at, SIZE, MADV_POPULATE_READ);
		}
		_exit(3);
	}
	waitpid(pid, &status, 0);
	show_status("the child", status);
	return 0;
}
