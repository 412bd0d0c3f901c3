// Stopping and continuing a process, and what its parent sees of it.

#include "test.h"

static void show_wait(const char *what, pid_t pid, int options)
{
	int status = 0;
	pid_t result = waitpid(pid, &status, options);

	if (result <= 0)
		show(what, result);
	else if (WIFSTOPPED(status))
		say("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		say("%s: continued\n", what);
	else
		show_status(what, status);
}

int main(void)
{
	int fds[2];
	char byte;
	pid_t pid;

	pipe(fds);
	pid = fork_or_end();
	if (pid == 0)
		for (;;) {
			write(fds[1], "x", 1);
			sleep_ms(5);
		}
	read(fds[0], &byte, 1);
	kill(pid, SIGSTOP);
	show_wait("after SIGSTOP", pid, WUNTRACED);
	show_wait("once only", pid, WUNTRACED | WNOHANG);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while (read(fds[0], &byte, 1) > 0)
		;
	sleep_ms(20);
	show("it does nothing", read(fds[0], &byte, 1));
	kill(pid, SIGTERM);
	sleep_ms(10);
	show_wait("SIGTERM waits", pid, WUNTRACED | WNOHANG);
	kill(pid, SIGCONT);
	show_wait("until SIGCONT", pid, WUNTRACED);

	pid = fork_or_end();
	if (pid == 0)
		for (;;)
			sleep_ms(1000);
	kill(pid, SIGTSTP);
	show_wait("after SIGTSTP", pid, WUNTRACED);
	kill(pid, SIGCONT);
	show_wait("after SIGCONT", pid, WCONTINUED);
	kill(pid, SIGSTOP);
	show_wait("after SIGSTOP", pid, WUNTRACED);
	kill(pid, SIGKILL);
	show_wait("SIGKILL does not wait", pid, WUNTRACED);
	return 0;
}
