// After fork, what one process writes the other does not see; what was written before, both do.

#include "test.h"

static int data = 1;
static int bss;

int main(void)
{
	int stack = 3, status, fds[2];
	int *heap = sbrk(4096);
	char byte;
	pid_t pid;

	bss = 2;
	*heap = 4;
	pipe(fds);
	pid = fork();
	if (pid == 0) {
		say("child sees %d %d %d %d\n", data, bss, stack, *heap);
		data = bss = stack = *heap = 100;
		say("child wrote %d %d %d %d\n", data, bss, stack, *heap);
		write(fds[1], "x", 1);
		close(fds[1]);
		sleep_ms(20);
		say("child still sees %d %d %d %d\n", data, bss, stack, *heap);
		_exit(5);
	}
	read(fds[0], &byte, 1);
	say("parent sees %d %d %d %d\n", data, bss, stack, *heap);
	data = bss = stack = *heap = 200;
	waitpid(pid, &status, 0);
	show_status("child", status);
	say("parent has %d %d %d %d\n", data, bss, stack, *heap);
	return 0;
}
