// Waiting for children that are not there, not yet done, or asked for wrongly.

#include "test.h"
#include <sys/resource.h>

int main(void)
{
	struct rusage usage;
	int status = 0x5555, fds[2];
	pid_t pid;
	char byte;

	show("no children", wait(&status));
	show("no children, WNOHANG", waitpid(-1, &status, WNOHANG));
	show("not a child: 1", waitpid(1, &status, 0));
	show("not a child: oneself", waitpid(getpid(), &status, 0));
	show("bad options", waitpid(-1, &status, 0x00010000));

	pipe(fds);
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		read(fds[0], &byte, 1);
		_exit(3);
	}
	show("a child that runs, WNOHANG", waitpid(pid, &status, WNOHANG));
	show("any child, WNOHANG", waitpid(-1, &status, WNOHANG));
	show("another pid", waitpid(pid + 1000, &status, WNOHANG));
	say("the status is untouched: 0x%x\n", (unsigned int)status);
	close(fds[1]);
	check("then it ends", waitpid(pid, &status, 0) == pid);
	show_status("child", status);
	show("waiting once more", waitpid(pid, &status, 0));

	pid = fork();
	if (pid == 0)
		_exit(4);
	check("without a status", waitpid(pid, NULL, 0) == pid);

	pid = fork();
	if (pid == 0)
		_exit(5);
	memset(&usage, 0xff, sizeof(usage));
	check("wait4 with usage", wait4(pid, &status, 0, &usage) == pid);
	check("usage was stored", usage.ru_utime.tv_usec >= 0 && usage.ru_utime.tv_usec < 1000000 &&
	                                  usage.ru_nswap == 0);
	return 0;
}
