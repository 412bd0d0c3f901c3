// execve by any thread: the others end, and the new program has the process's number.
// The program runs itself: with an argument it is the new program.

#include "../thread.h"
#include <string.h>

static struct test_thread threads[4];
static int pipe_ends[2];
static volatile int zero;

static void spin(void *arg)
{
	(void)arg;
	for (;;)
		;
}

static void start_sleepers(void)
{
	pipe2(pipe_ends, O_CLOEXEC);
	start_thread(&threads[0], 0, sleep_long, NULL);
	start_thread(&threads[1], 0, read_pipe, &pipe_ends[0]);
	start_thread(&threads[2], 0, wait_word, (void *)&zero);
	start_thread(&threads[3], 0, spin, NULL);
	sleep_ms(10);
}

static void exec_self(void *arg)
{
	static char name[] = "/tests/thread_exec";
	static char number[16];
	static char *const environment[] = { NULL };
	char *arguments[] = { name, arg, number, NULL };

	snprintf(number, sizeof(number), "%d", getpid());
	execve(name, arguments, environment);
	say("execve: %s\n", error_name(errno));
	_exit(1);
}

static void by_first(void)
{
	start_sleepers();
	exec_self("the first thread");
}

static void by_other(void)
{
	static struct test_thread thread;

	start_sleepers();
	start_thread(&thread, 0, exec_self, "another thread");
	sleep_long(NULL);
}

static void by_only(void)
{
	static struct test_thread thread;

	start_thread(&thread, 0, exec_self, "a thread that is alone");
	raw(SYS_exit, 9, 0, 0, 0, 0);
}

static void exec_nothing(void)
{
	static char *const none[] = { NULL };

	start_sleepers();
	show("a failing execve", execve("/nosuch", none, none));
	check("leaves the threads", threads[0].tid != 0 && threads[3].tid != 0);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		say("run by %s\n", argv[1]);
		check("the process keeps its number", getpid() == atoi(argv[2]));
		check("and the thread has it", own_tid() == getpid());
		show("no other thread is left", syscall(SYS_unshare, CLONE_THREAD));
		return 4;
	}
	show_child("by the first", by_first);
	show_child("by another", by_other);
	show_child("by the only one left", by_only);
	show_child("of nothing", exec_nothing);
	return 0;
}
