// Signals that a program's own instruction causes, where the handler, its mask or its stack are in
// the way.

#include "test.h"
#include <sys/mman.h>

static int entered;

static void fault(void)
{
	volatile int *volatile at = (volatile int *)16;

	*at = 1;
}

static void divide(void)
{
	volatile int zero = 0;

	zero = 1 / zero; // cppcheck-suppress zerodiv
}

// Divide by zero with a stack pointer that no frame can be put below.
static void divide_without_stack(void)
{
	asm volatile("movl $0x2000, %%esp\n\txorl %%ecx, %%ecx\n\tdivl %%ecx"
	             :
	             :
	             : "eax", "ecx", "edx");
}

static void fault_without_stack(void)
{
	asm volatile("movl $0x2000, %%esp\n\tmovl %%eax, 16" : : : "memory");
}

static void report(int signo, siginfo_t *info, void *context)
{
	sigset_t mask;

	(void)context;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	say("  handler: signal %d, code %d, SEGV %s, USR1 %s\n", signo, info->si_code,
	    sigismember(&mask, SIGSEGV) ? "blocked" : "open",
	    sigismember(&mask, SIGUSR1) ? "blocked" : "open");
	_exit(3);
}

static void fault_again(int signo)
{
	say("  entered %d\n", ++entered);
	if (entered > 3)
		_exit(4);
	if (signo == SIGFPE)
		divide();
	fault();
}

static void handle(int signo, int flags, void (*simple)(int))
{
	struct sigaction action = { .sa_flags = flags };

	if (simple)
		action.sa_handler = simple;
	else
		action.sa_sigaction = report;
	sigaddset(&action.sa_mask, SIGUSR1);
	sigaction(signo, &action, NULL);
}

static void other_stack(void)
{
	stack_t stack = { .ss_size = 16384 };

	stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0);
	sigaltstack(&stack, NULL);
}

static void nested(void)
{
	handle(SIGSEGV, 0, fault_again);
	fault();
}

static void nested_open(void)
{
	handle(SIGSEGV, SA_NODEFER, fault_again);
	fault();
}

static void nested_divide(void)
{
	handle(SIGFPE, 0, fault_again);
	divide();
}

static void once(void)
{
	handle(SIGSEGV, SA_NODEFER | SA_RESETHAND, fault_again);
	fault();
}

static void masked(void)
{
	handle(SIGSEGV, SA_SIGINFO, NULL);
	fault();
}

static void no_stack(void)
{
	handle(SIGSEGV, SA_SIGINFO, NULL);
	fault_without_stack();
}

static void no_stack_other_signal(void)
{
	handle(SIGFPE, SA_SIGINFO, NULL);
	divide_without_stack();
}

static void no_stack_rescued(void)
{
	other_stack();
	handle(SIGFPE, SA_SIGINFO, NULL);
	handle(SIGSEGV, SA_SIGINFO | SA_ONSTACK, NULL);
	divide_without_stack();
}

static void blocked(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGSEGV);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	handle(SIGSEGV, SA_SIGINFO, NULL);
	fault();
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "a fault in the handler", nested },
	{ "with SA_NODEFER", nested_open },
	{ "of SIGFPE", nested_divide },
	{ "with SA_RESETHAND", once },
	{ "a mask", masked },
	{ "blocked", blocked },
	{ "no stack", no_stack },
	{ "no stack, SIGFPE", no_stack_other_signal },
	{ "no stack, SIGFPE, but one for SIGSEGV", no_stack_rescued },
};

int main(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;

		say("%s\n", cases[i].name);
		if (fork() == 0) {
			cases[i].run();
			_exit(0);
		}
		wait(&status);
		if (WIFSIGNALED(status))
			say("  signal %d\n", WTERMSIG(status));
		else
			say("  exit %d\n", WEXITSTATUS(status));
	}
	return 0;
}
