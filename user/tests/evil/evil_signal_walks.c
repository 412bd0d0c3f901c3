// Signals whose sending or taking walks far: over hundreds of sets that watch signalfds, over thousands of
// threads that block a signal or die of one, and over the timers of a process. Others run in between.
// stretch
// limit: 20
// mem: 256

#include "../epoll.h"
#include <abi/prctl.h>
#include <abi/ptrace.h>
#include <abi/signalfd.h>
#include <abi/time.h>
#include <poll.h>
#include <sys/wait.h>

#define THREADS 3000
#define STACK 256
#define SETS 900
#define SIGNALFDS 110
#define CHILDREN 200
#define TIMERS 200
#define SIGRT 34
#define TRACED 2000

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static volatile int *shared; // the numbers of threads

static void crowd(int threads)
{
	for (int i = 0; i < threads; i++)
		shared[i] = (int)clone_raw(THREAD_FLAGS &
		                                   ~(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		                                     CLONE_CHILD_CLEARTID),
		                           stacks[i] + STACK, sleep_forever, NULL, NULL, NULL,
		                           NULL);
}

static void block(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int signalfd_of(int signo)
{
	uint64_t set = 1ull << (signo - 1);

	return (int)syscall(SYS_signalfd4, -1, &set, 8, O_NONBLOCK);
}

// Each signal wakes all watches of all signalfds of the process.
static void watched(void)
{
	struct epoll_event event;
	long sets[SETS], added = 0;

	block(SIGUSR1);
	for (int i = 0; i < SETS; i++)
		sets[i] = create();
	for (int i = 0; i < SIGNALFDS; i++) {
		int fd = signalfd_of(SIGUSR1);

		for (int j = 0; j < SETS; j++)
			added += control(sets[j], EPOLL_CTL_ADD, fd, POLLIN, 0) == 0;
	}
	check("a set can watch a signalfd", added > 0);
	raise(SIGUSR1);
	check("the first set has an event",
	      raw(SYS_epoll_wait, sets[0], (long)&event, 1, 0, 0) == 1);
	exit(0);
}

static void wait_for(pid_t pid, int options)
{
	syscall(SYS_waitid, P_PID, pid, NULL, options, NULL);
}

// The reaper's threads all block SIGCHLD, and get one for each dead child of a process that ends.
static void many_dead(void)
{
	int found = 0;
	pid_t pid;

	block(SIGCHLD);
	syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid = fork_or_end();
	if (pid == 0) {
		for (int i = 0; i < CHILDREN; i++) {
			pid = fork_or_end();
			if (pid == 0)
				_exit(0);
			wait_for(pid, WEXITED | WNOWAIT);
		}
		kill(getpid(), SIGSTOP);
		_exit(0);
	}
	wait_for(pid, WSTOPPED);
	crowd(THREADS);
	kill(pid, SIGCONT);
	while (waitpid(-1, NULL, 0) > 0)
		found++;
	say("dead: %d\n", found);
	exit(0);
}

// A tracer ends, whose tracees are all threads of one process: each would kill all of them.
static void traced(void)
{
	pid_t pid;

	shared[TRACED] = 0;
	pid = fork_or_end();
	if (pid == 0) {
		crowd(TRACED);
		shared[TRACED] = 1;
		sleep_forever(NULL);
	}
	while (!shared[TRACED])
		sleep_ms(1);
	for (int i = 0; i < TRACED; i++) {
		long error = raw(SYS_ptrace, PTRACE_SEIZE, shared[i], 0, PTRACE_O_EXITKILL, 0);

		if (error) {
			print("not traced", error);
			break;
		}
	}
	exit(0); // the process dies too, and main reaps it
}

// Each signal of a timer is taken with a look at the processor time of all threads.
static void timers(void)
{
	const int64_t spec[] = { 0, 0, 0, 1000 }; // no interval; 1 us
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRT };
	static struct signalfd_siginfo infos[TIMERS];
	int timer, fd;
	ssize_t n;

	block(SIGRT);
	crowd(THREADS);
	for (int i = 0; i < TIMERS; i++)
		if (syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer) ||
		    syscall(SYS_timer_settime64, timer, 0, spec, NULL))
			say("timer: %s\n", error_name(errno));
	for (volatile int i = 0; i < 100000000; i++)
		continue;
	fd = signalfd_of(SIGRT);
	n = read(fd, infos, sizeof(infos));
	check("many have expired", n > (ssize_t)(sizeof(infos[0]) * 50));
	exit(0);
}

static void part(const char *name, void (*function)(void))
{
	pid_t pid = fork_or_end();
	int status = 0;

	if (pid == 0)
		function();
	waitpid(pid, &status, 0);
	say("%s: %d\n", name, status);
}

int main(void)
{
	shared = mmap(NULL, (THREADS + 1) * sizeof(int), PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	part("watched", watched);
	part("many dead", many_dead);
	part("traced", traced);
	part("timers", timers);
	return 0;
}
