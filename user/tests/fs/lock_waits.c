// Waiting for locks: who is woken, deadlocks, signals, and what ends a lock.

#include "asleep.h"
#include "test.h"
#include <sys/file.h>

static int fd;

static int lock(int command, short type, int start)
{
	struct flock64 lock = { .l_type = type, .l_start = start, .l_len = 1 };

	return fcntl(fd, command, &lock);
}

// Run `function` in a child until it sleeps or ends. Returns its number.
static pid_t start(void (*function)(void))
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		function();
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static void end(const char *what, pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	show_status(what, status);
}

static void want_0(void)
{
	show("  byte 0", lock(F_SETLKW64, F_WRLCK, 0));
}

static void hold_1_want_0(void)
{
	show("  byte 1", lock(F_SETLKW64, F_WRLCK, 1));
	show("  byte 0", lock(F_SETLKW64, F_WRLCK, 0));
}

static void hold_2_want_1(void)
{
	show("  byte 2", lock(F_SETLKW64, F_WRLCK, 2));
	show("  byte 1", lock(F_SETLKW64, F_WRLCK, 1));
}

static void show_deadlocks(void)
{
	pid_t first, second;

	show("hold byte 0", lock(F_SETLK64, F_WRLCK, 0));
	first = start(hold_1_want_0);
	show("byte 1 would be a deadlock", lock(F_SETLKW64, F_WRLCK, 1));
	second = start(hold_2_want_1);
	show("byte 2 too, through another", lock(F_SETLKW64, F_WRLCK, 2));
	show("without waiting", lock(F_SETLK64, F_WRLCK, 2));
	lock(F_SETLK64, F_UNLCK, 0);
	end("first", first);
	end("second", second);
}

static void on_alarm(int signo)
{
	say("  signal %d\n", signo);
}

static void show_signals(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	pid_t pid;

	show("hold byte 0", lock(F_SETLK64, F_WRLCK, 0));
	sigaction(SIGUSR1, &action, NULL);
	pid = start(want_0);
	kill(pid, SIGUSR1);
	end("a handler", pid);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	pid = start(want_0);
	kill(pid, SIGUSR1);
	let_sleep(pid);
	lock(F_SETLK64, F_UNLCK, 0);
	end("with SA_RESTART", pid);
	lock(F_SETLK64, F_WRLCK, 0);
	pid = start(want_0);
	kill(pid, SIGKILL);
	end("killed", pid);
	lock(F_SETLK64, F_UNLCK, 0);
}

// What ends the locks of a process: closing any descriptor of the file, also one of another open.
static void show_ends(void)
{
	pid_t pid;
	int other;

	show("hold byte 0", lock(F_SETLK64, F_WRLCK, 0));
	pid = start(want_0);
	other = open("/tmp/locks", O_RDONLY);
	close(other);
	end("another open file closed", pid);
	lock(F_SETLK64, F_WRLCK, 0);
	pid = start(want_0);
	close(open("/tmp/locks", O_PATH));
	check("O_PATH closed: it still waits", state_of(pid) != 'Z');
	other = open("/dev/null", O_RDONLY);
	dup2(other, dup(fd));
	close(other);
	end("a copy replaced", pid);
	pid = start(want_0);
	end("nobody has it", pid);
	show("an ended process has none", lock(F_SETLK64, F_WRLCK, 0));
}

static int file_lock(int file, int command, short type)
{
	struct flock64 lock = { .l_type = type };

	return fcntl(file, command, &lock);
}

static int one, two, copy;

static void want_file(void)
{
	int own = open("/tmp/locks", O_RDWR);

	close(one);
	close(two);
	close(copy);
	show("  an own open file", file_lock(own, F_OFD_SETLKW, F_RDLCK));
}

// Locks of open files: shared by copies and children, independent of the process's.
static void show_open_files(void)
{
	struct flock64 lock = { .l_type = F_WRLCK, .l_pid = 1 };
	pid_t pid;

	one = open("/tmp/locks", O_RDWR);
	two = open("/tmp/locks", O_RDWR);
	copy = dup(one);
	show("one", file_lock(one, F_OFD_SETLK, F_WRLCK));
	show("two", file_lock(two, F_OFD_SETLK, F_RDLCK));
	show("its copy", file_lock(copy, F_OFD_SETLK, F_RDLCK));
	show("two, both reading", file_lock(two, F_OFD_SETLK, F_RDLCK));
	show("two writing", file_lock(two, F_OFD_SETLK, F_WRLCK));
	show("the process", file_lock(one, F_SETLK64, F_WRLCK));
	show("with l_pid", fcntl(one, F_OFD_SETLK, &lock));
	lock.l_pid = 0;
	show("ask", fcntl(two, F_OFD_GETLK, &lock));
	say("type %d of %d\n", lock.l_type, lock.l_pid);
	lock = (struct flock64){ .l_type = F_UNLCK };
	show("ask for its own", fcntl(two, F_OFD_GETLK, &lock));
	say("type %d of %d\n", lock.l_type, lock.l_pid);
	file_lock(two, F_OFD_SETLK, F_UNLCK);
	file_lock(one, F_OFD_SETLK, F_WRLCK);
	pid = start(want_file);
	kill(pid, SIGKILL);
	end("waits", pid);
	pid = start(want_file);
	close(one);
	show("closed, but not its copy", file_lock(two, F_OFD_SETLK, F_RDLCK));
	close(copy);
	end("both closed", pid);
	close(two);
}

static void want_flock(void)
{
	int own = open("/tmp/locks", O_RDONLY);

	show("  an own open file", flock(own, LOCK_EX));
}

static void show_flock(void)
{
	pid_t pid;

	one = open("/tmp/locks", O_RDONLY);
	two = open("/tmp/locks", O_RDONLY);
	show("no such operation", flock(one, 3));
	show("no descriptor", flock(99, LOCK_SH));
	show("LOCK_MAND", flock(one, 32 | 64));
	show("one shared", flock(one, LOCK_SH));
	show("two shared", flock(two, LOCK_SH | LOCK_NB));
	show("two alone", flock(two, LOCK_EX | LOCK_NB));
	show("one alone, since two has lost its lock", flock(one, LOCK_EX | LOCK_NB));
	show("once more", flock(one, LOCK_EX | LOCK_NB));
	show("two shared", flock(two, LOCK_SH | LOCK_NB));
	show("fcntl knows nothing of it", lock(F_SETLK64, F_WRLCK, 0));
	pid = start(want_flock);
	flock(one, LOCK_UN);
	end("woken", pid);
	show("end what is not locked", flock(two, LOCK_UN | LOCK_NB));
	close(one);
	close(two);
}

int main(void)
{
	make_file("/tmp/locks", "0123456789");
	fd = open("/tmp/locks", O_RDWR);
	show_deadlocks();
	show_signals();
	show_ends();
	close(fd);
	fd = open("/tmp/locks", O_RDWR);
	show_open_files();
	show_flock();
	return 0;
}
