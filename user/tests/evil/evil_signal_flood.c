// limit: 20
// Real-time signals, sent without end to processes that block them: what the kernel keeps of them has a
// bound, whatever RLIMIT_SIGPENDING allows, and goes with their processes. Other processes still get their signals.

#include "evil.h"
#include <sys/resource.h>

#define PROCESSES 4
#define SIGNALS 6000
#define MAX_MIB 1

static void block_all(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void flood(int i)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned long before;
	pid_t pids[PROCESSES];
	int refused = 0;

	(void)i;
	setrlimit(RLIMIT_SIGPENDING, &limit);
	block_all();
	for (int p = 0; p < PROCESSES; p++) {
		pids[p] = fork_or_end();
		if (pids[p] == 0)
			for (;;)
				syscall(SYS_pause);
	}
	before = free_memory();
	for (int p = 0; p < PROCESSES; p++)
		for (int n = 0; n < SIGNALS; n++)
			if (syscall(SYS_tkill, pids[p], 34 + n % 31))
				refused++;
	check("some are refused", refused > 0);
	check("memory has a bound", before - free_memory() <= MAX_MIB << 20);
	check("kill always comes", kill(pids[0], 40) == 0 && kill(pids[0], SIGUSR1) == 0);
	for (int p = 0; p < PROCESSES; p++) {
		kill(pids[p], SIGCONT);
		kill(pids[p], SIGTSTP);
		kill(pids[p], SIGKILL);
		waitpid(pids[p], NULL, 0);
	}
}

int main(void)
{
	show_leak(flood, 1, 2);
	check("alive", getpid() > 0);
	return 0;
}
