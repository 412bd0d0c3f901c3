// Errors that calls report before they look at anything else.

#include "test.h"

#include <abi/statfs.h>
#include <sched.h>
#include <sys/random.h>

#define NOBODY 0x3fffffff // no such process

static void try_sleep(int clock)
{
	struct timespec soon = { 0, 1 }, bad = { 0, -1 };
	long n = syscall(SYS_clock_nanosleep, clock, 0, &soon, NULL);

	say("clock %d: %s", clock, n < 0 ? error_name(errno) : "slept");
	n = syscall(SYS_clock_nanosleep, clock, 0, &bad, NULL);
	say(", a bad time: %s", n < 0 ? error_name(errno) : "slept");
	n = syscall(SYS_clock_nanosleep, clock, 0, (void *)1, NULL);
	say(", nowhere: %s\n", n < 0 ? error_name(errno) : "slept");
}

int main(void)
{
	static const int clocks[] = { 0, 1, 3, 4, 5, 6, 7, 10, 11, 12, 99 };
	struct timespec now, real;
	struct statfs64 fs;
	uint32_t mask[32];
	char byte;

	show("setpgid(-1, 0)", setpgid(-1, 0));
	show("setpgid(-1, 1)", setpgid(-1, 1));
	show("setpgid(0, -1)", setpgid(0, -1));
	show("setpgid(nobody, 0)", setpgid(NOBODY, 0));
	for (unsigned int flags = 0; flags < 9; flags++) {
		say("flags %u, ", flags);
		show("getrandom", getrandom(&byte, 1, flags));
	}
	check("affinity of itself", syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask) > 0);
	check("by number", syscall(SYS_sched_getaffinity, getpid(), sizeof(mask), mask) > 0);
	show("of nobody", syscall(SYS_sched_getaffinity, NOBODY, sizeof(mask), mask));
	show("of -1", syscall(SYS_sched_getaffinity, -1, sizeof(mask), mask));
	show("of nobody, no room", syscall(SYS_sched_getaffinity, NOBODY, 0, mask));
	show("statfs of nothing", syscall(SYS_statfs64, "/nothing", sizeof(fs), &fs));
	show("with a wrong size", syscall(SYS_statfs64, "/nothing", sizeof(fs) - 1, &fs));
	show("fstatfs of nothing", syscall(SYS_fstatfs64, -1, sizeof(fs), &fs));
	show("with a wrong size", syscall(SYS_fstatfs64, -1, sizeof(fs) - 1, &fs));
	clock_gettime(CLOCK_REALTIME, &real);
	show("atomic time", clock_gettime(CLOCK_TAI, &now));
	check("is near", now.tv_sec - real.tv_sec <= 60);
	for (size_t i = 0; i < COUNT(clocks); i++)
		try_sleep(clocks[i]);
	return 0;
}
