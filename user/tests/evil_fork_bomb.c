// limit: 20
// mem: 32
// Forking until there is no more room: fork fails with an error, and all of it is given back.

#include "test.h"

// Fork children that wait for ever, until fork fails.
static int fork_all(int from)
{
	int count = 0;
	char byte;
	pid_t pid;

	while ((pid = fork()) > 0)
		count++;
	if (pid == 0) {
		read(from, &byte, 1);
		_exit(0);
	}
	return count;
}

int main(void)
{
	int fds[2], first, second, error;

	pipe(fds);
	first = fork_all(fds[0]);
	error = errno;
	check("more than 50 processes", first > 50);
	check("then there is an error", error == EAGAIN || error == ENOMEM);
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	second = fork_all(fds[0]);
	check("as many once more", second >= first - first / 20);
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
