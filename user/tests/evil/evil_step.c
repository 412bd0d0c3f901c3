// Single-stepping (TF) through a system call, through traps, and into the kernel's other doors. The
// program gets a SIGTRAP behind each of its own instructions, the kernel none.

#include "evil.h"

static volatile unsigned int steps;

static void count_step(int signo)
{
	(void)signo;
	steps++;
}

#define STEP_ON "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\t"
#define STEP_OFF "\n\tpushfl\n\tandl $0xfffffeff, (%%esp)\n\tpopfl"

// Perform instructions with eax, one by one. Returns eax.
#define STEP(name, ...)                                              \
	static int name(int eax)                                     \
	{                                                            \
		asm volatile(STEP_ON __VA_ARGS__ STEP_OFF            \
		             : "+a"(eax)                             \
		             :                                       \
		             : "ebx", "ecx", "edx", "memory", "cc"); \
		return eax;                                          \
	}

STEP(step_nops, "nop\n\tnop")
STEP(step_call, "int $0x80\n\tnop")
STEP(step_two_calls, "int $0x80\n\tmovl $20, %%eax\n\tint $0x80")
STEP(step_breakpoint, "int3\n\tnop")
STEP(step_ss, "movl %%ss, %%ebx\n\tmovl %%ebx, %%ss\n\tnop")
STEP(step_ss_call, "movl %%ss, %%ecx\n\tmovl %%ecx, %%ss\n\tint $0x80")
STEP(step_hlt, "hlt")
STEP(step_sysenter, "movl %%esp, %%ecx\n\tmovl $0, %%edx\n\tsysenter")

static void show_steps(const char *what, int (*function)(int))
{
	steps = 0;
	function(SYS_getpid);
	say("%s: %u steps\n", what, steps);
}

static void hlt(void)
{
	step_hlt(0);
}

static void sysenter(void)
{
	step_sysenter(SYS_getpid);
}

static void fork_stepping(void)
{
	if (step_call(SYS_fork) == 0)
		_exit(0);
	wait(NULL);
}

static void no_handler(void)
{
	signal(SIGTRAP, SIG_DFL);
	step_call(SYS_getpid);
}

int main(void)
{
	struct sigaction action = { .sa_handler = count_step };

	evil_begin();
	sigaction(SIGTRAP, &action, NULL);
	show_steps("two instructions", step_nops);
	show_steps("a system call", step_call);
	show_steps("two of them", step_two_calls);
	show_steps("int3", step_breakpoint);
	show_steps("a load of ss", step_ss);
	show_steps("a load of ss before a system call", step_ss_call);
	show_child("hlt", hlt);
	show_child("sysenter", sysenter);
	show_child("fork", fork_stepping);
	show_child("without a handler", no_handler);
	return evil_end();
}
