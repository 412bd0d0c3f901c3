// oom_areas: areas that a fork has copied lie together in blocks of the heap. A block counts when a victim is
// chosen for lack of memory as long as one of its areas is left.
// limit: 4

#include "oom_held.h"

#define PAGE 4096
#define AREAS 48000
#define BLOCK 24 // areas of a block

int main(void)
{
	char *at = mmap(NULL, AREAS * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int before = score_of(getpid());
	pid_t pid;

	for (int i = 0; i < AREAS; i += 2)
		mprotect(at + i * PAGE, PAGE, PROT_READ | PROT_WRITE);
	check_rise("areas", before, 6);
	pid = fork_or_end();
	if (pid == 0) {
		before -= 1; // a child has fewer pages than its parent
		check_rise("areas of a child", before, 4);
		for (int i = 0; i < AREAS; i += BLOCK)
			munmap(at + i * PAGE, (BLOCK - 1) * PAGE);
		check_rise("one area of each block", before, 4);
		munmap(at, AREAS * PAGE);
		check("and then no more", score_of(getpid()) - before < 3);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
