// The oldest getrlimit knows nothing above 0x7fffffff.

#include "test.h"
#include <sys/resource.h>

static void both(const char *what)
{
	unsigned long old[2], new[2];

	syscall(SYS_getrlimit, RLIMIT_FSIZE, old);
	syscall(SYS_ugetrlimit, RLIMIT_FSIZE, new);
	say("%s: %lx %lx, %lx %lx\n", what, old[0], old[1], new[0], new[1]);
}

int main(void)
{
	struct rlimit limit = { 0x80000001, 0xfffffffe };

	both("infinity");
	setrlimit(RLIMIT_FSIZE, &limit);
	both("much");
	limit.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &limit);
	both("little");
	show("no such resource", syscall(SYS_getrlimit, RLIM_NLIMITS, &limit));
	return 0;
}
