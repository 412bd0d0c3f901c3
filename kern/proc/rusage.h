// rusage.h: what a process has used: processor time, faults, switches; and its niceness.
#pragma once

#include "kern.h"
#include "thread/cputime.h"
#include <abi/resource.h>

struct process;

struct usage {
	struct cpu_use cpu;
	uint32_t faults;           // page faults; none reads from a device
	uint32_t waits, preempted; // how often it gave up the CPU, and how often it had to
	size_t peak_pages;         // the most pages that it had in memory
};

// Add `more` to `sum`; of the peaks the larger counts.
void usage_add(struct usage *sum, const struct usage *more);

// Fill *usage with what `thread` has used; its peak is 0.
void usage_of_thread(const struct thread *thread, struct usage *usage);

// Fill *usage with what all threads of `process` have used, those that have ended included. Caller:
// holds process_lock.
void usage_of_process(struct process *process, struct usage *usage);

// The current thread is the last of `process` and ends: keep what it has used. Caller: holds
// process_lock.
void usage_thread_ends(struct process *process);

// The current process is about to leave its space: keep how large it was. Whoever had few faults had few
// pages: then what ticks have seen is enough. Caller: holds no spinlock.
void usage_space_ends(struct process *process);

// Returns `usage` as getrusage() reports it; `before` as for cputime_report.
struct rusage usage_report(const struct usage *usage, struct cpu_time *before);

// Read a clock of processor time, an id below 0 or CLOCK_PROCESS_CPUTIME_ID or CLOCK_THREAD_CPUTIME_ID.
// Returns 0, or -EINVAL where there is no such clock, process or thread.
int cpu_clock_read(int clock, uint64_t *ns_store);

// Sleep until the clock shows `deadline`. Returns 0; -EINVAL as above; -EINTR; for a thread's clock
// -EINVAL, or -EOPNOTSUPP for CLOCK_THREAD_CPUTIME_ID.
int cpu_clock_sleep(int clock, uint64_t deadline);

// Look at each tick of the timer how much processor time the current process has used. Once, at boot.
void usage_init(void);
