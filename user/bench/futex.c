// futex.c: threads that wait on a word of memory. Threads are started by the bare call, so that they need no
// library; that takes a few lines of assembly.
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WAIT_PRIVATE 128
#define WAKE_PRIVATE 129
#define STACK 4096

#ifdef __i386__
static volatile int word, ended;

// What a thread does: wait on the word, count, and end.
static void wait_once(void)
{
	syscall(SYS_futex, &word, WAIT_PRIVATE, 0, NULL, NULL, 0);
	__atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
	for (;;)
		syscall(SYS_exit, 0);
}

// Start a thread on the stack that ends at `top`.
static void start(char *top)
{
	long result, flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
	                     CLONE_SYSVSEM;

	__asm__ volatile("int $0x80\n\t"
	                 "testl %%eax, %%eax\n\t"
	                 "jnz 1f\n\t"
	                 "call *%%edi\n"
	                 "1:"
	                 : "=a"(result)
	                 : "a"(SYS_clone), "b"(flags), "c"(top - 16), "d"(0), "S"(0), "D"(wait_once)
	                 : "memory");
	if (result < 0) {
		errno = (int)-result;
		fail("clone");
	}
}

uint64_t futex_wake(unsigned int n)
{
	char *stacks = mmap(NULL, n * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);
	struct timespec moment = { 0, 1000000 };
	unsigned int woken = 0;
	uint64_t start_time;

	ended = 0;
	for (unsigned int i = 0; i < n; i++)
		start(stacks + (i + 1) * STACK);
	nanosleep(&moment, NULL); // until all are asleep
	start_time = ticks();
	for (unsigned int i = 0; i < n; i++)
		woken += (unsigned int)syscall(SYS_futex, &word, WAKE_PRIVATE, 1, NULL, NULL, 0);
	start_time = ticks() - start_time;
	if (woken != n)
		fail("futex");
	while (ended < (int)n)
		nanosleep(&moment, NULL);
	nanosleep(&moment, NULL);
	munmap(stacks, n * STACK);
	return start_time;
}
#else
uint64_t futex_wake(unsigned int n)
{
	(void)n;
	errno = ENOSYS;
	fail("threads, which need an i386");
	return 0;
}
#endif
