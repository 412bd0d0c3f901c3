// clone3: which arguments it admits.

#include "../thread.h"

struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup, more;
};

static char stack[4096];

static void try(const char *what, struct args args, size_t size)
{
	long pid = raw(SYS_clone3, (long)&args, (long)size, 0, 0, 0);
	int status;

	if (pid == 0)
		raw(SYS_exit, 3, 0, 0, 0, 0);
	if (pid < 0) {
		say("%s: %s\n", what, raw_error(pid));
		return;
	}
	waitpid((pid_t)pid, &status, WALL);
	show_status(what, status);
}

int main(void)
{
	volatile int child_tid = -1, parent_tid = -1;

	try("like fork", (struct args){ .exit_signal = SIGCHLD }, 64);
	try("no signal", (struct args){ .flags = 0 }, 64);
	try("a longer struct", (struct args){ .exit_signal = SIGCHLD }, 88);
	try("a shorter struct", (struct args){ .exit_signal = SIGCHLD }, 56);
	try("no struct", (struct args){ .exit_signal = SIGCHLD }, 0);
	try("unknown fields of zeroes", (struct args){ .exit_signal = SIGCHLD }, 96);
	try("unknown fields", (struct args){ .exit_signal = SIGCHLD, .more = 1 }, 96);
	try("more than a page", (struct args){ .exit_signal = SIGCHLD }, 4104);
	try("an exit signal in the flags", (struct args){ .flags = SIGCHLD }, 64);
	try("no such signal", (struct args){ .exit_signal = 65 }, 64);
	try("no such signal at all", (struct args){ .exit_signal = 1ull << 32 }, 64);
	try("unknown flags", (struct args){ .flags = 1ull << 40, .exit_signal = SIGCHLD }, 64);
	try("detached", (struct args){ .flags = 0x00400000, .exit_signal = SIGCHLD }, 64);
	try("a thread with a signal",
	    (struct args){ .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
	                   .exit_signal = SIGCHLD },
	    64);
	try("a sibling with a signal",
	    (struct args){ .flags = CLONE_PARENT, .exit_signal = SIGCHLD }, 64);
	try("handlers alone", (struct args){ .flags = CLONE_SIGHAND, .exit_signal = SIGCHLD }, 64);
	try("handlers kept and cleared",
	    (struct args){ .flags = CLONE_SIGHAND | CLONE_VM | 0x100000000ull,
	                   .exit_signal = SIGCHLD },
	    64);
	try("handlers cleared", (struct args){ .flags = 0x100000000ull, .exit_signal = SIGCHLD },
	    64);
	try("a stack without a size",
	    (struct args){ .stack = (uintptr_t)stack, .exit_signal = SIGCHLD }, 64);
	try("a size without a stack",
	    (struct args){ .stack_size = sizeof(stack), .exit_signal = SIGCHLD }, 64);
	try("a stack",
	    (struct args){ .stack = (uintptr_t)stack,
	                   .stack_size = sizeof(stack),
	                   .exit_signal = SIGCHLD },
	    64);
	try("a stack beyond all addresses",
	    (struct args){ .stack = 1ull << 60, .stack_size = 4096, .exit_signal = SIGCHLD }, 64);
	try("numbers stored",
	    (struct args){ .flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_VFORK |
	                            CLONE_VM,
	                   .child_tid = (uintptr_t)&child_tid,
	                   .parent_tid = (uintptr_t)&parent_tid,
	                   .exit_signal = SIGCHLD,
	                   .stack = (uintptr_t)stack,
	                   .stack_size = sizeof(stack) },
	    64);
	check("the same in both places", child_tid > 0 && child_tid == parent_tid);
	say("a bad address: %s\n", raw_error(raw(SYS_clone3, 16, 64, 0, 0, 0)));
	return 0;
}
