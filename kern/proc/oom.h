// oom.h: out of memory: a page fault needs a page and none is free.
//
// A call that needs memory returns -ENOMEM. A fault cannot: the program is in the middle of an
// instruction. So the kernel kills the process that holds most memory, and the faulting thread
// waits until that process has ended. The measure is all that a process holds (kern/README.md, "What a
// process holds"). /proc/PID/oom_score_adj shifts it, as on Linux
// (proc_pid_oom_score_adj(5)).
#pragma once

#include "kern.h"

struct process;

// The range of /proc/PID/oom_score_adj, in thousandths of all memory. A process with the smallest
// value is killed only if there is no other.
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

// The result of measuring a process.
struct oom_measure {
	pid_t pid;
	uint64_t serial; // as in struct process: the number may name another process later
	size_t pages;    // pages that it holds
	long points;     // `pages` shifted by oom_score_adj: the process with most is killed
	int adj;         // oom_score_adj
	bool has_memory; // has an address space: is not init, and has not ended
};

// Begin to measure processes; only one thread does at any time, since things are marked as counted
// (mem/held.h): sleep until the others have ended. `choice`: to choose a victim, which comes before
// the reading of /proc/PID/oom_score; at most one thread does it. A signal, even SIGKILL, does not
// end the sleep. The caller must call oom_measure_end. Sleeps. Caller: holds no lock.
void oom_measure_begin(bool choice);

// End the measuring that oom_measure_begin(choice) began, with the same `choice`: another thread
// may measure. Takes process_lock. Does not sleep.
void oom_measure_end(bool choice);

// Measure process `pid`, any number, perhaps of a zombie. What has been counted in an earlier call
// counts again. Yields. Caller: holds no lock, and is between oom_measure_begin and
// oom_measure_end.
// Returns 0 with the measure in *store, in pages of 4 KiB, with those of its zombie children, and
// at most all usable memory; -ESRCH, with *store unchanged, if there is no such process.
int oom_measure(pid_t pid, struct oom_measure *store);

// Register /proc/PID/oom_score and oom_score_adj (procfs_oom.c). Once, at boot.
void oom_files_init(void);

// Register the hooks of vm/ and thread/. Once, at boot.
void oom_init(void);

// Look for memory that nobody can use any more, before a process is killed, and free it. Returns
// true if there was any. NULL: nothing is registered. Registered by ipc/, which lies above this
// layer. Called with no lock held; yields.
extern bool (*oom_reclaim_hook)(void);

// Let oom_killed_watched answer for process `pid`. Once, for the first program, before it can have
// ended.
void oom_watch(pid_t pid);

// Returns true if the process of oom_watch has ended by SIGKILL after the kernel had chosen it as a
// victim of lack of memory; false as long as it lives, or without oom_watch.
bool oom_killed_watched(void);

// Note that `process` has become a zombie and has released its memory; called for every process,
// once. If it was a victim: count one victim less, wake the threads that wait for a victim to end,
// and record it for oom_killed_watched (process->exit_status is set). Caller: holds process_lock.
void oom_process_ended(const struct process *process);
