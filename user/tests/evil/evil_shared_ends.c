// limit: 10
// Processes in one address space that end, execute another program, are killed, or take the space
// apart, each while the others go on.

#include "evil.h"

static char stacks[4][8192] __attribute__((aligned(16)));
static volatile int running;

static void end_soon(void)
{
	sleep_ms(1);
}

static void execute(void)
{
	sleep_ms(1);
	run_true();
}

static void run_on(void)
{
	for (;;)
		running++;
}

static void unmap_everything(void)
{
	sleep_ms(1);
	syscall(SYS_munmap, 0, ULIM);
}

static void fault(void)
{
	sleep_ms(1);
	evil_fault();
}

static void fork_inside(void)
{
	if (fork() == 0)
		_exit(0);
	wait(NULL);
}

static void try_pair(void (*first)(void), void (*second)(void))
{
	pid_t pid = share_space(first, stacks[0] + 8192, CLONE_VM | SIGCHLD);

	share_space(second, stacks[1] + 8192, CLONE_VM | SIGCHLD);
	share_space(fork_inside, stacks[2] + 8192, CLONE_VM | CLONE_VFORK | SIGCHLD);
	sleep_ms(3);
	kill(pid, SIGKILL);
	_exit(0);
}

int main(void)
{
	static void (*const kinds[])(void) = { end_soon, execute, run_on, unmap_everything, fault };

	evil_begin();
	for (size_t first = 0; first < COUNT(kinds); first++) {
		for (size_t second = 0; second < COUNT(kinds); second++) {
			pid_t pid = fork();
			int status;

			if (pid == 0)
				try_pair(kinds[first], kinds[second]);
			waitpid(pid, &status, 0);
			say(" %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
			kill(-1, SIGKILL); // who still runs
			sleep_ms(1);
		}
		say("\n");
	}
	return evil_end();
}
