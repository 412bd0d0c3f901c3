// PTRACE_ATTACH, SEIZE, INTERRUPT, LISTEN and DETACH; stops of the group of tracees of both kinds; who may
// trace whom; what waitid and /proc report; and requests that fail.

#include "ptrace.h"

static void forever(void)
{
	for (;;)
		syscall(SYS_pause);
}

static pid_t sleeper(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		forever();
	return pid;
}

static void show_state(pid_t pid)
{
	char text[512], *line;

	read_status(pid, text, sizeof(text));
	line = strstr(text, "State:");
	if (line)
		say("state %.*s", (int)(strchr(line, '\n') - line - 6), line + 7);
	line = strstr(text, "TracerPid:");
	say(", tracer %s\n", !line                       ? "?" :
	                     atoi(line + 11) == getpid() ? "this" :
	                     atoi(line + 11)             ? "another" :
	                                                   "none");
}

static void show_waitid(pid_t pid, int options)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (syscall(SYS_waitid, P_PID, pid, &info, options, NULL))
		say("waitid: %s\n", error_name(errno));
	else
		say("waitid: signal %d, code %d, status %#x\n", info.si_signo, info.si_code,
		    (unsigned int)info.si_status);
}

static void attach(void)
{
	pid_t pid = sleeper(), before;

	say("attach\n");
	request(ATTACH, pid, 0, 0);
	request(ATTACH, pid, 0, 0);
	request(SEIZE, pid, 0, 0);
	wait_stop("attached", pid);
	show_state(pid);
	request(INTERRUPT, pid, 0, 0);
	request(LISTEN, pid, 0, 0);
	request(CONT, pid, 0, 65);
	request(DETACH, pid, 0, 65);
	request(SETOPTIONS, pid, 0, 0x1000);
	show("no such request", ptrace(9999, pid, 0, 0));
	request(DETACH, pid, 0, 0);
	sleep_ms(10);
	show_state(pid);
	request(DETACH, pid, 0, 0);
	before = pid;
	end(pid);
	request(ATTACH, before, 0, 0);
	request(ATTACH, getpid(), 0, 0);
	request(SEIZE, 0x7fffffff, 1, 0);
	show("no such request", ptrace(9999, getpid(), 0, 0));
}

static void group_stop(void)
{
	pid_t pid = sleeper();

	say("the stop of a group: attached\n");
	must(ATTACH, pid, 0, 0);
	wait_stop("attached", pid);
	go(CONT, pid, SIGSTOP);
	request(GETSIGINFO, pid, 0, NULL);
	show_waitid(pid, WSTOPPED | WNOHANG);
	must(CONT, pid, 0, 0); // it runs on
	sleep_ms(10);
	kill(pid, SIGTERM);
	wait_stop("a signal", pid);
	must(CONT, pid, 0, 0);
	kill(pid, SIGCONT);
	wait_stop("SIGCONT", pid);
	end(pid);
}

static void seize(void)
{
	pid_t pid = sleeper();
	siginfo_t info;

	say("seize\n");
	request(SEIZE, pid, 1, 0);
	request(SEIZE, pid, 0, 0x1000);
	request(SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD);
	show("it was not stopped", waitpid(pid, NULL, WNOHANG));
	request(GETREGS, pid, 0, NULL);
	request(INTERRUPT, pid, 0, 0);
	show_waitid(pid, WEXITED);
	must(GETSIGINFO, pid, 0, &info);
	say("signal %d, code %#x\n", info.si_signo, (unsigned int)info.si_code);
	go(SYSCALL, pid, 0); // the call is made again
	request(LISTEN, pid, 0, 0);
	must(CONT, pid, 0, 0);
	kill(pid, SIGSTOP);
	wait_stop("the signal", pid);
	go(CONT, pid, SIGSTOP);
	show_state(pid);
	request(LISTEN, pid, 0, 0);
	request(GETREGS, pid, 0, NULL);
	request(CONT, pid, 0, 0);
	show("no report", waitpid(pid, NULL, WNOHANG));
	kill(pid, SIGCONT);
	wait_stop("continued", pid);
	go(CONT, pid, 0);
	must(CONT, pid, 0, SIGCONT);
	must(INTERRUPT, pid, 0, 0);
	wait_stop("interrupted", pid);
	kill(pid, SIGSTOP);
	go(CONT, pid, 0);
	go(CONT, pid, SIGSTOP);
	request(DETACH, pid, 0, 0);
	sleep_ms(10);
	show_state(pid);
	end(pid);
}

static void already_stopped(void)
{
	pid_t pid = sleeper();
	int status;

	say("stopped before\n");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	request(SEIZE, pid, 0, 0);
	wait_stop("seized", pid);
	must(CONT, pid, 0, SIGTERM); // no signal is about to be delivered: it counts for nothing
	sleep_ms(10);
	show("no report", waitpid(pid, NULL, WNOHANG));
	end(pid);
	pid = sleeper();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	request(ATTACH, pid, 0, 0);
	wait_stop("attached", pid);
	go(CONT, pid, 0);
	end(pid);
}

static void permissions(void)
{
	pid_t pid = sleeper(), child;

	say("another user\n");
	child = fork_or_end();
	if (child == 0) {
		syscall(SYS_setresuid32, 1000, 1000, 1000);
		request(ATTACH, pid, 0, 0);
		request(SEIZE, pid, 0, 0);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	child = fork_or_end();
	if (child == 0) {
		request(TRACEME, 0, 0, 0);
		request(TRACEME, 0, 0, 0);
		_exit(0);
	}
	wait_stop("the child", child);
	end(pid);
}

int main(void)
{
	attach();
	group_stop();
	seize();
	already_stopped();
	permissions();
	return 0;
}
