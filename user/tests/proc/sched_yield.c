// Programs that never let go of the processor share it nevertheless.

#include "test.h"

// Spin until a byte arrives that only another process can send.
static void spin(int done)
{
	struct stat st;

	for (;;)
		if (fstat(done, &st) == 0 && st.st_size > 0)
			_exit(0);
}

static void spin_without_calls(void)
{
	for (;;)
		asm volatile("");
}

int main(void)
{
	int fd = open("/tmp/done", O_RDWR | O_CREAT, 0600), status, i;
	pid_t spinner;

	show("sched_yield", syscall(SYS_sched_yield));
	spinner = fork_or_end();
	if (spinner == 0)
		spin_without_calls();
	for (i = 0; i < 3; i++)
		if (fork() == 0)
			spin(fd);
	write(fd, "x", 1);
	for (i = 0; i < 3; i++) {
		wait(&status);
		show_status("one that polled", status);
	}
	kill(spinner, SIGKILL);
	wait(&status);
	show_status("one that only span", status);
	return 0;
}
