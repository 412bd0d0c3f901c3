// alive.c: processes that send each other random signals, which they block, ignore, handle or not, and
// that live on when the machine ends: so the audit sees lists of pending signals, stopped processes and
// sleepers. Each process's signals depend on nothing but the seed.

#include "fuzz.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALIVE 8
#define SIGNALS 200 // that each of them sends

struct group {
	volatile int pid[ALIVE];
	volatile uint32_t sent[ALIVE]; // signals that each has sent
};

static struct group *group;

static void nothing(int signo)
{
	(void)signo;
}

static sigset_t any_set(uint32_t *state)
{
	return (sigset_t){ { random_word(state) | random_word(state),
		             random_word(state) | random_word(state) } };
}

static void change_action(uint32_t *state)
{
	static void (*const handlers[])(int) = { SIG_IGN, nothing, nothing, SIG_DFL };
	struct sigaction action = { .sa_handler = handlers[below(state, 4)] };
	int signo = 1 + (int)below(state, NSIG - 1);

	if (action.sa_handler == SIG_DFL && signo != SIGCHLD && signo != SIGTSTP)
		action.sa_handler = nothing; // few are to die
	action.sa_flags = random_word(state) & (SA_RESTART | SA_NODEFER);
	if (one_in(state, 40))
		action.sa_flags |= SA_RESETHAND;
	action.sa_mask = any_set(state);
	sigaction(signo, &action, NULL);
}

static void send_one(uint32_t *state)
{
	int pid = group->pid[below(state, ALIVE)];
	int signo = (int)raw_value('g', state);

	if (pid <= 0 || signo == SIGKILL)
		return;
	if (one_in(state, 2))
		kill(pid, signo);
	else
		syscall(SYS_tkill, pid, signo);
	if (signo == SIGSTOP && !one_in(state, 8))
		kill(pid, SIGCONT);
}

static void live(uint32_t self)
{
	struct rlimit limit = { 40, 100 };
	uint32_t state;
	sigset_t set;

	random_start(&state, master_seed ^ self << 24);
	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, nothing);
	if (self == 0)
		setrlimit(RLIMIT_SIGPENDING, &limit);
	for (uint32_t i = 0; i < SIGNALS; i++) {
		if (one_in(&state, 8)) {
			set = any_set(&state);
			sigprocmask(SIG_SETMASK, &set, NULL);
		}
		if (one_in(&state, 4))
			change_action(&state);
		send_one(&state);
		group->sent[self]++;
		if (one_in(&state, 16))
			sched_yield();
	}
	for (;;)
		syscall(SYS_pause);
}

// How many signals all have sent: it stands still when each is done, dead or stopped.
static uint32_t sum(void)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < ALIVE; i++)
		total += group->sent[i];
	return total;
}

void leave_alive(void)
{
	uint32_t before = 0;

	group = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (group == MAP_FAILED)
		return;
	for (uint32_t i = 0; i < ALIVE; i++) {
		int pid = fork();

		if (pid == 0)
			live(i);
		group->pid[i] = pid;
	}
	do {
		before = sum();
		for (int i = 0; i < 2 * ALIVE; i++)
			sched_yield();
	} while (sum() != before);
}
