// rusage.h: the resources that a process has used: processor time, page faults, switches. And the
// clocks of processor time.
#pragma once

#include "kern.h"
#include "thread/cputime.h"
#include <abi/resource.h>

struct process;

struct usage {
	struct cpu_use cpu;
	uint32_t faults;           // page faults; all are minor: none reads from a device
	uint32_t waits, preempted; // how often it gave up the CPU, and how often it lost it
	size_t peak_pages;         // the most pages that it had in memory at one time
};

// Add `more` to `sum`. The peak becomes the larger of the two peaks.
void usage_add(struct usage *sum, const struct usage *more);

// Fill *usage with what `thread` has used. The peak is 0, since a thread has no memory of its own.
// The caller keeps `thread` alive: it is the current one, or process_lock is held.
void usage_of_thread(const struct thread *thread, struct usage *usage);

// Fill *usage with what all threads of `process`, perhaps a zombie, have used, also those that have
// ended; not its children. Caller: holds process_lock.
void usage_of_process(struct process *process, struct usage *usage);

// Add what the current thread, which ends, has used to process->ended. Caller: holds
// process_lock.
void usage_thread_ends(struct process *process);

// Record in process->ended the peak of the space of `process`, the current one, which is about to
// leave it. Does nothing without a space. A process with few faults had few pages, so what the
// ticks have seen is enough for it. Caller: holds no spinlock.
void usage_space_ends(struct process *process);

// Returns `usage` in the form of getrusage(2): ru_maxrss in KiB, times in microseconds. `before`:
// the times that were reported last for the same process or thread; becomes those of this report,
// so that reported times never fall (cputime_report).
struct rusage usage_report(const struct usage *usage, struct cpu_time *before);

// The parts of the id of a clock of processor time (clock_getcpuclockid(3)): ~pid << 3, a bit that
// says that `pid` is a thread, and the kind of time.
#define CLOCK_ID_PID(clock) ((pid_t)(~(uint32_t)(clock) >> 3))
#define CLOCK_ID_THREAD 4
#define CLOCK_ID_KIND 3 // 0: the program's time and the kernel's, as ticks divide them
#define KIND_USER 1     // the program's time
#define KIND_SCHED 2    // both, exactly

// Read a clock of processor time: CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, or a negative
// id (clock_getcpuclockid(3)), of any process, perhaps a zombie, or of a thread of the current one;
// pid 0 in the id means the current process or thread. Takes process_lock.
// Returns 0 with the time in *ns_store; -EINVAL with 0 there if there is no such clock, process or
// thread.
int cpu_clock_read(int clock, uint64_t *ns_store);

// Returns true if there is such a clock, and its process or thread. Reads no time, so it is quick.
// Caller: holds process_lock.
bool cpu_clock_exists(int clock);

// Like cpu_clock_read, for a caller that has taken process_lock. Returns 0 with the time in
// *ns_store; -EINVAL with 0 there. Caller: holds process_lock.
int cpu_clock_read_locked(int clock, uint64_t *ns_store);

// Replace *clock, a clock of processor time of the current process or of one of its threads (as for
// cpu_clock_read), by the id that names its owner by number. Takes process_lock. Returns 0;
// -EINVAL, with *clock unchanged, for any other clock.
int cpu_clock_of_current(int *clock);

// Sleep until the clock of processor time `clock` has reached `deadline` ns, on the clock; up to a
// tick longer. Does not sleep if it has. Caller: holds no lock. Returns 0; -EOPNOTSUPP for
// CLOCK_THREAD_CPUTIME_ID; -EINVAL for the id of a thread's clock, if there is no such clock or
// process, or no such process any more; -EINTR for a signal, or if the thread must die.
int cpu_clock_sleep(int clock, uint64_t deadline);

// Account the current process's time at each tick of the timer, and check RLIMIT_CPU. Once, at
// boot.
void usage_init(void);
