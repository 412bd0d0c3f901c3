// A signal finds a stack whose upper page cannot be written: the kernel cannot write the frame, and the
// program ends by SIGSEGV. The kernel's log names the first byte that the program may not write.

#include "evil.h"
#include <sys/mman.h>

#define STACK 0x30000000u
#define PAGE 4096u

static void handler(int signo)
{
	(void)signo;
	_exit(42);
}

int main(void)
{
	struct sigaction action = { .sa_handler = handler };
	void *stack = mmap((void *)STACK, 2 * PAGE, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (stack == MAP_FAILED || mprotect((char *)stack + PAGE, PAGE, PROT_READ) ||
	    sigaction(SIGSEGV, &action, NULL))
		return 1;
	asm volatile("movl %0, %%esp\n\tmovl %%eax, 0" : : "r"(STACK + PAGE + 64));
	return 2;
}
