// Tracees that run while their process is stopped, or stops: a thread that they make, and whether the
// process counts as stopped.

#include "ptrace.h"
#include "thread.h"

#define YIELDS 100 // more than enough for another thread to run, on one processor

static volatile int *marks; // shared by all processes

static void mark(void *arg)
{
	(void)arg;
	marks[0] = 1;
}

// The tracee runs, although its process is stopped.
static void make_thread(void)
{
	struct test_thread thread = { 0 };
	uint64_t blocked = 1ull << (SIGCONT - 1); // it continues the process all the same

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked, NULL, sizeof(blocked));
	kill(getpid(), SIGSTOP);
	start_thread(&thread, 0, mark, NULL);
	for (int i = 0; i < YIELDS; i++)
		syscall(SYS_sched_yield);
	kill(getpid(), SIGUSR1);
	join_thread(&thread);
	say("the thread has run: %d\n", marks[0]);
}

static void new_thread(void)
{
	pid_t pid;

	say("a thread of a stopped process\n");
	pid = traced_child(make_thread);
	go(CONT, pid, 0);
	go(CONT, pid, SIGSTOP); // the process is stopped
	go(CONT, pid, 0);
	say("the thread has run: %d\n", marks[0]);
	must(CONT, pid, 0, 0);
	kill(pid, SIGCONT);
	wait_stop("continued", pid);
}

static int ready[2], hold[2], commands[2];

// A thread that sleeps until the child of its vfork has ended: no stop of the process reaches it before.
static void vfork_and_wait(void *arg)
{
	long pid = raw(SYS_vfork, 0, 0, 0, 0, 0);
	char byte;

	(void)arg;
	if (pid == 0) {
		raw(SYS_write, ready[1], (long)"", 1, 0, 0);
		raw(SYS_read, hold[0], (long)&byte, 1, 0, 0);
		raw(SYS_exit, 0, 0, 0, 0, 0);
	}
	for (;;)
		raw(SYS_pause, 0, 0, 0, 0, 0);
}

static void end_thread(int signo)
{
	(void)signo;
	raw(SYS_exit, 0, 0, 0, 0, 0);
}

static void two_threads(void)
{
	struct test_thread thread = { 0 };

	marks[1] = getpid();
	signal(SIGUSR1, end_thread);
	marks[2] = 1;
	syscall(SYS_set_tid_address, &marks[2]); // cleared when this thread ends
	start_thread(&thread, 0, vfork_and_wait, NULL);
	for (;;)
		syscall(SYS_pause);
}

// The parent of the process: it shows what wait reports, once for each byte, and at the end of the
// pipe waits for the stop.
static void watch(void)
{
	int status = 0;
	pid_t pid;
	char byte;

	close(commands[1]);
	pid = fork_or_end();
	if (pid == 0)
		two_threads();
	while (read(commands[0], &byte, 1) == 1) {
		show("the parent has a report", waitpid(pid, &status, WUNTRACED | WNOHANG) == pid);
		write(ready[1], "", 1);
	}
	waitpid(pid, &status, WUNTRACED);
	show_stop("the parent", status);
}

static void ask_parent(void)
{
	char byte;

	write(commands[1], "", 1);
	read(ready[0], &byte, 1);
}

// One of two threads stops again and again, and with `ends` it ends then: that does not stop the process.
static void counted_once(bool ends)
{
	pid_t pid, parent;
	char byte;

	say("two threads, of which one cannot stop%s\n", ends ? "; the other ends" : "");
	marks[1] = 0;
	pipe(ready);
	pipe(hold);
	pipe(commands);
	parent = fork_or_end();
	if (parent == 0) {
		watch();
		_exit(0);
	}
	read(ready[0], &byte, 1);
	pid = marks[1];
	if (pid <= 0)
		_exit(1); // out of memory; 0 would mean this process's group
	must(SEIZE, pid, 0, 0);
	kill(pid, SIGSTOP);
	wait_stop("the signal", pid);
	go(CONT, pid, SIGSTOP);
	ask_parent();
	for (int i = 0; i < 3; i++) {
		must(CONT, pid, 0, 0);
		must(INTERRUPT, pid, 0, 0);
		wait_stop("again", pid);
		ask_parent();
	}
	if (ends) {
		must(CONT, pid, 0, 0);
		kill(pid, SIGUSR1);
		wait_stop("SIGUSR1", pid);
		must(CONT, pid, 0, SIGUSR1);
		while (marks[2])
			syscall(SYS_sched_yield);
		ask_parent();
	}
	write(hold[1], "", 1);
	close(commands[1]);
	waitpid(parent, NULL, 0);
	end(pid);
}

int main(void)
{
	marks = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	new_thread();
	counted_once(false);
	counted_once(true);
	return 0;
}
