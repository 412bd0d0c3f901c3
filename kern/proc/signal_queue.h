// signal_queue.h: queues of pending signals. A thread has one, for signals that tkill sends, and a
// process has one, for all others. The set of pending signals and the list of their descriptions
// change only in signal_queue.c, and always together.
#pragma once

#include "kern.h"
#include "thread/thread.h"
#include <abi/signal.h>

struct account;

typedef uint64_t sigmask_t; // signal n is bit n - 1

// Returns the set with `signo` (1 to 64) alone.
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

// Returns `set`, in the form that programs use (two words of 32 bits), as a mask.
static inline sigmask_t sigset_to_mask(sigset_t set)
{
	return (sigmask_t)set.bits[1] << 32 | set.bits[0];
}

// Returns `mask` in the form that programs use.
static inline sigset_t mask_to_sigset(sigmask_t mask)
{
	return (sigset_t){ { (uint32_t)mask, (uint32_t)(mask >> 32) } };
}

// The signals that an instruction of a program can cause. They are delivered before others, since
// their handlers must see the faulting instruction.
#define FAULT_SIGNALS                                                                          \
	(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGTRAP) | \
	 signal_bit(SIGFPE) | signal_bit(SIGSYS))

// The signals whose codes above 0 have meanings of their own. As the signal of a file such a one
// has the code SI_SIGIO, another one POLL_IN to POLL_HUP.
#define SIGNALS_WITH_CODES (FAULT_SIGNALS | signal_bit(SIGCHLD))

// The facts about a signal that siginfo reports.
struct signal_info {
	int code;       // si_code
	uintptr_t addr; // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP
	union {
		pid_t pid;     // SI_USER, SIGCHLD
		uint32_t band; // of a file (F_SETSIG): what holds now (POLLIN, ...)
	};
	union {
		uid_t uid; // the real user of `pid`
		int fd;    // of a file: the descriptor
	};
	uintptr_t value;      // SI_QUEUE
	int status;           // SIGCHLD
	uint32_t trapno, err; // of a CPU exception, for the handler's context
	uint32_t timer;       // SI_TIMER: which timer sent it (proc/posix_timer.c); else 0
};

// Returns true if a signal with this description is that of a file (F_SETSIG): `band` and `fd`
// hold. As on Linux, so it looks for a child's end too that is not reported by SIGCHLD.
bool signal_is_of_file(int signo, const struct signal_info *info);

// Make `queue` empty, for the first time: what was in it is not freed.
void sigqueue_init(struct signal_queue *queue);

// Add `signo` (1 to 64) to the queue, with a copy of *info; NULL: the kernel is the sender. A
// signal below SIGRTMIN_KERNEL that is pending already is not added again; real-time signals queue.
// SIGKILL has no description. The description of another signal is lost if there is no memory for
// it, if the receiver's `account` has `limit` (RLIMIT_SIGPENDING) descriptions queued or reserved,
// or if all accounts together have 8,192. Standard signals of kill() and of the kernel (code 0 or
// above) are exempt from `limit`. Wakes nobody, and does not ask whether the signal is ignored.
// Caller: holds the lock of the signals of the queue's process (signals.lock).
// Returns 0, also if the signal was pending already; -EAGAIN with nothing added, for a real-time
// signal that needs a description and cannot have one: any but those of kill() and of the kernel.
int sigqueue_add(struct signal_queue *queue, int signo, const struct signal_info *info,
                 struct account *account, uint64_t limit);

// Add `signo` (1 to 31) to the queue without a description: this needs no memory and cannot fail.
// Does nothing if it is pending there already. Wakes nobody. Under the lock of the signals of the
// queue's process.
void sigqueue_add_bare(struct signal_queue *queue, int signo);

// Copy the description number `index` of the queue, 0 for the oldest, to *info_store, and its
// signal to *signo_store. Signals without a description are passed over. Returns true; false, with
// nothing stored, if there are not so many. Under the lock of the signals of the queue's process.
bool sigqueue_peek(const struct signal_queue *queue, uint64_t index, int *signo_store,
                   struct signal_info *info_store);

struct pending_info;

// Returns a description for signals of a timer, to use again and again, which the caller frees by
// sigqueue_release; it counts in `account`, and has a reference on it, until then. NULL if
// `account` has `limit` descriptions queued or reserved, or all accounts 8,192, or if there is no
// memory. Needs no lock.
struct pending_info *sigqueue_reserve(struct account *account, uint64_t limit);

// Free a description that was reserved. It is on no queue.
void sigqueue_release(struct pending_info *pending);

// Like sigqueue_add, with a reserved description, which is on no queue and into which *info is
// copied: this cannot fail, and a standard signal that is pending is added again. Under the lock of
// the signals of the queue's process.
void sigqueue_add_reserved(struct signal_queue *queue, struct pending_info *pending, int signo,
                           const struct signal_info *info);

// Returns true if a reserved description is on a queue: its signal is pending. Under the lock of
// the signals of the queue's process.
bool sigqueue_is_queued(const struct pending_info *pending);

// Take a reserved description out of the queue that it is on, if it is on one; it stays the
// caller's. The signal stays pending only if another description of it is there. Under the lock of
// the signals of the queue's process.
void sigqueue_withdraw(struct pending_info *pending);

// Take the next signal that is not in `blocked` out of the queue: signals of faults first, then the
// smallest number; signals of one number in the order in which they were sent. A reserved
// description only leaves the queue. Caller: holds the lock of the signals of the queue's process.
// Returns the signal, with its description in *info_store (code SI_USER and zeroes if it has none);
// 0, with *info_store unchanged, if there is no such signal.
int sigqueue_take(struct signal_queue *queue, sigmask_t blocked, struct signal_info *info_store);

// Remove all signals of the set `which` from the queue, and free their descriptions; a reserved one
// only leaves the queue. Caller: holds the lock of the signals of the queue's process, or is the
// only one that can reach the queue.
void sigqueue_discard(struct signal_queue *queue, sigmask_t which);

// Returns how many descriptions are queued or reserved in all processes. For tests.
uint32_t sigqueue_total(void);
