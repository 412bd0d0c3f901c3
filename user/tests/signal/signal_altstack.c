// The alternate stack: modes and SS_AUTODISARM, what a handler sees of it, what rt_sigreturn makes of
// it, and that a new program has none.

#include "test.h"
#include <ucontext.h>

static char first[16384], second[16384];
static enum { KEEP, REPLACE, SPOIL, SET } then;

static void show_stack(const char *what, const stack_t *stack)
{
	say("%s: %s, flags %x, %u bytes\n", what,
	    stack->ss_sp == first  ? "first" :
	    stack->ss_sp == second ? "second" :
	    stack->ss_sp           ? "?" :
	                             "none",
	    (unsigned int)stack->ss_flags, (unsigned int)stack->ss_size);
}

static void show_now(const char *what)
{
	stack_t now;

	sigaltstack(NULL, &now);
	show_stack(what, &now);
}

static void handler(int signo, siginfo_t *info, void *context)
{
	stack_t *stack = &((ucontext_t *)context)->uc_stack;
	stack_t other = { .ss_sp = second, .ss_size = sizeof(second) };

	(void)signo;
	(void)info;
	show_stack("  in the frame", stack);
	show_now("  inside");
	if (then == REPLACE)
		*stack = other;
	else if (then == SPOIL)
		stack->ss_flags = 0x77;
	else if (then == SET)
		show("  set inside", sigaltstack(&other, NULL));
}

static void plain_handler(int signo)
{
	(void)signo;
	show_now("  inside a plain one");
}

static void modes(void)
{
	static const unsigned int flags[] = { 0,
		                              SS_ONSTACK,
		                              SS_DISABLE,
		                              SS_DISABLE | SS_ONSTACK,
		                              4,
		                              SS_AUTODISARM,
		                              SS_AUTODISARM | SS_ONSTACK,
		                              SS_AUTODISARM | SS_DISABLE,
		                              SS_AUTODISARM | 4,
		                              0x40000000 };

	for (size_t i = 0; i < COUNT(flags); i++) {
		stack_t stack = { first, (int)flags[i], sizeof(first) };

		say("flags %x\n", flags[i]);
		show("sigaltstack", sigaltstack(&stack, NULL));
		show_now("now");
		kill(getpid(), SIGUSR1);
		show_now("behind");
		kill(getpid(), SIGUSR2);
		show_now("behind a plain one");
	}
}

static void changes(void)
{
	stack_t stack = { first, 0, sizeof(first) };

	for (then = KEEP; then <= SET; then++) {
		say("change %d\n", (int)then);
		stack.ss_flags = 0;
		sigaltstack(&stack, NULL);
		kill(getpid(), SIGUSR1);
		show_now("behind");
		stack.ss_flags = (int)SS_AUTODISARM;
		sigaltstack(&stack, NULL);
		kill(getpid(), SIGUSR1);
		show_now("behind, disarmed");
	}
	then = KEEP;
}

static void sizes(void)
{
	stack_t stack = { first, 0, 2047 };

	show("2047 bytes", sigaltstack(&stack, NULL));
	stack.ss_size = 2048;
	show("2048 bytes", sigaltstack(&stack, NULL));
	stack.ss_size = 10;
	stack.ss_flags = SS_DISABLE;
	show("10 bytes, none", sigaltstack(&stack, NULL));
}

static void exec_with(unsigned int flags)
{
	char *const argv[] = { "signal_altstack", "after", NULL };
	stack_t stack = { first, (int)flags, sizeof(first) };

	sigaltstack(&stack, NULL);
	execv("/tests/signal_altstack", argv);
	_exit(1);
}

static void exec_plain(void)
{
	exec_with(0);
}

static void exec_disarmed(void)
{
	exec_with(SS_AUTODISARM);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	(void)argv;
	if (argc > 1) {
		show_now("after execve");
		return 0;
	}
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = plain_handler;
	action.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR2, &action, NULL);
	modes();
	changes();
	sizes();
	show_child("a new program", exec_plain);
	show_child("a new program, disarmed", exec_disarmed);
	return 0;
}
