// limit: 10
// Forking children that touch memory many times leaves exactly as much free memory as there was.
// (Recorded by hand: elsewhere others take memory at the same time.)

#include "test.h"
#include <sys/mman.h>
#include <sys/sysinfo.h>

#define TIMES 10000
#define PAGE 4096
#define PAGES 200 // enough for a page table that both share

static char *private, *shared;

static void touch(char *at)
{
	*(volatile char *)at = *(volatile char *)(at + PAGE);
}

// The child touches old memory, that of its parent's too, and new memory.
static void fork_and_touch(int i)
{
	pid_t pid = fork();

	if (pid == 0) {
		touch(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		           0));
		touch(private + i % (PAGES - 1) * PAGE);
		touch(shared);
		_exit(0);
	}
	touch(private + (i + 1) % (PAGES - 1) * PAGE);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		say("fork: %s\n", error_name(errno));
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

	private = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	               0);
	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < PAGES; i++)
	private[i * PAGE] = 1;
	for (i = 0; i < PAGES; i++)
		fork_and_touch(i);
	before = free_memory();
	for (i = 0; i < TIMES; i++)
		fork_and_touch(i);
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
