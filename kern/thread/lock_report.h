// lock_report.h: what panics and the monitor say about locks and sleeping threads: which thread
// holds which lock, where the lock was taken, and in which function a thread sleeps.
#pragma once

#include "kern.h"

struct spinlock;
struct thread;

// A sleeping lock that a thread holds.
struct lock_taken {
	const char *name;
	uintptr_t returns; // the return address of the call that has taken it
};

// Panic with the name of the lock, the threads and the places when a spinlock is taken twice. Once,
// at boot.
void lock_report_init(void);

// Write the place of a code address, file and line or function, into text[size]. `returns`: it is a
// return address.
void place_format(char *text, size_t size, uintptr_t address, bool returns);

// Write which sleeping locks a thread holds, and where it has taken them, into text[size]: an empty
// text if it holds none. Only debug builds know.
void locks_format(char *text, size_t size, const struct thread *thread);

// Write what a sleeping thread waits for into text[size]: the function that sleeps, and for how
// long already.
void wait_format(char *text, size_t size, const struct thread *thread);

// Write which thread waits for a sleeping lock, and in which function, into text[size]: an empty text
// if none does. Of several threads it names the oldest. Takes no lock.
void lock_waiter_format(char *text, size_t size);

// Call `show` for every thread. Takes no lock: for the monitor, while the machine stands still.
void threads_show(void (*show)(struct thread *thread, void *arg), void *arg);

// Returns the frame pointer with which a thread that does not run called context_switch: the start
// of its backtrace.
uintptr_t thread_frame_pointer(const struct thread *thread);
