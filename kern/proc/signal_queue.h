// signal_queue.h: queues of pending signals. A thread has one (signals sent by tkill), and so has a
// process (all others). The set of pending signals and the list of their descriptions are changed
// only in signal_queue.c, and always together.
#pragma once

#include "kern.h"
#include "thread/thread.h"
#include <abi/signal.h>

typedef uint64_t sigmask_t; // signal n is bit n - 1

static inline sigmask_t signal_bit(int signo)
{
	return 1ull << (signo - 1);
}

// Returns true if `signo` is in the set *mask. Cheaper than a shift of 64 bits.
static inline bool sigmask_has(const sigmask_t *mask, int signo)
{
	const uint32_t *words = (const uint32_t *)mask;
	uint32_t bit = (uint32_t)signo - 1;

	return words[bit / 32] >> bit % 32 & 1;
}

static inline sigmask_t sigset_to_mask(sigset_t set)
{
	return (sigmask_t)set.bits[1] << 32 | set.bits[0];
}

static inline sigset_t mask_to_sigset(sigmask_t mask)
{
	return (sigset_t){ { (uint32_t)mask, (uint32_t)(mask >> 32) } };
}

// The signals that an instruction of the program can cause. They are delivered before others.
#define FAULT_SIGNALS                                                                          \
	(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGTRAP) | \
	 signal_bit(SIGFPE) | signal_bit(SIGSYS))

// What siginfo reports of a signal.
struct signal_info {
	int code;             // si_code
	uintptr_t addr;       // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP
	pid_t pid;            // SI_USER, SIGCHLD
	int status;           // SIGCHLD
	uint32_t trapno, err; // of a CPU exception, for the handler's context
};

void sigqueue_init(struct signal_queue *queue);

// Add `signo` (1 to 64) to the queue; `info` NULL: the kernel is the sender. A signal below
// SIGRTMIN_KERNEL that is pending already is not added again; real-time signals queue. The
// description of a signal is lost if there is no memory for it, or if `limit` (RLIMIT_SIGPENDING)
// descriptions are queued already, as on Linux: standard signals of kill() and of the kernel do not
// obey the limit. Caller: holds the lock of the queue's process.
// Returns 0, or -EAGAIN for a real-time signal that is to be described and cannot be.
int sigqueue_add(struct signal_queue *queue, int signo, const struct signal_info *info,
                 uint64_t limit);

// Take the next signal that is not in `blocked` out of the queue: faults first, then the smallest
// number; signals of one number in the order in which they were sent. Caller: holds the lock of the
// queue's process. Returns the signal, with its description in *info_store, or 0 for none.
int sigqueue_take(struct signal_queue *queue, sigmask_t blocked, struct signal_info *info_store);

// Remove all signals of the set `which` from the queue. Caller: holds the lock of the queue's
// process, or is the only one who knows the queue.
void sigqueue_discard(struct signal_queue *queue, sigmask_t which);

// How many descriptions are queued in all processes.
uint32_t sigqueue_total(void);
