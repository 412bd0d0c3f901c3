// A handler that faults, again and again, until there is no stack any more; with and without an
// alternative stack, and with a handler where nothing is.

#include "evil.h"

static volatile unsigned int depth;

static void fault_again(int signo)
{
	(void)signo;
	depth++;
	*(volatile int *)(uintptr_t)depth = 0;
}

static void install(unsigned long flags)
{
	struct sigaction action = { .sa_handler = fault_again, .sa_flags = flags };

	sigaction(SIGSEGV, &action, NULL);
	evil_fault();
}

static void blocked(void)
{
	install(0);
}

static void nested(void)
{
	install(SA_NODEFER);
}

static void nested_on_altstack(void)
{
	static char stack[8192];
	stack_t alternative = { stack, 0, sizeof(stack) };

	sigaltstack(&alternative, NULL);
	install(SA_NODEFER | SA_ONSTACK);
}

static void handler_nowhere(void)
{
	signal(SIGSEGV, (void (*)(int))0x1000);
	evil_fault();
}

static void handler_in_kernel(void)
{
	signal(SIGSEGV, (void (*)(int))KERNEL_TEXT);
	evil_fault();
}

static void restorer_nowhere(void)
{
	struct sigaction action = { .sa_handler = evil_on_fault, .sa_flags = SA_RESTORER };

	action.sa_handler = (void (*)(int))(uintptr_t)getpid;
	action.sa_restorer = (void (*)(void))(uintptr_t)ULIM;
	syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8);
	raise(SIGUSR1);
}

static void masked_fault(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	evil_fault();
}

static void ignored_fault(void)
{
	signal(SIGSEGV, SIG_IGN);
	evil_fault();
}

int main(void)
{
	evil_begin();
	show_child("a fault in the handler", blocked);
	show_child("with SA_NODEFER", nested);
	show_child("on an alternative stack", nested_on_altstack);
	show_child("a handler nowhere", handler_nowhere);
	show_child("a handler in the kernel", handler_in_kernel);
	show_child("a restorer in the kernel", restorer_nowhere);
	show_child("a fault while blocked", masked_fault);
	show_child("a fault while ignored", ignored_fault);
	return evil_end();
}
