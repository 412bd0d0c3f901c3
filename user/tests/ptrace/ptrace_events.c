// Options and events: fork, vfork, clone, exec and exit of a tracee; children that are traced too; and the
// end of the tracer.

#include "ptrace.h"
#include "thread.h"

static const char *self;

static uint32_t message_of(pid_t pid)
{
	uint32_t message = 0;

	must(GETEVENTMSG, pid, 0, &message);
	return message;
}

static void forker(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(4);
	waitpid(pid, &status, 0);
	_exit(WEXITSTATUS(status) + 1);
}

static void vforker(void)
{
	int status = 0;
	pid_t pid = vfork();

	if (pid == 0)
		_exit(4);
	waitpid(pid, &status, 0);
	_exit(WEXITSTATUS(status) + 1);
}

static void cloner(void)
{
	int status = 0;
	pid_t pid = (pid_t)syscall(SYS_clone, SIGUSR2, 0, 0, 0, 0);

	if (pid == 0)
		_exit(4);
	signal(SIGUSR2, SIG_IGN);
	waitpid(pid, &status, (int)0x80000000);
	_exit(WEXITSTATUS(status) + 1);
}

// A tracee makes a child, which is traced too.
static void makes_child(const char *what, void (*function)(void), uint32_t option)
{
	pid_t pid = traced_child(function), child;
	int status;

	say("%s\n", what);
	must(SETOPTIONS, pid, 0, option | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEVFORKDONE);
	status = go(CONT, pid, 0);
	child = (pid_t)message_of(pid);
	check("the message is the child", child > 0 && kill(child, 0) == 0);
	wait_stop("the child", child);
	must(CONT, child, 0, 0);
	wait_stop("the child", child);
	say("exit status %#x\n", message_of(child));
	must(CONT, pid, 0, 0); // the parent goes on to its wait, or sleeps in vfork
	must(CONT, child, 0, 0);
	wait_stop("the child's end", child);
	while (status = wait_stop("the parent", pid), status != -1 && WIFSTOPPED(status)) {
		if (status >> 16 == PTRACE_EVENT_VFORK_DONE)
			check("the message is the child", (pid_t)message_of(pid) == child);
		must(CONT, pid, 0, WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
	}
}

static void executer(void)
{
	char *argv[] = { (char *)self, "exit", NULL };

	execv(self, argv);
	_exit(1);
}

static void execs(void)
{
	pid_t pid = traced_child(executer);
	struct user_regs_struct regs;
	siginfo_t info;

	say("exec\n");
	go(CONT, pid, 0);
	must(GETSIGINFO, pid, 0, &info);
	say("code %#x\n", (unsigned int)info.si_code);
	go(CONT, pid, 0);

	pid = traced_child(executer);
	must(SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD);
	go(CONT, pid, 0);
	check("the message is the tracee", (pid_t)message_of(pid) == pid);
	must(GETSIGINFO, pid, 0, &info);
	regs = registers_of(pid);
	say("code %#x, call %u, eax %u, ebx %u\n", (unsigned int)info.si_code, regs.orig_eax,
	    regs.eax, regs.ebx);
	go(SYSCALL, pid, 0);
	regs = registers_of(pid);
	say("call %u, eax %u\n", regs.orig_eax, regs.eax);
	go(CONT, pid, 0);
}

static char thread_stack[2][8192] __attribute__((aligned(16)));

static void thread_exits(void *arg)
{
	(void)arg;
	raw(SYS_exit, 3, 0, 0, 0, 0);
}

static void thread_executes(void *arg)
{
	char *argv[] = { (char *)self, "exit", NULL }, *envp[] = { NULL };

	(void)arg;
	raw(SYS_execve, (long)self, (long)argv, (long)envp, 0, 0);
	raw(SYS_exit, 1, 0, 0, 0, 0);
}

#define PLAIN_THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)

static void makes_thread(void)
{
	clone_raw(PLAIN_THREAD, thread_stack[1], thread_exits, NULL, NULL, NULL, NULL);
	sleep_ms(20);
	_exit(6);
}

static void makes_executing_thread(void)
{
	clone_raw(PLAIN_THREAD, thread_stack[1], thread_executes, NULL, NULL, NULL, NULL);
	for (;;)
		syscall(SYS_pause);
}

static void threads(void)
{
	pid_t pid = traced_child(makes_thread), tid;

	say("a thread\n");
	must(SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT);
	go(CONT, pid, 0);
	tid = (pid_t)message_of(pid);
	wait_stop("the thread", tid);
	go(CONT, tid, 0);
	say("exit status %#x\n", message_of(tid));
	go(CONT, tid, 0);
	go(CONT, pid, 0);
	say("exit status %#x\n", message_of(pid));
	go(CONT, pid, 0);

	say("a thread that executes a program\n");
	pid = traced_child(makes_executing_thread);
	must(SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
	go(CONT, pid, 0);
	tid = (pid_t)message_of(pid);
	wait_stop("the thread", tid);
	must(CONT, pid, 0, 0);
	must(CONT, tid, 0, 0);
	wait_stop("the process", pid);
	check("the message is the thread", (pid_t)message_of(pid) == tid);
	show("CONT of the thread", ptrace(PTRACE_CONT, tid, 0, 0));
	go(CONT, pid, 0);
}

static void forever(void)
{
	for (;;)
		syscall(SYS_pause);
}

// The tracer ends: with PTRACE_O_EXITKILL the tracee dies, else it goes on.
static void tracer_ends(uintptr_t options)
{
	int status = 0, fds[2];
	pid_t tracee = 0, tracer;

	pipe(fds);
	tracee = fork_or_end();
	if (tracee == 0)
		forever();
	tracer = fork_or_end();
	if (tracer == 0) {
		must(SEIZE, tracee, 0, options);
		must(INTERRUPT, tracee, 0, 0);
		wait_stop("the tracee", tracee);
		write(fds[1], "x", 1);
		_exit(0);
	}
	close(fds[1]);
	waitpid(tracer, &status, 0);
	show_status("the tracer", status);
	sleep_ms(20);
	if (options)
		waitpid(tracee, &status, 0);
	else if (waitpid(tracee, &status, WNOHANG) != 0)
		say("the tracee has ended\n");
	if (options)
		show_status("the tracee", status);
	else
		end(tracee);
	close(fds[0]);
}

// A tracee that is the child of another: the tracer sees its end first, then its parent.
static void reported_twice(void)
{
	int status = 0;
	pid_t tracee, tracer;

	say("a tracee that is another's child\n");
	tracee = fork_or_end();
	if (tracee == 0)
		forever();
	tracer = fork_or_end();
	if (tracer == 0) {
		siginfo_t info;

		must(ATTACH, tracee, 0, 0);
		wait_stop("attached", tracee);
		must(CONT, tracee, 0, 0);
		kill(tracee, SIGTERM);
		wait_stop("the signal", tracee);
		must(CONT, tracee, 0, SIGTERM);
		memset(&info, 0, sizeof(info));
		syscall(SYS_waitid, P_PID, tracee, &info, WEXITED | WNOWAIT, NULL);
		say("the tracer sees code %d, status %d\n", info.si_code, info.si_status);
		say("still there for its tracer alone: %d\n", kill(tracee, 0));
		sleep_ms(20);
		wait_stop("the tracer waits", tracee);
		_exit(0);
	}
	sleep_ms(5);
	waitpid(tracee, &status, 0);
	waitpid(tracer, NULL, 0);
	show_status("the parent waits", status);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		_exit(0);
	makes_child("fork", forker, PTRACE_O_TRACEFORK);
	makes_child("vfork", vforker, PTRACE_O_TRACEVFORK);
	makes_child("clone", cloner, PTRACE_O_TRACECLONE);
	execs();
	threads();
	say("the tracer ends\n");
	tracer_ends(0);
	tracer_ends(PTRACE_O_EXITKILL);
	reported_twice();
	return 0;
}
