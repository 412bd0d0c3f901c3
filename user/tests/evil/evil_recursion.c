// limit: 10
// Recursion without end, for several limits of the stack; and a frame larger than the stack.

#include "evil.h"
#include <sys/resource.h>

static volatile int depth;

static int recurse(int n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	depth++;
	return n < 0 ? 0 : recurse(n + 1) + frame[0];
}

static void run_recursion(void)
{
	recurse(0);
}

static void large_frame(void)
{
	asm volatile("subl $0x40000000, %esp\n\tpushl $0");
}

static void one_page_after_the_other(void)
{
	asm volatile("1: subl $4096, %esp\n\tmovl $0, (%esp)\n\tjmp 1b");
}

static void step_over_guard(void)
{
	asm volatile("subl $0x900000, %esp\n\tmovl $0, (%esp)");
}

int main(void)
{
	static const rlim_t limits[] = { 0x2000, 0x10000, 0x100000, 0x800000, 0x1000000 };

	evil_begin();
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit limit = { limits[i], RLIM_INFINITY };

		setrlimit(RLIMIT_STACK, &limit);
		say("stack of %lu KiB: %d %d %d %d\n", limits[i] / 1024,
		    WTERMSIG(run_child(run_recursion)), WTERMSIG(run_child(large_frame)),
		    WTERMSIG(run_child(one_page_after_the_other)),
		    i < 4 ? WTERMSIG(run_child(step_over_guard)) : 0);
	}
	return evil_end();
}
