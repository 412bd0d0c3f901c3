// mincore() of a mapping whose second page has an index of 33 bits: it must not answer for page 0.

#include "test.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096

int main(void)
{
	int fd = memfd_create("far", 0);
	unsigned char vec[2] = { 9, 9 };
	char *memory;

	show("write", write(fd, "x", 1));
	memory = (char *)syscall(SYS_mmap2, 0, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, -1);
	check("mapped", memory != MAP_FAILED);
	show("mincore", mincore(memory, 2 * PAGE, vec));
	say("in memory: %d %d\n", vec[0], vec[1]);
	return 0;
}
