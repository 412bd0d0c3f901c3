// The end of a process that has several threads: which status its parent sees.

#include "../thread.h"

static struct test_thread one, two;
static volatile int go;
static int pipe_ends[2];

static void exit_5(void *arg)
{
	(void)arg;
	raw(SYS_exit, 5, 0, 0, 0, 0);
}

static void exit_group_6(void *arg)
{
	(void)arg;
	raw(SYS_exit_group, 6, 0, 0, 0, 0);
}

static void fault(void *arg)
{
	*(volatile int *)arg = 1;
}

static void die_later(void *arg)
{
	(void)arg;
	sleep_ms(20);
	raw(SYS_exit, 7, 0, 0, 0, 0);
}

static void threads_sleep(void)
{
	static struct test_thread three;

	pipe(pipe_ends);
	start_thread(&one, 0, sleep_long, NULL);
	start_thread(&two, 0, read_pipe, &pipe_ends[0]);
	start_thread(&three, 0, wait_word, (void *)&go);
	sleep_ms(10);
	raw(SYS_exit_group, 3, 0, 0, 0, 0);
}

static void a_thread_exits(void)
{
	start_thread(&one, 0, exit_5, NULL);
	join_thread(&one);
	raw(SYS_exit, 4, 0, 0, 0, 0);
}

static void first_exits_first(void)
{
	start_thread(&one, 0, die_later, NULL);
	raw(SYS_exit, 2, 0, 0, 0, 0);
}

static void first_exits_then_group(void)
{
	start_thread(&two, 0, sleep_long, NULL);
	start_thread(&one, 0, exit_group_6, NULL);
	raw(SYS_exit, 2, 0, 0, 0, 0);
}

static void thread_faults(void)
{
	start_thread(&two, 0, read_pipe, &pipe_ends[0]);
	start_thread(&one, 0, fault, NULL);
	sleep_long(NULL);
}

static void killed(void)
{
	start_thread(&one, 0, sleep_long, NULL);
	start_thread(&two, 0, read_pipe, &pipe_ends[0]);
	sleep_ms(5);
	kill(getpid(), SIGKILL);
	for (;;)
		;
}

static void terminated(void)
{
	start_thread(&one, 0, sleep_long, NULL);
	raw(SYS_tgkill, getpid(), own_tid(), SIGTERM, 0, 0);
}

static void first_gone_killed(void)
{
	start_thread(&one, 0, sleep_long, NULL);
	raw(SYS_exit, 0, 0, 0, 0, 0);
}

int main(void)
{
	int status;
	pid_t pid;

	show_child("threads sleep, exit_group", threads_sleep);
	show_child("a thread exits, then the first", a_thread_exits);
	show_child("the first exits, then a thread", first_exits_first);
	show_child("the first exits, then exit_group", first_exits_then_group);
	show_child("a thread faults", thread_faults);
	show_child("SIGKILL", killed);
	show_child("SIGTERM", terminated);
	pid = fork_or_end();
	if (pid == 0)
		first_gone_killed();
	sleep_ms(20);
	show("nothing to wait for while a thread lives", waitpid(pid, &status, WNOHANG));
	show("kill with 0", kill(pid, 0));
	show("tgkill of the first thread, which has ended", syscall(SYS_tgkill, pid, pid, SIGTERM));
	show("not even now", waitpid(pid, &status, WNOHANG));
	show("kill", kill(pid, SIGTERM));
	waitpid(pid, &status, 0);
	show_status("now", status);
	return 0;
}
