// limit: 20
// kernel: normal
// Mapping, touching and unmapping a million times leaves no memory behind. (The debug kernel would
// need a minute: it fills each page that it frees.)

#include "leak.h"
#include <sys/mman.h>

#define PAGE 4096

static void map_and_unmap(int i)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		say("mmap: %s\n", error_name(errno));
		return;
	}
	*(volatile char *)at = (char)i;
	if (munmap(at, PAGE))
		say("munmap: %s\n", error_name(errno));
}

int main(void)
{
	show_leak(map_and_unmap, 100, 1000000);
	return 0;
}
