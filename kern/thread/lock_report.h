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

// From now on, panic with the name of the lock, the threads and the places when a spinlock is taken
// that is not free, or (debug builds) that is taken in the wrong order. Once, at boot.
void lock_report_init(void);

// Write the place of a code address into text[size] (size > 0), with a NUL, cut to what fits: file
// and line, or function and offset if the line is not known, or "?". `returns`: it is a return
// address, so the place is that of the call. Takes no lock.
void place_format(char *text, size_t size, uintptr_t address, bool returns);

// Write which sleeping locks a thread holds, and where it has taken them, into text[size] (size >
// 0), with a NUL, cut to what fits: an empty text if it holds none, and always in normal builds,
// which do not know. Does not name spinlocks. Takes no lock.
void locks_format(char *text, size_t size, const struct thread *thread);

// Write what a sleeping thread waits for into text[size], with a NUL, cut to what fits: the
// function that sleeps ("?" if its stack does not show it), and for how many seconds already, with
// three decimals (clock_since). Takes no lock. Caller: `thread` sleeps.
void wait_format(char *text, size_t size, const struct thread *thread);

// Write which thread waits for a sleeping lock, and in which function, into text[size] (size > 0),
// with a NUL, cut to what fits: an empty text if none does. Of several threads it names the one
// that was started first. Works in normal builds too: the stacks show it. Takes no lock.
void lock_waiter_format(char *text, size_t size);

// Call `show(thread, arg)` for every thread, the idle thread too, in the order in which they were
// started. Takes no lock: for the monitor, while the machine stands still.
void threads_show(void (*show)(struct thread *thread, void *arg), void *arg);

// Returns the frame pointer with which `thread` called context_switch: the start of its backtrace;
// 0 if its stack cannot be read, or if the thread has not run yet. The thread must not be the
// current one: the result would be of an earlier switch.
uintptr_t thread_frame_pointer(const struct thread *thread);
