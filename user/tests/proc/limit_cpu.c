// RLIMIT_CPU: a signal at the soft limit and at each second after, the end at the hard one.
// limit: 60

#include "test.h"
#include <sys/resource.h>

static volatile sig_atomic_t signals;

static void count(int signo)
{
	(void)signo;
	signals++;
}

static long long used_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static void spin(void)
{
	struct rlimit limit = { 1, 3 };

	setrlimit(RLIMIT_CPU, &limit);
	while (signals < 1)
		;
	check("the first comes after a second", used_ms() >= 700 && used_ms() < 1900);
	getrlimit(RLIMIT_CPU, &limit);
	say("the limit is now %d of %d\n", (int)limit.rlim_cur, (int)limit.rlim_max);
	while (signals < 2)
		;
	check("the second after one more", used_ms() >= 1700 && used_ms() < 2900);
	for (;;)
		;
}

// In calls too: the kernel takes the time.
static void call(void)
{
	static char buffer[1 << 20];
	struct rlimit limit = { 1, RLIM_INFINITY };
	int zero = open("/dev/zero", O_RDONLY);

	signal(SIGXCPU, SIG_DFL);
	setrlimit(RLIMIT_CPU, &limit);
	for (;;)
		read(zero, buffer, sizeof(buffer));
}

static void none_at_all(void)
{
	struct rlimit limit = { 0, RLIM_INFINITY };

	signal(SIGXCPU, SIG_DFL);
	setrlimit(RLIMIT_CPU, &limit);
	for (;;)
		;
}

int main(void)
{
	signal(SIGXCPU, count);
	show_child("at the hard limit", spin);
	show_child("in calls", call);
	show_child("no second", none_at_all);
	return 0;
}
