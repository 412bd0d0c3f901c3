// limit: 20
// kernel: normal
// Mapping, touching and unmapping a million times leaves exactly as much free memory as there was.
// The debug kernel would need a minute: it fills each page that it frees.
// (Recorded by hand: elsewhere others take memory at the same time.)

#include "test.h"
#include <sys/mman.h>
#include <sys/sysinfo.h>

#define TIMES 1000000
#define PAGE 4096

static void map_and_unmap(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		say("mmap: %s\n", error_name(errno));
		return;
	}
	*(volatile char *)at = 1;
	if (munmap(at, PAGE))
		say("munmap: %s\n", error_name(errno));
}

static unsigned long free_memory(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram;
}

int main(void)
{
	unsigned long before;
	int i;

	for (i = 0; i < 100; i++)
		map_and_unmap();
	before = free_memory();
	for (i = 0; i < TIMES; i++)
		map_and_unmap();
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
