// waitid, and processes as files: pidfd_open, pidfd_send_signal, pidfd_getfd, CLONE_PIDFD; kcmp.

#include "../thread.h"
#include <poll.h>

#define P_PIDFD 3
#define NOTHREAD 0x20000000

static long wait_id(const char *what, int type, int id, int options)
{
	siginfo_t info;
	long result;

	memset(&info, 0xee, sizeof(info));
	result = raw(SYS_waitid, type, id, (long)&info, options, 0);
	print(what, result);
	if (result == 0)
		say("  signal %d, code %d, status %d, %s\n", info.si_signo, info.si_code,
		    info.si_status, info.si_pid > 0 ? "a child" : "nobody");
	return result;
}

static pid_t child(int status)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		_exit(status);
	return pid;
}

static pid_t sleeper(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void waits(void)
{
	pid_t pid = child(3);

	wait_id("look", P_PID, pid, WEXITED | WNOWAIT);
	wait_id("look again", P_ALL, 0, WEXITED | WNOWAIT);
	wait_id("only stopped", P_ALL, 0, WSTOPPED | WNOHANG);
	wait_id("take", P_PID, pid, WEXITED);
	wait_id("gone", P_PID, pid, WEXITED);
	pid = sleeper();
	wait_id("runs", P_ALL, 0, WEXITED | WNOHANG);
	kill(pid, SIGSTOP);
	wait_id("look: stopped", P_ALL, 0, WSTOPPED | WNOWAIT);
	wait_id("stopped", P_ALL, 0, WSTOPPED);
	wait_id("no more", P_ALL, 0, WSTOPPED | WNOHANG);
	kill(pid, SIGCONT);
	wait_id("continued", P_PGID, 0, WCONTINUED);
	kill(pid, SIGKILL);
	wait_id("killed", P_PGID, getpgrp(), WEXITED);
	wait_id("no options", P_ALL, 0, 0);
	wait_id("bad options", P_ALL, 0, WEXITED | 0x100);
	wait_id("bad type", 9, 0, WEXITED);
	wait_id("bad pid", P_PID, 0, WEXITED);
	wait_id("bad group", P_PGID, -1, WEXITED);
	wait_id("the least group", P_PGID, INT_MIN, WEXITED);
	wait_id("bad pidfd", P_PIDFD, -1, WEXITED);
	wait_id("no pidfd", P_PIDFD, 1, WEXITED);
	child(0);
	print("a bad place", raw(SYS_waitid, P_ALL, 0, 16, WEXITED, 0));
	wait_id("was taken", P_ALL, 0, WEXITED);
}

static void poll_one(const char *what, long fd)
{
	struct pollfd one = { (int)fd, POLLIN, 0 };

	print(what, raw(SYS_poll, (long)&one, 1, 0, 0, 0));
	say("  events 0x%x\n", (unsigned int)one.revents);
}

static void pidfds(void)
{
	pid_t pid = sleeper();
	long fd = raw(SYS_pidfd_open, pid, 0, 0, 0, 0),
	     other = raw(SYS_pidfd_open, pid, O_NONBLOCK, 0, 0, 0);
	struct pollfd one = { (int)fd, POLLIN, 0 };
	char byte;

	check("opened", fd >= 0 && other >= 0);
	check("closed at exec", fcntl((int)fd, F_GETFD) == FD_CLOEXEC);
	poll_one("it lives", fd);
	wait_id("not ended", P_PIDFD, (int)other, WEXITED);
	wait_id("not ended", P_PIDFD, (int)fd, WEXITED | WNOHANG);
	print("no signal", raw(SYS_pidfd_send_signal, fd, 0, 0, 0, 0));
	print("a wrong signal", raw(SYS_pidfd_send_signal, fd, 65, 0, 0, 0));
	print("to no pidfd", raw(SYS_pidfd_send_signal, 1, 0, 0, 0, 0));
	print("bad flags", raw(SYS_pidfd_send_signal, fd, 0, 0, 1 << 20, 0));
	print("a bad description", raw(SYS_pidfd_send_signal, fd, SIGTERM, 16, 0, 0));
	check("a descriptor of it", raw(SYS_pidfd_getfd, fd, 1, 0, 0, 0) >= 0);
	print("none of it", raw(SYS_pidfd_getfd, fd, 77, 0, 0, 0));
	print("bad flags", raw(SYS_pidfd_getfd, fd, 1, 1, 0, 0));
	print("of no pidfd", raw(SYS_pidfd_getfd, 1, 1, 0, 0, 0));
	print("end it", raw(SYS_pidfd_send_signal, fd, SIGTERM, 0, 0, 0));
	print("poll", raw(SYS_poll, (long)&one, 1, -1, 0, 0));
	poll_one("ended", fd);
	wait_id("by pidfd", P_PIDFD, (int)fd, WEXITED);
	poll_one("reaped", fd);
	print("signal", raw(SYS_pidfd_send_signal, fd, 0, 0, 0, 0));
	print("a descriptor", raw(SYS_pidfd_getfd, fd, 1, 0, 0, 0));
	print("read", raw(SYS_read, fd, (long)&byte, 1, 0, 0));
	print("pid 0", raw(SYS_pidfd_open, 0, 0, 0, 0, 0));
	print("nobody", raw(SYS_pidfd_open, 99999, 0, 0, 0, 0));
	print("bad flags", raw(SYS_pidfd_open, getpid(), 1, 0, 0, 0));
	close((int)fd);
	close((int)other);
}

static volatile int ready;

static void a_thread(void *arg)
{
	(void)arg;
	word_set(&ready, 1);
	word_wait(&ready, 1);
	wait_id("another thread's child", P_ALL, 0, WEXITED | WNOHANG | NOTHREAD);
	child(4);
	wait_id("its own", P_ALL, 0, WEXITED | NOTHREAD);
}

static void threads(void)
{
	static struct test_thread one;
	int status;
	pid_t pid;
	int tid = start_thread(&one, 0, a_thread, NULL);

	word_wait(&ready, 0);
	print("pidfd of a thread", raw(SYS_pidfd_open, tid, 0, 0, 0, 0));
	print("same memory", raw(SYS_kcmp, getpid(), tid, 1, 0, 0));
	print("same files", raw(SYS_kcmp, getpid(), tid, 2, 0, 0));
	print("same directories", raw(SYS_kcmp, getpid(), tid, 3, 0, 0));
	print("same handlers", raw(SYS_kcmp, getpid(), tid, 4, 0, 0));
	print("same file", raw(SYS_kcmp, getpid(), tid, 0, 1, 1));
	check("another file", raw(SYS_kcmp, getpid(), getpid(), 0, 1, open("/", O_RDONLY)) > 0);
	print("no file", raw(SYS_kcmp, getpid(), getpid(), 0, 1, 77));
	print("nobody", raw(SYS_kcmp, getpid(), 99999, 1, 0, 0));
	print("nothing", raw(SYS_kcmp, getpid(), getpid(), 99, 0, 0));
	pid = sleeper();
	check("a child has other memory", raw(SYS_kcmp, getpid(), pid, 1, 0, 0) > 0);
	check("and other files", raw(SYS_kcmp, getpid(), pid, 2, 0, 0) > 0);
	print("but this one", raw(SYS_kcmp, getpid(), pid, 0, 1, 1));
	word_set(&ready, 2);
	join_thread(&one);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

int main(void)
{
	volatile int fd = -1, status;
	long pid;

	waits();
	pidfds();
	threads();
	pid = raw(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, (long)&fd, 0, 0);
	if (pid == 0)
		raw(SYS_exit, 6, 0, 0, 0, 0);
	check("CLONE_PIDFD", fd >= 0);
	wait_id("its child", P_PIDFD, fd, WEXITED);
	print("with PARENT_SETTID",
	      raw(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, (long)&fd, 0, 0));
	print("at a bad address", raw(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 16, 0, 0));
	print("nobody is left", raw(SYS_waitid, P_ALL, 0, 0, WEXITED, 0));
	(void)status;
	return 0;
}
