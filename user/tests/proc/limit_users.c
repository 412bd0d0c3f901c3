// Limits that count for a user, whose processes are many: RLIMIT_NPROC and RLIMIT_SIGPENDING. Each user
// here has a number that nobody else has.

#include "test.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define RT 40 // a signal that queues

static int ends[2]; // children wait until this pipe is closed

static void become(unsigned int uid)
{
	show("setresuid", (int)syscall(SYS_setresuid32, uid, uid, uid));
}

static void set_limit(int resource, unsigned long value)
{
	struct rlimit limit = { value, value };

	show("setrlimit", setrlimit(resource, &limit));
}

// A child that waits for the end of the pipe.
static pid_t child(void)
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	close(ends[1]);
	(void)!read(ends[0], &byte, 1);
	_exit(0);
}

// Fork until that fails. Returns the last child.
static pid_t fork_many(const char *what)
{
	pid_t pid, last = 0;
	int made = 0;

	while (made < 20 && (pid = child()) > 0) {
		last = pid;
		made++;
	}
	say("%s: %d, then %s\n", what, made, made < 20 ? error_name(errno) : "more");
	return last;
}

static int leave(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

static void processes(void)
{
	char stack[4096];
	pid_t last;

	pipe(ends);
	set_limit(RLIMIT_NPROC, 4);
	become(40001);
	last = fork_many("children of a user with room for three");
	show("a thread",
	     clone(leave, stack + sizeof(stack),
	           CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL));
	kill(last, SIGKILL);
	syscall(SYS_waitid, P_PID, last, NULL, WEXITED | WNOWAIT, NULL);
	fork_many("beside a zombie");
	waitpid(last, NULL, 0);
	fork_many("after its end");
	set_limit(RLIMIT_NPROC, 3);
	fork_many("with a lower limit");
	close(ends[0]);
	close(ends[1]);
	while (wait(NULL) > 0)
		;
	pipe(ends);
	fork_many("after all have ended");
}

static void privileged(void)
{
	pipe(ends);
	set_limit(RLIMIT_NPROC, 2);
	fork_many("root");
}

static void try_exec(const char *what)
{
	char *arguments[] = { "true", NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/bin/true", arguments, NULL);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	say("%s: %s\n", what, status ? error_name(WEXITSTATUS(status)) : "runs");
}

// A process becomes a user who has too many already: that works, but it cannot execute a program.
static void too_many(void)
{
	char *arguments[] = { "true", NULL }, byte;
	int ready[2];

	pipe(ends);
	pipe(ready);
	set_limit(RLIMIT_NPROC, 2);
	for (int i = 0; i < 4; i++) {
		if (fork_or_end() == 0) {
			syscall(SYS_setresuid32, 40002, 40002, 40002);
			write(ready[1], "x", 1);
			close(ends[1]);
			(void)!read(ends[0], &byte, 1);
			_exit(0);
		}
		(void)!read(ready[0], &byte, 1);
	}
	try_exec("root executes");
	become(40002);
	execve("/bin/true", arguments, NULL);
	say("execve: %s\n", error_name(errno));
	close(ends[0]);
	close(ends[1]);
	for (int i = 0; i < 4; i++)
		wait(NULL);
	try_exec("after the others have ended");
	execve("/bin/true", arguments, NULL);
	say("execve: %s\n", error_name(errno));
}

static void block(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, RT);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

// Send signals to a process until that fails.
static void queue_many(const char *what, pid_t pid)
{
	siginfo_t info = { .si_signo = RT, .si_code = SI_QUEUE };
	int sent = 0;

	while (sent < 20 && syscall(SYS_rt_sigqueueinfo, pid, RT, &info) == 0)
		sent++;
	say("%s: %d, then %s\n", what, sent, sent < 20 ? error_name(errno) : "more");
}

// Run as a user with room for five signals.
static void signals_of(unsigned int uid)
{
	block();
	set_limit(RLIMIT_SIGPENDING, 5);
	become(uid);
}

static void signals(void)
{
	pid_t pid;

	pipe(ends);
	signals_of(40003);
	queue_many("to oneself", getpid());
	pid = child();
	queue_many("to another process of the user", pid);
	if (fork_or_end() == 0)
		_exit(0);
	close(ends[0]);
	close(ends[1]);
	while (wait(NULL) > 0)
		;
}

// What one user has queued does not count for another one.
static void two_users(void)
{
	int ready[2];
	char byte;

	pipe(ends);
	pipe(ready);
	if (fork_or_end() == 0) {
		signals_of(40004);
		queue_many("the first user", getpid());
		write(ready[1], "x", 1);
		close(ends[1]);
		(void)!read(ends[0], &byte, 1);
		_exit(0);
	}
	(void)!read(ready[0], &byte, 1);
	signals_of(40005);
	queue_many("the second user", getpid());
	close(ends[0]);
	close(ends[1]);
	wait(NULL);
}

// The signals that are pending count for the user that the receiver was.
static void changed_user(void)
{
	signals_of(40006);
	queue_many("before", getpid());
}

int main(void)
{
	say("-- processes\n");
	run_child(processes);
	say("-- root's\n");
	run_child(privileged);
	say("-- too many\n");
	run_child(too_many);
	say("-- signals\n");
	run_child(signals);
	say("-- two users\n");
	run_child(two_users);
	say("-- again\n");
	run_child(changed_user);
	run_child(changed_user);
	return 0;
}
