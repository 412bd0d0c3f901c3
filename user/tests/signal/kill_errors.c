// Signals that cannot be sent, and some that can.

#include "test.h"

int main(void)
{
	int status;
	pid_t pid = fork_or_end();

	if (pid == 0)
		for (;;)
			sleep_ms(10000);
	show("signal 0 to a child", kill(pid, 0));
	show("signal 65", kill(pid, 65));
	show("signal -1", kill(pid, -1));
	show("to nobody", kill(99999, SIGTERM));
	show("signal 65 to nobody", kill(99999, 65));
	show("signal 0 to oneself", kill(getpid(), 0));
	show("to a child", kill(pid, SIGTERM));
	sleep_ms(10);
	show("to one that has ended", kill(pid, SIGTERM));
	waitpid(pid, &status, 0);
	show_status("the child", status);
	show("to one that was waited for", kill(pid, 0));
	return 0;
}
