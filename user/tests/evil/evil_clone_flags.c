// limit: 20
// clone with each flag alone, with pairs of flags, and with a stack and pointers that are no good.

#include "evil.h"

static volatile uint32_t flags, stack, place;

// Returns whether there was a child; it ends at once, without a stack.
static bool try_clone(void)
{
	long result = SYS_clone;

	asm volatile("int $0x80\n\t"
	             "testl %%eax, %%eax\n\t"
	             "jnz 1f\n\t"
	             "movl $252, %%eax\n\t"
	             "xorl %%ebx, %%ebx\n\t"
	             "int $0x80\n"
	             "1:"
	             : "+a"(result)
	             : "b"(flags), "c"(stack), "d"(place), "S"(place), "D"(place)
	             : "memory");
	while (syscall(SYS_wait4, -1, NULL, 0x40000000, NULL) > 0)
		;
	return result > 0;
}

int main(void)
{
	int single = 0, pairs = 0, placed = 0;

	evil_begin();
	for (int signo = 1; signo < NSIG; signo++)
		if (signo != SIGCHLD)
			signal(signo, SIG_IGN);
	// With CLONE_VM the child has our stack, but pushes nothing.
	for (int bit = 0; bit < 32; bit++) {
		flags = 1u << bit;
		single += try_clone();
	}
	check("flags alone", single > 8 && single < 32);
	for (int bit = 8; bit < 32; bit++) {
		for (int other = 8; other < bit; other++) {
			flags = 1u << bit | 1u << other | SIGCHLD;
			pairs += try_clone();
		}
	}
	check("pairs", pairs > 30 && pairs < 276);
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		stack = place = evil_pointers[i].address;
		flags = 0x01300000 | SIGCHLD;
		placed += try_clone();
		flags = 0x01380100 | SIGCHLD;
		placed += try_clone();
		flags = 0x01304100 | SIGCHLD;
		placed += try_clone();
	}
	show("stacks and pointers that are no good", placed);
	return evil_end();
}
