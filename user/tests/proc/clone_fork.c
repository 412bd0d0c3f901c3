// clone as C libraries call it for fork: the child's id is stored in both processes, and cleared
// when the child ends.

#include "test.h"
#include <sched.h>

int main(void)
{
	int child_id = -1, parent_id = -1, status;
	pid_t pid;

	pid = syscall(SYS_clone,
	              CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | SIGCHLD,
	              NULL, &parent_id, NULL, &child_id);
	if (pid == 0) {
		check("the child finds its id", child_id == getpid());
		_exit(2);
	}
	waitpid(pid, &status, 0);
	show_status("child", status);
	check("the parent too", parent_id == pid);
	check("in its own memory the child's is not there", child_id == -1);
	pid = syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0);
	show("threads need shared handlers", pid);
	pid = syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0);
	show("handlers need shared memory", pid);
	return 0;
}
