// limit: 10
// Forking children that touch memory 10,000 times leaves no memory behind.

#include "leak.h"
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 200 // enough for a page table that both share

static char *own, *shared;

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
		touch(own + i % (PAGES - 1) * PAGE);
		touch(shared);
		_exit(0);
	}
	touch(own + (i + 1) % (PAGES - 1) * PAGE);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		say("fork: %s\n", error_name(errno));
}

int main(void)
{
	own = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < PAGES; i++)
		own[i * PAGE] = 1;
	show_leak(fork_and_touch, PAGES, 10000);
	return 0;
}
