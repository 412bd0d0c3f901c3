// getrusage counts page faults, and knows how many pages there were at most.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PAGES 2000
#define MANY (PAGES / 8 * 7) // Linux counts in steps of 32 on each processor

static void touch(void)
{
	char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);

	for (size_t i = 0; i < PAGES; i++)
		memory[i * PAGE] = 1;
	munmap(memory, PAGES * PAGE);
}

static void report(const char *what, const struct rusage *before, const struct rusage *usage)
{
	long more = usage->ru_minflt - before->ru_minflt;

	say("%s: %s faults, %s pages, %s read\n", what, more >= PAGES / 32 ? "some" : "few",
	    usage->ru_maxrss >= MANY * (PAGE / 1024) ? "many" : "few",
	    usage->ru_majflt ? "some" : "none");
}

int main(void)
{
	static const struct rusage none;
	struct rusage before, usage;
	pid_t pid = fork();

	if (pid == 0) {
		touch();
		_exit(0);
	}
	syscall(SYS_wait4, pid, NULL, 0, &usage);
	report("the child", &none, &usage);
	getrusage(RUSAGE_CHILDREN, &usage);
	report("children", &none, &usage);
	getrusage(RUSAGE_SELF, &usage);
	report("not the parent", &none, &usage);
	getrusage(RUSAGE_SELF, &before);
	touch();
	getrusage(RUSAGE_SELF, &usage);
	report("now it too", &before, &usage);
	return 0;
}
