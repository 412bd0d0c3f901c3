// async.h: signals of files (O_ASYNC): blocked, and taken one by one.
#pragma once

#include "test.h"

#include <sys/ioctl.h>

#define REALTIME 40 // a real-time signal that no library uses

// Block the signals that files may send here.
static inline void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGBUS);
	sigaddset(&set, SIGURG);
	sigaddset(&set, REALTIME);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

// Take the next of these signals, waiting `ms` at most. Returns it, or -1.
static inline int take_signal(siginfo_t *info, long ms)
{
	int32_t time[2] = { ms / 1000, ms % 1000 * 1000000 };
	uint64_t set = 1ull << (SIGIO - 1) | 1ull << (SIGUSR1 - 1) | 1ull << (SIGBUS - 1) |
	               1ull << (SIGURG - 1) | 1ull << (REALTIME - 1);

	return (int)syscall(SYS_rt_sigtimedwait, &set, info, time, 8);
}

// Print a signal as it describes itself.
static inline void print_signal(int signo, const siginfo_t *info)
{
	if (info->si_code == SI_KERNEL)
		say("  signal %d, from the kernel, pid %d\n", signo, info->si_pid);
	else
		say("  signal %d, code %d, band 0x%x, fd %d\n", signo, info->si_code,
		    (unsigned int)info->si_band, info->si_fd);
}

// Print all of these signals that are pending.
static inline void show_signals(const char *what)
{
	siginfo_t info;
	int signo, count = 0;

	say("%s:\n", what);
	for (; (signo = take_signal(&info, 0)) > 0; count++)
		print_signal(signo, &info);
	if (!count)
		say("  none\n");
}

// Let `fd` send `signo` (0: SIGIO) to this process when it is ready.
static inline void signal_by(int fd, int signo)
{
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETSIG, signo);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
}
