// A deadly signal reaches a process wherever it waits: for a child, in a pipe, asleep, or not at
// all.

#include "test.h"

static int fds[2];

static void wait_for_child(void)
{
	if (fork() == 0) {
		sleep_ms(100);
		_exit(0);
	}
	wait(NULL);
}

static void read_pipe(void)
{
	char byte;

	read(fds[0], &byte, 1);
}

static void write_pipe(void)
{
	static char block[65536];

	for (;;)
		write(fds[1], block, sizeof(block));
}

static void sleep_long(void)
{
	sleep_ms(100000);
}

static void compute(void)
{
	for (;;)
		asm volatile("");
}

static void kill_one(const char *what, void (*function)(void))
{
	int status;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		function();
		_exit(0);
	}
	sleep_ms(10);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	show_status(what, status);
}

int main(void)
{
	pipe(fds);
	kill_one("waiting for a child", wait_for_child);
	kill_one("reading a pipe", read_pipe);
	kill_one("writing to a pipe", write_pipe);
	kill_one("asleep", sleep_long);
	kill_one("computing", compute);
	return 0;
}
