// The owner of a file: F_SETOWN, F_SETOWN_EX, F_SETSIG and their opposites; owners that end; who may be
// signalled.

#include "asleep.h"
#include "async.h"
#include "thread.h"

static int ends[2];

static void show_owner(const char *what)
{
	struct f_owner_ex owner = { -1, -1 };
	int error = fcntl(ends[0], F_GETOWN_EX, &owner);

	say("%s: %d, type %d, ", what, error, owner.type);
	say(owner.pid == getpid() ? "this process\n" : owner.pid == 0 ? "nobody\n" : "another\n");
}

static void show_errors(void)
{
	struct f_owner_ex owner = { 3, 0 };

	show("INT_MIN", fcntl(ends[0], F_SETOWN, INT32_MIN));
	show("no process", fcntl(ends[0], F_SETOWN, 4194000));
	show("no group", fcntl(ends[0], F_SETOWN, -4194000));
	show("type 3", fcntl(ends[0], F_SETOWN_EX, &owner));
	owner = (struct f_owner_ex){ F_OWNER_PID, -getpid() };
	show("a negative number", fcntl(ends[0], F_SETOWN_EX, &owner));
	show("a bad address", fcntl(ends[0], F_SETOWN_EX, NULL));
	show("a bad address", fcntl(ends[0], F_GETOWN_EX, NULL));
	show("a bad address", fcntl(ends[0], F_GETOWNER_UIDS, NULL));
	show("signal 64", fcntl(ends[0], F_SETSIG, 64));
	show("F_GETSIG", fcntl(ends[0], F_GETSIG));
	show("signal 65", fcntl(ends[0], F_SETSIG, 65));
	show("signal -1", fcntl(ends[0], F_SETSIG, -1));
	show("F_GETSIG", fcntl(ends[0], F_GETSIG));
	show("signal 0", fcntl(ends[0], F_SETSIG, 0));
	show("F_GETSIG", fcntl(ends[0], F_GETSIG));
}

static void show_kinds(void)
{
	struct f_owner_ex owner = { F_OWNER_TID, getpid() };
	uint32_t ids[2] = { 7, 7 };

	show_owner("at first");
	show("F_GETOWN", fcntl(ends[0], F_GETOWN));
	show("F_GETSIG", fcntl(ends[0], F_GETSIG));
	show("F_GETOWNER_UIDS", fcntl(ends[0], F_GETOWNER_UIDS, ids));
	say("  %u %u\n", ids[0], ids[1]);
	show("F_SETOWN", fcntl(ends[0], F_SETOWN, getpid()));
	show_owner("F_SETOWN");
	check("F_GETOWN", fcntl(ends[0], F_GETOWN) == getpid());
	setpgid(0, 0);
	show("F_SETOWN of a group", fcntl(ends[0], F_SETOWN, -getpid()));
	show_owner("F_SETOWN of a group");
	check("F_GETOWN",
	      syscall(SYS_fcntl64, ends[0], F_GETOWN, 0) == -getpid() || errno == getpid());
	show("F_SETOWN_EX", fcntl(ends[0], F_SETOWN_EX, &owner));
	show_owner("F_OWNER_TID");
	check("the other end has none", fcntl(ends[1], F_GETOWN) == 0);
	show("F_SETOWN of nobody", fcntl(ends[0], F_SETOWN, 0));
	show_owner("F_SETOWN of nobody");
	show("a regular file", fcntl(open("/proc/self/stat", O_RDONLY), F_SETOWN, getpid()));
	show("O_PATH", fcntl(open("/", O_PATH), F_SETOWN, getpid()));
	show("O_PATH", fcntl(open("/", O_PATH), F_GETSIG));
}

// A process that ends is no owner any more; while it is a zombie it is.
static void show_end(void)
{
	int status;
	pid_t pid = fork_or_end();

	if (!pid)
		_exit(0);
	let_sleep(pid);
	show("F_SETOWN of a zombie", fcntl(ends[0], F_SETOWN, pid));
	show_owner("a zombie");
	waitpid(pid, &status, 0);
	show_owner("reaped");
	write(ends[1], "a", 1);
	show_signals("nobody is left");
}

// All processes of the group get the signal.
static void show_group(void)
{
	siginfo_t info;
	int status, ready[2];
	pid_t pid;
	char byte;

	pipe(ready);
	pid = fork_or_end();
	if (!pid) {
		read(ready[0], &byte, 1);
		print_signal(take_signal(&info, 5000), &info);
		_exit(0);
	}
	fcntl(ends[0], F_SETOWN, -getpid());
	write(ends[1], "a", 1);
	show_signals("group: parent");
	say("group: child\n");
	write(ready[1], "a", 1);
	waitpid(pid, &status, 0);
}

static pid_t tid_of_thread;
static int wake[2];

static void in_thread(void *arg)
{
	siginfo_t info;
	char byte;

	(void)arg;
	tid_of_thread = (pid_t)syscall(SYS_gettid);
	read(wake[0], &byte, 1);
	say("thread\n");
	print_signal(take_signal(&info, 0), &info);
}

// A thread as the owner gets the signal alone, or its process does.
static void show_thread(void)
{
	struct f_owner_ex owner = { F_OWNER_TID };
	struct test_thread thread = { 0 };

	pipe(wake);
	start_thread(&thread, 0, in_thread, NULL);
	while (!*(volatile pid_t *)&tid_of_thread)
		syscall(SYS_sched_yield);
	owner.pid = tid_of_thread;
	show("F_OWNER_TID", fcntl(ends[0], F_SETOWN_EX, &owner));
	write(ends[1], "a", 1);
	show_signals("the first thread");
	write(wake[1], "a", 1);
	join_thread(&thread);
	show_owner("ended");
	write(ends[1], "a", 1);
	show_signals("it has ended");
}

// The ids of who has set the owner count, not those of who writes.
static void show_rights(void)
{
	int status, done[2], go[2];
	siginfo_t info;
	pid_t pid;
	char byte;

	pipe(done);
	pipe(go);
	pid = fork_or_end();
	if (!pid) { // another user, who owns the file himself
		syscall(SYS_setresuid32, 1000, 1000, 1000);
		show("other: F_SETOWN of root's process", fcntl(ends[0], F_SETOWN, getppid()));
		write(ends[1], "a", 1);
		write(done[1], "a", 1);
		read(go[0], &byte, 1);
		say("other: from root's file\n");
		print_signal(take_signal(&info, 5000), &info);
		_exit(0);
	}
	read(done[0], &byte, 1);
	show_signals("root");
	fcntl(ends[0], F_SETOWN, pid);
	write(ends[1], "a", 1);
	write(go[1], "a", 1);
	waitpid(pid, &status, 0);
}

// Which kinds of files take O_ASYNC; the others drop it.
static void show_files(void)
{
	static const char *const paths[] = { "/dev/null", "/dev/zero", "/", "/proc/mounts" };
	int on = 1;

	for (size_t i = 0; i < COUNT(paths); i++) {
		int fd = open(paths[i], O_RDONLY), error = fcntl(fd, F_SETFL, O_ASYNC);

		say("%s: %d, %s, ", paths[i], error, fcntl(fd, F_GETFL) & O_ASYNC ? "set" : "clear");
		show("FIOASYNC", ioctl(fd, FIOASYNC, &on));
		close(fd);
	}
}

static void show_file_of(const char *what, int fd)
{
	int on = 1, off = 0, error = fcntl(fd, F_SETFL, O_ASYNC);

	say("%s: %d, %s, ", what, error, fcntl(fd, F_GETFL) & O_ASYNC ? "set" : "clear");
	say("%s\n", ioctl(fd, FIOASYNC, &on) ? error_name(errno) : "0");
	show("  off", ioctl(fd, FIOASYNC, &off));
	close(fd);
}

static void show_anonymous_files(void)
{
	uint64_t set = 0;

	show_file_of("eventfd", (int)syscall(SYS_eventfd2, 0, 0));
	show_file_of("timerfd", (int)syscall(SYS_timerfd_create, 1, 0));
	show_file_of("signalfd", (int)syscall(SYS_signalfd4, -1, &set, 8, 0));
	show_file_of("epoll", (int)syscall(SYS_epoll_create1, 0));
	show_file_of("pidfd", (int)syscall(SYS_pidfd_open, getpid(), 0));
	show_file_of("memfd", (int)syscall(SYS_memfd_create, "async", 0));
}

int main(void)
{
	block_signals();
	show_files();
	show_anonymous_files();
	pipe(ends);
	show_kinds();
	show_errors();
	fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
	show_end();
	fcntl(ends[0], F_SETSIG, REALTIME);
	show_group();
	show_thread();
	show_rights();
	return 0;
}
