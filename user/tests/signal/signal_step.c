// Single-stepping: with TF set a program gets a SIGTRAP after each of its instructions, until it clears
// the flag. The handler runs without the flag, and finds it in its context.

#include "test.h"

#include <ucontext.h>

#define TF 0x100

static volatile int steps, with_flag, in_order, other_codes;
static volatile uintptr_t last;
static int stop_after; // 0: never; else the handler clears the flag then

static void on_step(int signo, siginfo_t *info, void *context)
{
	mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
	uint32_t flags;

	(void)signo;
	asm volatile("pushfl\n\tpopl %0" : "=r"(flags));
	steps++;
	with_flag += (machine->gregs[REG_EFL] & TF) && !(flags & TF);
	in_order += (uintptr_t)machine->gregs[REG_EIP] > last &&
	            info->si_addr == (void *)machine->gregs[REG_EIP];
	other_codes += info->si_code != TRAP_TRACE;
	last = (uintptr_t)machine->gregs[REG_EIP];
	if (stop_after && steps >= stop_after)
		machine->gregs[REG_EFL] &= ~TF;
}

#define STEP_ON "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\t"
#define STEP_OFF "\n\tpushfl\n\tandl $0xfffffeff, (%%esp)\n\tpopfl"
#define STEP(name, ...)                                                            \
	static void name(void)                                                     \
	{                                                                          \
		int eax = SYS_getpid;                                              \
                                                                                   \
		asm volatile(STEP_ON __VA_ARGS__ STEP_OFF                          \
		             : "+a"(eax)                                           \
		             :                                                     \
		             : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc"); \
	}

STEP(nothing, "")
STEP(three, "nop\n\tnop\n\tnop")
STEP(many, ".rept 1000\n\tnop\n\t.endr")

static void show_steps(const char *what, void (*function)(void))
{
	steps = with_flag = in_order = other_codes = 0;
	last = 0;
	function();
	say("%s: %d steps, %d with the flag, %d in order, %d other codes\n", what, steps, with_flag,
	    in_order, other_codes);
}

static void default_action(void)
{
	signal(SIGTRAP, SIG_DFL);
	three();
}

static void ignored(void)
{
	signal(SIGTRAP, SIG_IGN);
	three();
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	sigaction(SIGTRAP, &action, NULL);
	show_steps("nothing", nothing);
	show_steps("three instructions", three);
	show_steps("a thousand", many);
	stop_after = 2;
	show_steps("stopped by the handler", many);
	show_child("default action", default_action);
	show_child("ignored", ignored);
	return 0;
}
