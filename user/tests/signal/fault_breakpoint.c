// Breakpoints and single steps: vectors 1 (#DB) and 3 (#BP).

#include "test.h"

static void int3(void)
{
	asm volatile("int3");
}

static void int_3(void)
{
	asm volatile(".byte 0xcd, 0x03");
}

#define TRAP_FLAG "0x100"

static void single_step(void)
{
	asm volatile("pushfl\n\torl $" TRAP_FLAG ", (%esp)\n\tpopfl\n\tnop\n\tnop");
}

// The step comes after the call's instruction, not inside the kernel.
static void single_step_call(void)
{
	asm volatile("pushfl\n\torl $" TRAP_FLAG ", (%%esp)\n\tmovl %0, %%eax\n\tpopfl\n\tint $0x80"
	             :
	             : "i"(SYS_getpid)
	             : "eax");
}

int main(void)
{
	show_child("int3", int3);
	show_child("int $3", int_3);
	show_child("trap flag", single_step);
	show_child("trap flag and a system call", single_step_call);
	return 0;
}
