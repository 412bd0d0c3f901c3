// A handler on a stack of its own, which also works when the program's stack is used up.

#include "test.h"

static char stack[16384] __attribute__((aligned(16)));
static volatile bool on_it;

static bool is_on_stack(const void *p)
{
	return (uintptr_t)p >= (uintptr_t)stack && (uintptr_t)p < (uintptr_t)stack + sizeof(stack);
}

static void note(int signo)
{
	stack_t now = { 0 };

	(void)signo;
	on_it = is_on_stack(&now);
	sigaltstack(NULL, &now);
	say("  flags inside: %d\n", now.ss_flags);
	now.ss_flags = 0;
	show("  changing it inside", sigaltstack(&now, NULL));
}

static void end(int signo)
{
	say("  signal %d, on the other stack: %s\n", signo, is_on_stack(&signo) ? "yes" : "no");
	_exit(4);
}

static int deep(int n)
{
	volatile char frame[4000];

	frame[0] = (char)n;
	return n == 0 ? 0 : deep(n + 1) + frame[0];
}

static void overflow(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = end;
	act.sa_flags = SA_ONSTACK;
	sigaction(SIGSEGV, &act, NULL);
	deep(1);
}

int main(void)
{
	stack_t new_stack = { .ss_sp = stack, .ss_size = sizeof(stack) }, old;
	struct sigaction act;

	show("sigaltstack", sigaltstack(&new_stack, &old));
	say("before: flags %d\n", old.ss_flags);
	memset(&act, 0, sizeof(act));
	act.sa_handler = note;
	sigaction(SIGUSR1, &act, NULL);
	act.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR2, &act, NULL);
	kill(getpid(), SIGUSR1);
	check("without SA_ONSTACK on the normal stack", !on_it);
	kill(getpid(), SIGUSR2);
	check("with it on the other", on_it);
	show_child("stack overflow", overflow);
	new_stack.ss_size = 100;
	show("too small", sigaltstack(&new_stack, NULL));
	new_stack.ss_flags = 0x100;
	new_stack.ss_size = sizeof(stack);
	show("wrong flags", sigaltstack(&new_stack, NULL));
	new_stack.ss_flags = SS_DISABLE;
	show("disable", sigaltstack(&new_stack, NULL));
	kill(getpid(), SIGUSR2);
	check("then on the normal stack", !on_it);
	return 0;
}
