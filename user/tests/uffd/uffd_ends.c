// Threads that sleep in faults when something ends that concerns them: a signal that is handled, one
// that kills, exit_group, execve. And faults of the kernel, while it copies: only the death of the
// process ends their sleep; a descriptor for faults of user mode only does not see them.

#include "thread.h"
#include "uffd.h"

#define PAGES 4

static int fd, ends[2];
static char source[PAGE];
static struct test_thread thread;
static volatile int handled;
static char *program;

static void touch(void *arg)
{
	(void)*(volatile char *)arg;
}

static void read_into(void *arg)
{
	handled = (int)raw(SYS_read, ends[0], (long)arg, 1, 0, 0);
}

static void on_signal(int signo)
{
	handled = signo;
}

static void open_window(int flags)
{
	fd = uffd_ready(O_NONBLOCK | flags, 0);
	window = map_memory(PAGES);
	show("register", uffd_register(fd, window, PAGES * PAGE, MISSING, NULL));
	handled = 0;
}

// A thread that sleeps in a fault on the first page.
static void start_sleeper(void (*body)(void *))
{
	struct uffd_msg msg;

	open_window(0);
	start_thread(&thread, 0, body, window);
	next_message(fd, &msg);
}

static void by_exit(void)
{
	start_sleeper(touch);
	exit(3);
}

static void by_exit_of_a_copy(void)
{
	pipe(ends);
	write(ends[1], "x", 1);
	start_sleeper(read_into);
	exit(4);
}

static void by_exec(void)
{
	char *args[] = { program, "again", NULL };

	start_sleeper(touch);
	execve(program, args, NULL);
}

static void by_itself(void)
{
	start_sleeper(touch);
	kill(getpid(), SIGKILL);
}

static void by_a_signal_to_it(void)
{
	start_sleeper(touch);
	syscall(SYS_tgkill, getpid(), thread.tid, SIGTERM);
	for (;;)
		pause();
}

// The handler runs, and then the thread faults once more.
static void handled_signal(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct uffd_msg msg;

	sigaction(SIGUSR1, &action, NULL);
	start_sleeper(touch);
	syscall(SYS_tgkill, getpid(), thread.tid, SIGUSR1);
	next_message(fd, &msg);
	say("handled: %d\n", handled == SIGUSR1);
	uffd_copy(fd, window, source, PAGE, 0);
	join_thread(&thread);
}

// A copy of the kernel is not disturbed by a signal; the handler runs after the call.
static void signal_in_a_copy(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct uffd_msg msg;

	sigaction(SIGUSR1, &action, NULL);
	pipe(ends);
	write(ends[1], "x", 1);
	start_sleeper(read_into);
	syscall(SYS_tgkill, getpid(), thread.tid, SIGUSR1);
	show("no further message", read(fd, &msg, sizeof(msg)));
	say("handled: %d\n", handled == SIGUSR1);
	uffd_copy(fd, window, source, PAGE, 0);
	join_thread(&thread);
	say("read: %d, %c\n", handled, *window);
}

static void user_mode_only(void)
{
	struct uffd_msg msg;

	pipe(ends);
	open_window(UFFD_USER_MODE_ONLY);
	show("write from a missing page", write(ends[1], window, 1));
	show("stat into a missing page", stat("/", (struct stat *)window));
	write(ends[1], "x", 1);
	show("read into a missing page", read(ends[0], window, 1));
	show("no message", read(fd, &msg, sizeof(msg)));
	start_thread(&thread, 0, touch, window);
	next_message(fd, &msg);
	uffd_copy(fd, window, source, PAGE, 0);
	join_thread(&thread);
	show("write from a page that is there", write(ends[1], window, 1));
}

int main(int argc, char **argv)
{
	program = argv[0];
	if (argc > 1) {
		say("run again\n");
		return 5;
	}
	show_child("exit", by_exit);
	show_child("exit while the kernel copies", by_exit_of_a_copy);
	show_child("execve", by_exec);
	show_child("SIGKILL", by_itself);
	show_child("SIGTERM", by_a_signal_to_it);
	show_child("a signal that is handled", handled_signal);
	show_child("a signal while the kernel copies", signal_in_a_copy);
	show_child("user mode only", user_mode_only);
	return 0;
}
