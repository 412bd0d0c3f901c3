// CLONE_SETTLS chooses no entry by itself, unlike set_thread_area. The slack of timers belongs to a thread;
// a new thread or process has that of its maker, as its default too.

#include "../thread.h"
#include <abi/ldt.h>
#include <abi/prctl.h>
#include <signal.h>
#include <sys/wait.h>

static void leave(void *arg)
{
	(void)arg;
	raw(SYS_exit, 0, 0, 0, 0, 0);
}

static long slack(void)
{
	return raw(SYS_prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

static void set_slack(long value)
{
	raw(SYS_prctl, PR_SET_TIMERSLACK, value, 0, 0, 0);
}

static void in_thread(void *arg)
{
	(void)arg;
	print("a thread's", slack());
	set_slack(3000);
	print("set", slack());
	set_slack(0);
	print("its default", slack());
	set_slack(3000);
}

int main(void)
{
	static struct test_thread thread;
	static char stack[THREAD_STACK];
	struct user_desc desc = { .entry_number = (unsigned int)-1,
		                  .limit = 0xfffff,
		                  .seg_32bit = 1,
		                  .limit_in_pages = 1,
		                  .useable = 1 };

	print("entry -1", clone_raw(CLONE_SETTLS | SIGCHLD | CLONE_VM | CLONE_VFORK,
	                            stack + sizeof(stack), leave, NULL, NULL, &desc, NULL));
	desc.entry_number = 3;
	print("entry 3", clone_raw(CLONE_SETTLS | SIGCHLD | CLONE_VM | CLONE_VFORK,
	                           stack + sizeof(stack), leave, NULL, NULL, &desc, NULL));
	print("set_thread_area", raw(SYS_set_thread_area, (long)&desc, 0, 0, 0, 0));
	print("slack", slack());
	set_slack(2000);
	start_thread(&thread, 0, in_thread, NULL);
	join_thread(&thread);
	print("after the thread's change", slack());
	if (fork_or_end() == 0) {
		print("a child's", slack());
		set_slack(0);
		print("its default", slack());
		_exit(0);
	}
	wait(NULL);
	set_slack(0);
	print("the default", slack());
	return 0;
}
