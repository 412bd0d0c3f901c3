// clone: where the child's number is stored, also when one of the places is bad.

#include "test.h"
#include <sched.h>

static volatile pid_t parent_tid, child_tid;

static void try(const char *what, volatile pid_t *parent, volatile pid_t *child)
{
	unsigned long flags = SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID;
	int status;
	pid_t pid;

	parent_tid = child_tid = 0;
	pid = syscall(SYS_clone, flags, 0, parent, 0, child);
	if (pid == 0)
		_exit((child_tid == getpid()) + 2 * (parent_tid != 0));
	waitpid(pid, &status, 0);
	say("%s: parent %s, child's exit %d\n", what, parent_tid == pid ? "has it" : "has it not",
	    WEXITSTATUS(status));
}

int main(void)
{
	volatile pid_t *bad = (volatile pid_t *)16;

	try("both", &parent_tid, &child_tid);
	try("no place for the child's", &parent_tid, bad);
	try("no place for the parent's", bad, &child_tid);
	try("no place", bad, bad);
	return 0;
}
