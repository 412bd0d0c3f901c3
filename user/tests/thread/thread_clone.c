// Threads share the memory, the descriptors and the number of their process, and have a number of
// their own. clone admits only flags that fit together.

#include "../thread.h"

static volatile int seen_pid, seen_tid, seen_parent, descriptor, word;

static void look(void *arg)
{
	seen_pid = getpid();
	seen_tid = own_tid();
	seen_parent = getppid();
	descriptor = open("/", O_RDONLY);
	word = *(int *)arg;
}

static void flags(const char *what, unsigned long flags)
{
	char *stack = mmap(NULL, THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0);
	volatile int tid = -1, value = 5;
	long result = clone_raw(flags | CLONE_CHILD_CLEARTID, stack + THREAD_STACK, look,
	                        (void *)&value, NULL, NULL, &tid);

	say("%s: %s\n", what, result > 0 ? "works" : raw_error(result));
	if (result <= 0)
		return;
	if (flags & CLONE_THREAD)
		sleep_ms(20);
	else
		waitpid((pid_t)result, NULL, WALL);
}

int main(void)
{
	struct test_thread one = { 0 };
	int value = 42, tid = start_thread(&one, 0, look, &value);

	join_thread(&one);
	check("the thread has the process's number", seen_pid == getpid());
	check("and its own", seen_tid == tid && tid != getpid());
	check("and the process's parent", seen_parent == getppid());
	check("the first thread's number is the process's", own_tid() == getpid());
	check("memory is shared", word == 42);
	show("descriptors are shared: close", close(descriptor));
	show("nobody waits for a thread", waitpid(tid, NULL, WALL));
	flags("thread, handlers, memory", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM);
	flags("thread and memory", CLONE_THREAD | CLONE_VM);
	flags("thread and handlers", CLONE_THREAD | CLONE_SIGHAND);
	flags("handlers", CLONE_SIGHAND | SIGCHLD);
	flags("handlers and memory", CLONE_SIGHAND | CLONE_VM | SIGCHLD);
	flags("memory", CLONE_VM | SIGCHLD);
	flags("memory and vfork", CLONE_VM | CLONE_VFORK | SIGCHLD);
	flags("a thread and vfork", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_VFORK);
	flags("files alone", CLONE_FILES | SIGCHLD);
	flags("no signal", CLONE_VM);
	flags("untraced, detached, io, ptrace",
	      CLONE_VM | CLONE_UNTRACED | 0x00400000 | CLONE_IO | 0x00002000 | SIGCHLD);
	return 0;
}
