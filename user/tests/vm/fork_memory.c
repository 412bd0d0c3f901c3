// After fork, what one process writes the other does not see; what was written before, both do.

#include "test.h"
#include <sys/mman.h>

static int data = 1;
static int bss;

// fork with the stack pointer at `top`. Nothing is on that stack.
static pid_t fork_at(char *top)
{
	pid_t pid;

	__asm__ volatile("movl %%esp, %%esi\n\t"
	                 "movl %2, %%esp\n\t"
	                 "int $0x80\n\t"
	                 "movl %%esi, %%esp"
	                 : "=a"(pid)
	                 : "0"(SYS_fork), "r"(top)
	                 : "esi", "memory");
	return pid;
}

// A page of the stack pointer's that may not be touched: neither may the child.
static void try_stack_without_access(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
	int fds[2];
	pid_t pid;

	*page = 'x';
	mprotect(page, 4096, PROT_NONE);
	pipe(fds);
	pid = fork_at(page + 64);
	if (pid == 0) {
		show("the child writes from there", write(fds[1], page, 1));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

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
	try_stack_without_access();
	return 0;
}
