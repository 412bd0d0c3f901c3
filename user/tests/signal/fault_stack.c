// Stacks that end or that are nowhere.

#include "test.h"

static int deep(int n)
{
	volatile char frame[4000];

	frame[0] = (char)n;
	return n == 0 ? 0 : deep(n + 1) + frame[0];
}

static void endless_recursion(void)
{
	deep(1);
}

static void push_to_null(void)
{
	asm volatile("xorl %esp, %esp\n\tpushl %eax");
}

static void push_to_kernel(void)
{
	asm volatile("movl $0xc0001000, %esp\n\tpushl %eax");
}

static void call_on_bad_stack(void)
{
	asm volatile("movl $0x20000000, %esp\n\tcall 1f\n1:");
}

// A system call needs no stack of the program's.
static void system_call_without_stack(void)
{
	asm volatile("xorl %%esp, %%esp\n\t"
	             "movl %0, %%eax\n\t"
	             "int $0x80\n\t"
	             "movl %1, %%eax\n\t"
	             "movl $5, %%ebx\n\t"
	             "int $0x80"
	             :
	             : "i"(SYS_getpid), "i"(SYS_exit_group));
}

// A stack of a megabyte is there when it is wanted.
static void large_frame(void)
{
	volatile char frame[1024 * 1024];
	size_t i;

	for (i = sizeof(frame); i > 0; i -= 4096)
		frame[i - 1] = 1;
}

int main(void)
{
	show_child("endless recursion", endless_recursion);
	show_child("push at 0", push_to_null);
	show_child("push into the kernel", push_to_kernel);
	show_child("call on a bad stack", call_on_bad_stack);
	show_child("system calls without a stack", system_call_without_stack);
	show_child("a frame of a megabyte", large_frame);
	return 0;
}
