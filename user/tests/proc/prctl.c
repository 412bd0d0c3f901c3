// What a process says about itself (prctl, personality), processors (getcpu), orphans, and the memory
// of the dying (process_mrelease).

#include "test.h"
#include <abi/prctl.h>

#define BAD 0x1000

static long prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return syscall(SYS_prctl, option, a, b, c, d);
}

static void show_number(const char *what, int option)
{
	int value = 77;

	if (show(what, prctl(option, (unsigned long)&value, 0, 0, 0)) == 0)
		say("  %d\n", value);
}

static void show_all(const char *what)
{
	int signo = -1, reaper = -1;

	prctl(PR_GET_PDEATHSIG, (unsigned long)&signo, 0, 0, 0);
	prctl(PR_GET_CHILD_SUBREAPER, (unsigned long)&reaper, 0, 0, 0);
	say("%s: death signal %d, subreaper %d, dumpable %ld, slack %ld, no new privileges %ld, "
	    "no large pages %ld, personality %#lx\n",
	    what, signo, reaper, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
	    prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	    prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0),
	    syscall(SYS_personality, 0xffffffffu) & 0xff000000u);
}

static void test_errors(void)
{
	show("death signal 65", prctl(PR_SET_PDEATHSIG, 65, 0, 0, 0));
	show("death signal -1", prctl(PR_SET_PDEATHSIG, (unsigned long)-1, 0, 0, 0));
	show("death signal 64", prctl(PR_SET_PDEATHSIG, 64, 0, 0, 0));
	show_number("the death signal", PR_GET_PDEATHSIG);
	show("to a bad place", prctl(PR_GET_PDEATHSIG, BAD, 0, 0, 0));
	show("no death signal", prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
	show("dumpable 2", prctl(PR_SET_DUMPABLE, 2, 0, 0, 0));
	show("dumpable 3", prctl(PR_SET_DUMPABLE, 3, 0, 0, 0));
	show("no new privileges 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	show("no new privileges 2", prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
	show("no new privileges and more", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
	show("asked with more", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 1, 0));
	show("no large pages and more", prctl(PR_SET_THP_DISABLE, 1, 0, 1, 0));
	show("asked with more", prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0));
	show("subreaper to a bad place", prctl(PR_GET_CHILD_SUBREAPER, BAD, 0, 0, 0));
	show("timing", prctl(PR_GET_TIMING, 0, 0, 0, 0));
	show("timing statistical", prctl(PR_SET_TIMING, 0, 0, 0, 0));
	show("timing by timestamps", prctl(PR_SET_TIMING, 1, 0, 0, 0));
	show("seccomp", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	show("an unknown request", prctl(9999, 0, 0, 0, 0));
	show("slack", prctl(PR_SET_TIMERSLACK, 1234, 0, 0, 0));
	show("it is", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	show("slack 0", prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0));
	show("the default", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
}

static void test_inheritance(const char *self)
{
	int status;

	show_all("at first");
	prctl(PR_SET_PDEATHSIG, SIGUSR2, 0, 0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 5, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_TIMERSLACK, 4321, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	syscall(SYS_personality, 0x07000000);
	show_all("set");
	if (fork_or_end() == 0) {
		show_all("in a child");
		prctl(PR_SET_PDEATHSIG, SIGUSR2, 0, 0, 0);
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		execv(self, (char *[]){ (char *)self, "executed", NULL });
		_exit(1);
	}
	wait(&status);
	syscall(SYS_personality, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	show_all("reset");
}

static volatile int signalled;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)context;
	signalled = signo;
	if (info->si_code != SI_USER)
		say("si_code %d\n", info->si_code);
}

// The middle process ends while its child lives; the child gets the signal it asked for.
static void orphan(int ready[2], bool reaped_here, pid_t top)
{
	struct sigaction act;
	sigset_t set, none;
	char byte = 0;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = on_signal;
	act.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	write(ready[1], &byte, 1);
	sigsuspend(&none);
	say("the orphan got signal %d\n", signalled);
	if (reaped_here)
		check("the subreaper is its parent", getppid() == top);
	else
		check("another process is its parent", getppid() != top);
	write(ready[1], &byte, 1);
	_exit(3);
}

static void test_orphan(bool reaped_here)
{
	int ready[2], status = -1;
	pid_t top = getpid(), middle;
	char byte;

	say(reaped_here ? "with a subreaper\n" : "without a subreaper\n");
	pipe(ready);
	prctl(PR_SET_CHILD_SUBREAPER, reaped_here, 0, 0, 0);
	middle = fork_or_end();
	if (middle == 0) {
		if (fork_or_end() == 0)
			orphan(ready, reaped_here, top);
		read(ready[0], &byte, 1);
		_exit(2);
	}
	waitpid(middle, &status, 0);
	read(ready[0], &byte, 1); // the orphan has printed all
	show_status("the middle", status);
	if (waitpid(-1, &status, 0) > 0)
		show_status("the orphan", status);
	else
		say("no child: %s\n", error_name(errno));
	close(ready[0]);
	close(ready[1]);
}

// A dead grandchild becomes the subreaper's, which can reap it.
static void test_dead_orphan(void)
{
	int status = -1, count = 0;
	pid_t middle;

	say("a dead orphan\n");
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	middle = fork_or_end();
	if (middle == 0) {
		siginfo_t info;

		if (fork_or_end() == 0)
			_exit(4);
		syscall(SYS_waitid, 0 /* P_ALL */, 0, &info, WEXITED | WNOWAIT, NULL);
		_exit(5);
	}
	while (waitpid(-1, &status, 0) > 0)
		count += WEXITSTATUS(status);
	show("the statuses together", count);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void test_mrelease(void)
{
	int fd, status;
	pid_t child = fork_or_end();

	if (child == 0)
		for (;;)
			pause();
	fd = (int)syscall(SYS_pidfd_open, child, 0);
	show("process_mrelease of a living process", syscall(SYS_process_mrelease, fd, 0));
	show("unknown flags", syscall(SYS_process_mrelease, 99, 1));
	show("none", syscall(SYS_process_mrelease, 99, 0));
	show("no pidfd", syscall(SYS_process_mrelease, 0, 0));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	show("of a dead process", syscall(SYS_process_mrelease, fd, 0));
}

int main(int argc, char **argv)
{
	uint32_t cpu = 77, node = 77;

	if (argc > 1) {
		show_all(argv[1]);
		return 0;
	}
	test_errors();
	test_orphan(true);
	test_orphan(false);
	test_dead_orphan();
	test_inheritance(argv[0]);
	test_mrelease();
	show("getcpu", syscall(SYS_getcpu, &cpu, &node, NULL));
	check("there are not many", cpu < 77 && node < 77);
	show("getcpu of nothing", syscall(SYS_getcpu, NULL, NULL, NULL));
	show("getcpu to a bad place", syscall(SYS_getcpu, BAD, NULL, NULL));
	show("getcpu's node to a bad place", syscall(SYS_getcpu, NULL, BAD, NULL));
	return 0;
}
