// helper
// Leaves a machine behind in which a process traces others: grade/self/test_audit_ptrace.py looks at its
// memory. Processes 3 to 6 are tracees, and 7 is the tracer.
//
//	3  steps, and is stopped; its thread 4 has ended, and its tracer has not waited for it
//	5  has ended; its parent, process 1, does not learn of it before the tracer
//	6  was traced, and is no more
#include "ptrace.h"
#include "thread.h"

static volatile int *shared; // 0: the number of the thread of 3; 1: it must end; 2: the tracer is ready

static void wait_and_end(void *arg)
{
	(void)arg;
	word_wait(&shared[1], 0);
}

static void sleep_ever(void)
{
	for (;;)
		syscall(SYS_pause);
}

static pid_t victim(bool with_thread)
{
	static struct test_thread thread;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		if (with_thread)
			word_set(&shared[0], start_thread(&thread, 0, wait_and_end, NULL));
		while (with_thread)
			syscall(SYS_sched_yield); // a step over a call that sleeps would not end
		sleep_ever();
	}
	return pid;
}

static void trace(pid_t steps, pid_t dies, pid_t left)
{
	int status;

	must(SEIZE, steps, 0, 0);
	must(SEIZE, shared[0], 0, 0);
	must(SEIZE, dies, 0, 0);
	must(SEIZE, left, 0, 0);
	must(INTERRUPT, steps, 0, 0);
	waitpid(steps, &status, 0x40000000);
	must(SINGLESTEP, steps, 0, 0);
	waitpid(steps, &status, 0x40000000);
	must(INTERRUPT, left, 0, 0);
	waitpid(left, &status, 0x40000000);
	must(DETACH, left, 0, 0);
	kill(dies, SIGKILL);
	syscall(SYS_waitid, P_PID, dies, NULL, WEXITED | WNOWAIT, NULL);
	word_set(&shared[1], 1);
	syscall(SYS_waitid, P_PID, shared[0], NULL, WEXITED | WNOWAIT | 0x40000000, NULL);
	word_set(&shared[2], 1);
	sleep_ever();
}

int main(void)
{
	pid_t steps, dies, left;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	steps = victim(true);
	word_wait(&shared[0], 0);
	dies = victim(false);
	left = victim(false);
	if (fork_or_end() == 0)
		trace(steps, dies, left);
	word_wait(&shared[2], 0);
	return 0;
}
