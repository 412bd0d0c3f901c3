// sigtimedwait, sigqueue, alarm and setitimer.

#include "../thread.h"
#include <sys/time.h>

static volatile int alarms;

static void count(int signo)
{
	(void)signo;
	alarms++;
}

static void block(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	raw(SYS_rt_sigprocmask, how, (long)&set, 0, 8, 0);
}

static void wait_signal(const char *what, int signo, long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	siginfo_t info;
	sigset_t set;
	long result;

	memset(&info, 0, sizeof(info));
	sigemptyset(&set);
	sigaddset(&set, signo);
	result = raw(SYS_rt_sigtimedwait, (long)&set, (long)&info, ms < 0 ? 0 : (long)&time, 8, 0);
	print(what, result);
	if (result > 0)
		say("  signal %d, code %d, value %d, %s\n", info.si_signo, info.si_code,
		    info.si_int, info.si_pid == getpid() ? "from itself" : "from elsewhere");
}

static long queue(pid_t pid, int signo, int code, int value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = code;
	info.si_pid = getpid();
	info.si_int = value;
	return raw(SYS_rt_sigqueueinfo, pid, signo, (long)&info, 0, 0);
}

static volatile int taken;

static void waiter(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	taken = (int)raw(SYS_rt_sigtimedwait, (long)&set, 0, 0, 8, 0);
}

static void timers(void)
{
	struct sigaction action = { .sa_handler = count };
	struct itimerval timer = { { 0, 10000 }, { 0, 10000 } }, none = { { 0, 0 }, { 0, 0 } }, old;

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGVTALRM, &action, NULL);
	sigaction(SIGPROF, &action, NULL);
	print("alarm", raw(SYS_alarm, 10, 0, 0, 0, 0));
	print("alarm again", raw(SYS_alarm, 0, 0, 0, 0, 0));
	print("none", raw(SYS_alarm, 0, 0, 0, 0, 0));
	print("setitimer", raw(SYS_setitimer, ITIMER_REAL, (long)&timer, 0, 0, 0));
	while (alarms < 3)
		raw(SYS_pause, 0, 0, 0, 0, 0);
	print("getitimer", raw(SYS_getitimer, ITIMER_REAL, (long)&old, 0, 0, 0));
	check("it goes on", old.it_interval.tv_usec == 10000 && old.it_value.tv_usec <= 10000);
	print("end", raw(SYS_setitimer, ITIMER_REAL, (long)&none, (long)&old, 0, 0));
	check("the old one", old.it_interval.tv_usec == 10000);
	alarms = 0;
	raw(SYS_setitimer, ITIMER_VIRTUAL, (long)&timer, 0, 0, 0);
	while (alarms < 2)
		;
	raw(SYS_setitimer, ITIMER_VIRTUAL, (long)&none, 0, 0, 0);
	alarms = 0;
	raw(SYS_setitimer, ITIMER_PROF, (long)&timer, 0, 0, 0);
	while (alarms < 2)
		raw(SYS_getpid, 0, 0, 0, 0, 0);
	raw(SYS_setitimer, ITIMER_PROF, (long)&none, 0, 0, 0);
	say("by processor time too\n");
	print("no such timer", raw(SYS_setitimer, 3, (long)&none, 0, 0, 0));
	print("no such timer", raw(SYS_getitimer, -1, (long)&old, 0, 0, 0));
	timer.it_value.tv_usec = 1000000;
	print("a bad time", raw(SYS_setitimer, ITIMER_REAL, (long)&timer, 0, 0, 0));
	print("a bad address", raw(SYS_setitimer, ITIMER_REAL, 16, 0, 0, 0));
}

int main(void)
{
	static struct test_thread one;
	int rt = 40;

	block(SIG_BLOCK, SIGUSR1);
	block(SIG_BLOCK, SIGUSR2);
	block(SIG_BLOCK, rt);
	wait_signal("nothing", SIGUSR1, 0);
	wait_signal("for 5 ms", SIGUSR1, 5);
	kill(getpid(), SIGUSR1);
	wait_signal("kill", SIGUSR1, 0);
	raw(SYS_tkill, own_tid(), SIGUSR1, 0, 0, 0);
	wait_signal("tkill", SIGUSR1, -1);
	print("queue", queue(getpid(), rt, SI_QUEUE, 1));
	print("queue", queue(getpid(), rt, SI_QUEUE, 2));
	print("as the kernel", queue(getpid(), rt, SI_KERNEL, 3));
	wait_signal("first", rt, -1);
	wait_signal("second", rt, -1);
	wait_signal("third", rt, -1);
	wait_signal("no more", rt, 0);
	print("to another, as the kernel", queue(getppid(), 0, SI_KERNEL, 3));
	print("to another, as tkill", queue(getppid(), 0, SI_TKILL, 3));
	print("to another, no signal", queue(getppid(), 0, SI_QUEUE, 3));
	print("to nobody", queue(99999, rt, SI_QUEUE, 3));
	print("a wrong signal", queue(getpid(), 65, SI_QUEUE, 3));
	print("a bad description", raw(SYS_rt_sigqueueinfo, getpid(), rt, 16, 0, 0));
	print("a wrong size", raw(SYS_rt_sigtimedwait, 0, 0, 0, 4, 0));
	print("a bad set", raw(SYS_rt_sigtimedwait, 16, 0, 0, 8, 0));
	start_thread(&one, 0, waiter, NULL);
	sleep_ms(5);
	kill(getpid(), SIGUSR2);
	join_thread(&one);
	say("a thread takes %d\n", taken);
	block(SIG_BLOCK, SIGCHLD);
	if (fork_or_end() == 0)
		_exit(3);
	wait_signal("a child, though ignored by default", SIGCHLD, -1);
	block(SIG_UNBLOCK, SIGCHLD);
	timers();
	return 0;
}
