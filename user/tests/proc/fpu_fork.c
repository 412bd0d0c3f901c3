// The registers of the FPU and SSE belong to a thread: fork and clone copy them, switching keeps them,
// and a new program starts with fresh ones.

#include "thread.h"
#include <abi/ldt.h>
#include <sys/auxv.h>

struct state {
	unsigned short control;
	unsigned int mxcsr;
	double top;
	unsigned int xmm[4];
};

static void load(const struct state *state)
{
	asm volatile("fninit\n\t"
	             "fldcw %0\n\t"
	             "ldmxcsr %1\n\t"
	             "fldl %2\n\t"
	             "movups %3, %%xmm5"
	             :
	             : "m"(state->control), "m"(state->mxcsr), "m"(state->top), "m"(state->xmm));
}

static struct state store(void)
{
	struct state state;

	memset(&state, 0, sizeof(state));
	asm volatile("fnstcw %0\n\t"
	             "stmxcsr %1\n\t"
	             "fstl %2\n\t"
	             "movups %%xmm5, %3"
	             : "=m"(state.control), "=m"(state.mxcsr), "=m"(state.top), "=m"(state.xmm));
	return state;
}

static bool same(const struct state *a, const struct state *b)
{
	return a->control == b->control && a->mxcsr == b->mxcsr && a->top == b->top &&
	       memcmp(a->xmm, b->xmm, sizeof(a->xmm)) == 0;
}

static struct state make(unsigned int n)
{
	return (struct state){ .control = n & 1 ? 0x027f : 0x0f7f,
		               .mxcsr = n & 1 ? 0x1f80 : 0x7f80,
		               .top = n * 1.25,
		               .xmm = { n, ~n, n * n, n ^ 0xdeadbeef } };
}

// Compute for a while without a system call, so that only the clock switches processes.
static void spin(void)
{
	volatile unsigned int i;

	for (i = 0; i < 3000000; i++)
		;
}

static int keep(unsigned int n)
{
	struct state wanted = make(n), got;
	int i;

	load(&wanted);
	for (i = 0; i < 10; i++) {
		spin();
		got = store();
		if (!same(&wanted, &got))
			return 1;
	}
	return 0;
}

// What the new thread has found in its registers.
static struct state found;

static void look(void *arg)
{
	(void)arg;
	found = store();
}

// A thread gets the registers too, also one with thread-local storage, as C libraries make them.
static void threads(void)
{
	static const unsigned long flags[] = { 0, CLONE_SETTLS };
	static char stack[THREAD_STACK];
	struct state mine = make(6);
	struct user_desc desc = { .entry_number = (unsigned int)-1,
		                  .limit = 0xfffff,
		                  .seg_32bit = 1,
		                  .limit_in_pages = 1,
		                  .useable = 1 };

	show("a segment", syscall(SYS_set_thread_area, &desc));
	for (size_t i = 0; i < COUNT(flags); i++) {
		struct test_thread thread = { .tid = -1 };
		volatile int tid;
		long result;

		load(&mine);
		result = clone_raw(THREAD_FLAGS | flags[i], stack + THREAD_STACK, look, NULL, &tid,
		                   &desc, &thread.tid);
		if (result < 0)
			no_thread(result);
		join_thread(&thread);
		check(flags[i] ? "a thread with storage of its own has them" : "a thread has them",
		      same(&mine, &found));
	}
}

int main(int argc, char **argv)
{
	char *new_argv[] = { "second", "x", NULL };
	struct state mine = make(7), got;
	int status, i;
	pid_t pid;

	if (argc > 1) {
		got = store();
		say("%s program: control 0x%x, MXCSR 0x%x\n", argv[0], got.control, got.mxcsr);
		return 0;
	}
	load(&mine);
	pid = syscall(SYS_fork);
	got = store();
	if (pid == 0)
		_exit(!same(&mine, &got));
	check("the parent keeps its registers over fork", same(&mine, &got));
	waitpid(pid, &status, 0);
	show_status("the child has them too", status);

	for (i = 0; i < 4; i++) {
		if (fork() == 0)
			_exit(keep((unsigned int)i));
	}
	while (wait(&status) > 0)
		show_status("one of several at the same time", status);
	threads();
	mine = make(4);
	load(&mine);
	execve((char *)getauxval(AT_EXECFN), new_argv, NULL);
	return 1;
}
