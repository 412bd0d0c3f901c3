// Processor time: who computes uses some, who sleeps does not, and what the children used that were
// waited for is counted apart.
// limit: 60

#include "test.h"
#include <sys/resource.h>

#define MS 1000000ll

struct times_buffer {
	clock_t user, system, children_user, children_system;
};

static long long now(clockid_t clock)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static long long us(struct timeval tv)
{
	return tv.tv_sec * 1000000ll + tv.tv_usec;
}

static long long used(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return us(usage.ru_utime) + us(usage.ru_stime);
}

static void compute(long long ns)
{
	long long start = now(CLOCK_PROCESS_CPUTIME_ID);

	while (now(CLOCK_PROCESS_CPUTIME_ID) - start < ns)
		for (volatile int i = 0; i < 10000; i++)
			;
}

// Let the kernel work: it clears memory.
static void call(long long ns)
{
	static char buffer[1 << 18];
	long long start = now(CLOCK_PROCESS_CPUTIME_ID);
	int zero = open("/dev/zero", O_RDONLY);

	while (now(CLOCK_PROCESS_CPUTIME_ID) - start < ns)
		for (int i = 0; i < 10; i++)
			read(zero, buffer, sizeof(buffer));
}

// Let a child use some time, and show what its parent learns of it.
static void child_uses(const char *what, void (*use)(long long), int ms)
{
	struct rusage usage;
	pid_t pid = fork();

	if (pid == 0) {
		use(ms * MS);
		_exit(0);
	}
	show("waiting", syscall(SYS_wait4, pid, NULL, 0, &usage) == pid);
	check(what, us(usage.ru_utime) + us(usage.ru_stime) >= ms * 1000);
	check("  more of it in the program", us(usage.ru_utime) > us(usage.ru_stime));
}

static void clocks(void)
{
	struct timespec ts;
	clockid_t own = (clockid_t)(~(unsigned int)getpid() << 3 | 2), clock;

	check("the process's clock by its number",
	      now(own) - now(CLOCK_PROCESS_CPUTIME_ID) < 50 * MS);
	check("its sampled time", clock_gettime(own & ~3, &ts) == 0);
	check("its program's time", clock_gettime((own & ~3) | 1, &ts) == 0);
	clock = (clockid_t)(~30000u << 3 | 2);
	show("another's that is not there", clock_gettime(clock, &ts));
	show("one of a fourth kind", clock_gettime(own | 3, &ts));
	clock = (clockid_t)(~(unsigned int)getppid() << 3 | 6);
	show("a thread of another process", clock_gettime(clock, &ts));
	clock = (clockid_t)(~(unsigned int)getpid() << 3 | 6);
	show("the own thread", clock_gettime(clock, &ts));
	ts = (struct timespec){ 0, 1 };
	show("sleeping by the thread's clock",
	     syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL));
	show("until what has been used",
	     syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &ts, NULL));
}

// Sleep until another process has used some time.
static void wait_for_child_to_use(void)
{
	struct timespec ts = { 0, 50 * MS };
	pid_t pid = fork();
	clockid_t clock = (clockid_t)(~(unsigned int)pid << 3 | 2);

	if (pid == 0)
		for (;;)
			;
	show("sleeping by a child's clock", syscall(SYS_clock_nanosleep, clock, 0, &ts, NULL));
	check("  it has used that", now(clock) >= 50 * MS);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	show("its clock is gone", clock_gettime(clock, &ts));
}

int main(void)
{
	long long before = now(CLOCK_PROCESS_CPUTIME_ID), thread = now(CLOCK_THREAD_CPUTIME_ID);
	struct rusage usage;
	struct times_buffer ticks;
	bool backwards = false;
	pid_t pid;

	usleep(300000);
	check("a sleeper uses little", now(CLOCK_PROCESS_CPUTIME_ID) - before < 150 * MS &&
	                                       now(CLOCK_THREAD_CPUTIME_ID) - thread < 150 * MS);
	check("the kernel agrees", used(RUSAGE_SELF) < 150000 && used(RUSAGE_CHILDREN) == 0);
	compute(100 * MS);
	check("a computer uses some", used(RUSAGE_SELF) >= 100000);
	for (int i = 0; i < 1000; i++) {
		long long last = before;

		before = now(CLOCK_PROCESS_CPUTIME_ID);
		backwards |= before < last;
	}
	check("the clock never goes back", !backwards);
	child_uses("a child that computed", compute, 300);
	child_uses("a child that called", call, 300);
	check("children have used as much", used(RUSAGE_CHILDREN) >= 600000);
	syscall(SYS_times, &ticks);
	check("times() agrees",
	      ticks.children_user + ticks.children_system >= 58 && ticks.user + ticks.system >= 9);
	check("some each", ticks.children_user >= 15 && ticks.children_system >= 15);
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		compute(200 * MS);
		_exit(0);
	}
	before = used(RUSAGE_CHILDREN);
	waitpid(pid, NULL, 0);
	// Quire may know by now more exactly how long a cycle is, which changes the sum by microseconds.
	check("one that nobody waits for does not count", used(RUSAGE_CHILDREN) - before < 50000);
	signal(SIGCHLD, SIG_DFL);
	clocks();
	wait_for_child_to_use();
	getrusage(RUSAGE_SELF, &usage);
	check("it has waited", usage.ru_nvcsw > 0);
	show("of nobody", getrusage(2, &usage));
	return 0;
}
