// A floating-point exception says which one it was, and at which instruction it was noticed.

#include "test.h"

#include <setjmp.h>
#include <ucontext.h>

#define MASKED 0x037fu

static sigjmp_buf back;
extern const char float_wait[];

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	say("signal %d, code %d, vector %d", signo, info->si_code,
	    uc->uc_mcontext.gregs[REG_TRAPNO]);
	say(", %s",
	    info->si_addr == (void *)uc->uc_mcontext.gregs[REG_EIP] ? "where it is" : "ELSEWHERE");
	say(", %s\n", info->si_addr == float_wait ? "at fwait" : "NOT at fwait");
	siglongjmp(back, 1);
}

// Load `a` and `b`, perform `operation`, and wait for the FPU at float_wait.
static void perform(const char *what, unsigned short unmasked, double a, double b, int operation)
{
	unsigned short control = MASKED & ~unmasked;
	float small;

	say("%s: ", what);
	if (sigsetjmp(back, 1) == 0) {
		asm volatile("fninit\n\tfldcw %0\n\tfldl %1\n\tfldl %2"
		             :
		             : "m"(control), "m"(a), "m"(b));
		if (operation == '/')
			asm volatile("fdivrp %st, %st(1)");
		else if (operation == '*')
			asm volatile("fmulp %st, %st(1)");
		else if (operation == '-')
			asm volatile("fsubp %st, %st(1)");
		else
			asm volatile("fstps %0" : "=m"(small)); // `b`, as a float
		asm volatile(".globl float_wait\nfloat_wait:\n\tfwait");
		say("nothing\n");
	}
	asm volatile("fnclex\n\tfninit");
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	double infinity = __builtin_inf();

	sigaction(SIGFPE, &action, NULL);
	perform("all masked", 0, 1, 0, '/');
	perform("division by zero", 0x04, 1, 0, '/');
	perform("invalid", 0x01, 0, 0, '/');
	perform("infinity less infinity", 0x01, infinity, infinity, '-');
	perform("inexact", 0x20, 1, 3, '/');
	perform("overflow", 0x08, 1, 1e300, 's');
	perform("underflow", 0x10, 1, 1e-300, 's');
	perform("overflow and inexact", 0x28, 1, 1e300, 's');
	perform("underflow and inexact", 0x30, 1, 1e-300, 's');
	perform("division by zero, inexact unmasked", 0x20, 1, 0, '/');
	perform("all unmasked, no error", 0x3f, 1, 4, '*');
	return 0;
}
