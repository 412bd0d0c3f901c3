// Who is whose parent, and what an orphan's parent is.

#include "test.h"

static pid_t top, middle;

static void orphan(int tell)
{
	struct timespec wait = { 0, 1000000 };

	while (getppid() == middle)
		nanosleep(&wait, NULL);
	dprintf(tell, "an orphan's parent is %d\n", getppid());
	_exit(0);
}

int main(void)
{
	char line[64];
	int fds[2], status;
	ssize_t n;

	top = getpid();
	check("fork returns the child's pid", fork() != 0 || (_exit(getppid() != top), false));
	wait(&status);
	show_status("the child found its parent", status);

	pipe(fds);
	middle = fork();
	if (middle == 0) {
		middle = getpid();
		if (fork() == 0)
			orphan(fds[1]);
		_exit(0);
	}
	check("each has its own pid", middle != top && middle > 0);
	close(fds[1]);
	waitpid(middle, &status, 0);
	show_status("the one between", status);
	while ((n = read(fds[0], line, sizeof(line))) > 0)
		write(STDOUT_FILENO, line, n);
	show("an orphan is not waited for", wait(NULL));
	return 0;
}
