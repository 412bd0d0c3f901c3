// Sending and catching signals. Sets are those of the kernel: 64 signals.

#include "restore.h"
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int kill(pid_t pid, int signo)
{
	return syscall(SYS_kill, pid, signo);
}

int raise(int signo)
{
	return syscall(SYS_tgkill, getpid(), gettid(), signo);
}

// Set a signal's action. A handler returns to one of the two restorers, which make the call that
// takes the kernel's frame off the stack.
int sigaction(int signo, const struct sigaction *restrict action, struct sigaction *restrict old)
{
	struct sigaction ours;

	if (action) {
		ours = *action;
		ours.sa_flags |= SA_RESTORER;
		ours.sa_restorer = action->sa_flags & SA_SIGINFO ? restore_rt : restore_plain;
		action = &ours;
	}
	return syscall(SYS_rt_sigaction, signo, action, old, sizeof(sigset_t));
}

void (*signal(int signo, void (*handler)(int)))(int)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct sigaction old;

	return sigaction(signo, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return syscall(SYS_rt_sigprocmask, how, set, old, sizeof(sigset_t));
}

int sigpending(sigset_t *set)
{
	return syscall(SYS_rt_sigpending, set, sizeof(sigset_t));
}

int sigsuspend(const sigset_t *mask)
{
	return syscall(SYS_rt_sigsuspend, mask, sizeof(sigset_t));
}

int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
	return syscall(SYS_sigaltstack, stack, old);
}

int pause(void)
{
	return syscall(SYS_pause);
}

int sigemptyset(sigset_t *set)
{
	*set = (sigset_t){ { 0, 0 } };
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = (sigset_t){ { ~0u, ~0u } };
	return 0;
}

// The word of a set that has the signal's bit; NULL when there is no such signal.
static uint32_t *set_word(sigset_t *set, int signo, uint32_t *bit_store)
{
	unsigned int index = (unsigned int)signo - 1;

	if (index >= NSIG - 1) {
		errno = EINVAL;
		return NULL;
	}
	*bit_store = 1u << index % 32;
	return &set->bits[index / 32];
}

int sigaddset(sigset_t *set, int signo)
{
	uint32_t bit, *word = set_word(set, signo, &bit);

	if (!word)
		return -1;
	*word |= bit;
	return 0;
}

int sigdelset(sigset_t *set, int signo)
{
	uint32_t bit, *word = set_word(set, signo, &bit);

	if (!word)
		return -1;
	*word &= ~bit;
	return 0;
}

int sigismember(const sigset_t *set, int signo)
{
	sigset_t copy = *set;
	uint32_t bit, *word = set_word(&copy, signo, &bit);

	if (!word)
		return -1;
	return (*word & bit) != 0;
}
