// A thread that exists and has not started: its maker sleeps in clone(), because the memory for the
// thread's number is a page that a userfaultfd will fill. Another process traces the thread, or the maker.

#include "ptrace.h"
#include "thread.h"
#include "uffd.h"

#include <dirent.h>

static void wait_there(void *arg)
{
	(void)arg;
	for (;;)
		raw(SYS_pause, 0, 0, 0, 0, 0);
}

// The maker: it writes the descriptor's number to `out` and makes a thread.
static void make_thread(int out)
{
	static struct test_thread thread;
	int fd = uffd_ready(0, 0);

	window = map_memory(1);
	if (uffd_register(fd, window, PAGE, MISSING, NULL))
		show("register", -1);
	write(out, &fd, sizeof(fd));
	write(out, &window, sizeof(window));
	thread.stack = map_memory(THREAD_STACK / PAGE);
	clone_raw(THREAD_FLAGS, thread.stack + THREAD_STACK, wait_there, NULL,
	          (volatile int *)window, NULL, &thread.tid);
	for (;;)
		syscall(SYS_pause);
}

// Returns the number of the process's second thread, or 0.
static pid_t second_thread(pid_t pid)
{
	const struct dirent *entry;
	pid_t tid = 0;
	char path[40];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (atoi(entry->d_name) && atoi(entry->d_name) != pid)
			tid = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return tid;
}

// Start a maker, and wait until it sleeps in clone(). Stores its userfaultfd.
static pid_t maker(int *fd_store)
{
	struct uffd_msg msg;
	int fds[2], fd = -1, pidfd;
	pid_t pid;

	pipe(fds);
	pid = fork_or_end();
	if (pid == 0)
		make_thread(fds[1]);
	read(fds[0], &fd, sizeof(fd));
	read(fds[0], &window, sizeof(window));
	close(fds[0]);
	close(fds[1]);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	*fd_store = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	close(pidfd);
	next_message(*fd_store, &msg);
	return pid;
}

static void trace_thread(void)
{
	pid_t pid, tid;
	int fd;

	say("the thread is traced before it starts\n");
	pid = maker(&fd);
	tid = second_thread(pid);
	request(ATTACH, tid, 0, 0);
	show_fill("the page", uffd_zeropage(fd, window, PAGE, 0));
	wait_stop("the thread", tid);
	check("it has not begun", registers_of(tid).eax == 0);
	request(DETACH, tid, 0, 0);
	close(fd);
	end(pid);
}

static void trace_maker(void)
{
	pid_t pid, tid;
	int fd;

	say("the maker is traced while it makes the thread\n");
	pid = maker(&fd);
	tid = second_thread(pid);
	request(SEIZE, pid, 0, PTRACE_O_TRACECLONE);
	show_fill("the page", uffd_zeropage(fd, window, PAGE, 0));
	must(INTERRUPT, pid, 0, 0);
	wait_stop("the maker", pid);
	request(INTERRUPT, tid, 0, 0);
	close(fd);
	end(pid);
}

static void trace_both(void)
{
	pid_t pid, tid;
	int fd;

	say("both are traced\n");
	pid = maker(&fd);
	tid = second_thread(pid);
	request(SEIZE, pid, 0, PTRACE_O_TRACECLONE);
	request(SEIZE, tid, 0, 0);
	show_fill("the page", uffd_zeropage(fd, window, PAGE, 0));
	must(INTERRUPT, pid, 0, 0);
	must(INTERRUPT, tid, 0, 0);
	wait_stop("the maker", pid);
	wait_stop("the thread", tid);
	close(fd);
	if (tid) // else there was no memory
		end(tid);
	end(pid);
}

int main(void)
{
	trace_thread();
	trace_maker();
	trace_both();
	return 0;
}
