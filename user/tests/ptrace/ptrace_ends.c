// Tracers that end: which signal the tracee gets, and what becomes of a zombie whose parent ignores SIGCHLD.

#include "ptrace.h"
#include "thread.h"

static void forever(void)
{
	for (;;)
		syscall(SYS_pause);
}

// Let a child trace another one and end. `function` is the tracer's; it gets a tracee that has just stopped by
// SIGSTOP. Shows how the tracee ends. If it lives on, it gets SIGKILL.
static void tracer_ends(const char *what, void (*function)(pid_t pid), bool lives)
{
	pid_t pid = fork_or_end(), tracer;
	int status;

	if (pid == 0)
		forever();
	tracer = fork_or_end();
	if (tracer == 0) {
		must(ATTACH, pid, 0, 0);
		waitpid(pid, &status, 0);
		function(pid);
		_exit(0);
	}
	waitpid(tracer, &status, 0);
	if (lives)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status(what, status);
}

static void go_on_with_signal(pid_t pid)
{
	must(CONT, pid, 0, SIGTERM);
}

static void detach_with_signal(pid_t pid)
{
	must(DETACH, pid, 0, SIGTERM);
}

static void stop_not_reported(pid_t pid)
{
	siginfo_t info;

	kill(pid, SIGUSR1);
	must(CONT, pid, 0, 0);
	syscall(SYS_waitid, P_PID, pid, &info, WSTOPPED | WNOWAIT, NULL);
}

static void stop_reported(pid_t pid)
{
	int status;

	kill(pid, SIGUSR1);
	must(CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
}

// A thread that makes a child, traces it, lets it end, and ends.
static void trace_until_end(void *child)
{
	long pid = raw(SYS_fork, 0, 0, 0, 0, 0);

	if (pid == 0)
		for (;;)
			raw(SYS_pause, 0, 0, 0, 0, 0);
	raw(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0, 0);
	raw(SYS_kill, pid, SIGKILL, 0, 0, 0);
	raw(SYS_waitid, P_PID, pid, 0, WEXITED | WNOWAIT, 0);
	*(volatile long *)child = pid;
}

// The thread's end lets its tracee go, whose zombie the process has not waited for.
static void zombie_of_thread(const char *what, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	struct test_thread thread = { 0 };
	volatile long child = 0;
	int tid;

	say("%s: ", what);
	if (fork_or_end() == 0) {
		sigaction(SIGCHLD, &action, NULL);
		tid = start_thread(&thread, 0, trace_until_end, (void *)&child);
		while (syscall(SYS_tgkill, getpid(), tid, 0) == 0)
			syscall(SYS_sched_yield);
		say("the zombie is %s\n",
		    waitpid((pid_t)child, NULL, WNOHANG) == child ? "there" : error_name(errno));
		_exit(0);
	}
	wait(NULL);
}

int main(void)
{
	tracer_ends("let go on with SIGTERM", go_on_with_signal, false);
	tracer_ends("detached with SIGTERM", detach_with_signal, false);
	tracer_ends("stopped by SIGUSR1, not reported", stop_not_reported, false);
	tracer_ends("stopped by SIGUSR1, reported", stop_reported, true);
	zombie_of_thread("SIGCHLD by default", SIG_DFL, 0);
	zombie_of_thread("SIGCHLD ignored", SIG_IGN, 0);
	zombie_of_thread("SA_NOCLDWAIT", SIG_DFL, SA_NOCLDWAIT);
	return 0;
}
