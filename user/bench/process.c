// process.c: the costs of a system call and of making processes.
#include "bench.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

char *program[] = { "/bin/true", NULL };

// The shortest call there is, made without the library on i386.
uint64_t null_call(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
#ifdef __i386__
		long number = SYS_getpid;

		asm volatile("int $0x80" : "+a"(number) : : "memory");
#else
		syscall(SYS_getpid);
#endif
	}
	return ticks() - start;
}

uint64_t fork_exit_wait(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0)
			_exit(0);
		wait_for_child(pid);
	}
	return ticks() - start;
}

uint64_t fork_resident(unsigned int n, unsigned int mib)
{
	size_t bytes = (size_t)mib << 20;
	char *memory = mib ? map_memory(bytes) : NULL;
	uint64_t cost;

	touch_memory(memory, bytes);
	cost = fork_exit_wait(n);
	if (memory)
		unmap_memory(memory, bytes);
	return cost;
}

uint64_t fork_large(unsigned int n)
{
	return fork_resident(n, LARGE_MIB);
}

uint64_t fork_exec_wait(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0) {
			execve(program[0], program, program + 1);
			_exit(127);
		}
		wait_for_child(pid);
	}
	return ticks() - start;
}
