// Writing to a pipe that nobody reads is deadly, unless the signal is ignored.

#include "test.h"

static int fds[2];

static void write_to_it(void)
{
	show("write", write(fds[1], "x", 1));
}

static void write_and_ignore(void)
{
	signal(SIGPIPE, SIG_IGN);
	show("write with the signal ignored", write(fds[1], "x", 1));
	show("write of nothing", write(fds[1], "x", 0));
}

// The reader goes away while the writer waits for room.
static void fill(void)
{
	static char block[4096];

	while (write(fds[1], block, sizeof(block)) > 0)
		;
}

int main(void)
{
	int status;
	pid_t pid;

	pipe(fds);
	close(fds[0]);
	show_child("child", write_to_it);
	show_child("child", write_and_ignore);
	close(fds[1]);

	pipe(fds);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		fill();
		_exit(0);
	}
	sleep_ms(20);
	close(fds[0]);
	waitpid(pid, &status, 0);
	show_status("a writer that waited", status);
	return 0;
}
