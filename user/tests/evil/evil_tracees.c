// Thousands of tracees: a thread ends that traces some while another one traces many; and zombies that
// their tracer does not wait for lie before others that process 1 must reap.
// stretch
// limit: 10
// mem: 256

#include "thread.h"

#include <abi/ptrace.h>

#define FEW 400
#define MANY 3000
#define HIDDEN 2000
#define ORPHANS 300
#define STACK 256

static volatile int *shared; // the numbers of processes

static int seize(long pid)
{
	return raw(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0, 0) == 0;
}

// A process with so many threads that sleep; their numbers are in shared[].
static pid_t crowd(int threads)
{
	static char stacks[FEW + MANY][STACK] __attribute__((aligned(16)));
	pid_t pid;
	int ready[2], ignored;
	char byte;

	pipe(ready);
	pid = fork_or_end();
	if (pid == 0) {
		for (int i = 0; i < threads; i++)
			shared[i] = (int)clone_raw(THREAD_FLAGS, stacks[i] + STACK, sleep_forever,
			                           NULL, &ignored, NULL, &ignored);
		write(ready[1], "", 1);
		sleep_forever(NULL);
	}
	read(ready[0], &byte, 1);
	return pid;
}

static volatile int few; // how many the thread traces, which ends when `many` is set
static volatile int many;

static void trace_few(void *arg)
{
	(void)arg;
	for (int i = 0; i < FEW; i++)
		few += seize(shared[i]);
	word_wait(&many, 0);
}

// The thread's tracees are the oldest: last on the list of the process.
static void end_of_thread(void)
{
	struct test_thread thread = { 0 };
	pid_t pid = crowd(FEW + MANY);
	int others = 0;

	start_thread(&thread, 0, trace_few, NULL);
	while (few < FEW)
		syscall(SYS_sched_yield);
	for (int i = FEW; i < FEW + MANY; i++)
		others += seize(shared[i]);
	say("one thread traces %d, another one %d\n", few, others);
	word_set(&many, others);
	join_thread(&thread);
	show("a wait", waitpid(-1, NULL, WNOHANG | 0x40000000));
	kill(pid, SIGKILL);
	for (int i = FEW; i < FEW + MANY; i++)
		waitpid(shared[i], NULL, 0x40000000);
	show("the process", waitpid(pid, NULL, 0) == pid);
}

// Children of a process that ends; shared[] has their numbers. Each ends at once, or once it is killed.
static pid_t parent_of(int children, bool sleep)
{
	pid_t pid = fork_or_end(), child;

	for (int i = 0; pid == 0 && i < children; i++) {
		child = fork_or_end();
		if (child == 0 && sleep)
			sleep_forever(NULL);
		if (child == 0)
			_exit(0);
		shared[i] = child;
	}
	if (pid == 0)
		sleep_forever(NULL);
	while (!shared[children - 1])
		syscall(SYS_sched_yield);
	return pid;
}

static void end_parent(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

// Process 1 gets zombies that it may not reap, and then others. Reaping these is its work of a moment.
static void hidden_zombies(void)
{
	pid_t pid = parent_of(HIDDEN, true);
	int traced = 0, last;

	for (int i = 0; i < HIDDEN; i++) {
		traced += seize(shared[i]);
		kill(shared[i], SIGKILL);
	}
	last = shared[HIDDEN - 1];
	syscall(SYS_waitid, P_PID, last, NULL, WEXITED | WNOWAIT, NULL);
	end_parent(pid);
	say("%d zombies are traced\n", traced);
	shared[ORPHANS - 1] = 0;
	pid = parent_of(ORPHANS, false);
	end_parent(pid);
	while (kill(shared[ORPHANS - 1], 0) == 0)
		syscall(SYS_sched_yield);
	say("the orphans are gone\n");
	show("a zombie is there", kill(last, 0));
}

int main(void)
{
	shared = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	end_of_thread();
	memset((void *)shared, 0, 65536);
	hidden_zombies();
	return 0;
}
