// Signals that find the stack pointer nowhere, or an alternative stack that is none: the kernel
// cannot write the frame, and the program ends by SIGSEGV.

#include "evil.h"

static uint32_t bad;

static void handler(int signo)
{
	(void)signo;
	_exit(42);
}

static void install(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = (unsigned long)flags };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

// kill(getpid(), SIGUSR1) with a bad stack pointer.
static void wild_stack(void)
{
	install(0);
	asm volatile("movl %0, %%esp\n\tint $0x80\n\thlt"
	             :
	             : "r"(bad), "a"(SYS_kill), "b"(getpid()), "c"(SIGUSR1));
}

static void wild_fault(void)
{
	install(0);
	asm volatile("movl %0, %%esp\n\tpushl $0\n\thlt" : : "r"(bad));
}

static void wild_altstack(void)
{
	stack_t stack = { (void *)(uintptr_t)bad, 0, 4096 };

	install(SA_ONSTACK);
	if (sigaltstack(&stack, NULL))
		_exit(1);
	raise(SIGUSR1);
}

int main(void)
{
	evil_begin();
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		char what[64];

		bad = evil_pointers[i].address;
		say("%s\n", evil_pointers[i].name);
		snprintf(what, sizeof(what), "  signal");
		show_child(what, wild_stack);
		show_child("  push", wild_fault);
		show_child("  sigaltstack", wild_altstack);
	}
	return evil_end();
}
