// oom.h: out of memory: what happens when a page fault needs a page and there is none.
//
// A call that needs memory says ENOMEM. A fault cannot: the program is in the middle of an
// instruction. So the process with most memory is killed, and who faulted waits until it is gone. What
// counts is all that its end would free: resident pages, page tables, areas, open files, pipes; and
// /proc/PID/oom_score_adj, as on Linux (proc_pid_oom_score_adj(5)).
#pragma once

#include "kern.h"

struct process;

// What /proc/PID/oom_score_adj may hold: thousandths of memory. A process with the smallest one is
// killed only where there is no other.
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

// What a process holds, and how likely a victim that makes it.
struct oom_measure {
	pid_t pid;
	uint64_t serial; // see struct process: which one it was that had this number
	size_t pages;    // how many its end would free
	long points;     // the same with oom_score_adj: who has most is killed first
	int adj;         // oom_score_adj
	bool has_memory; // it has an address space: it is not init, and has not ended
};

// Measure the process `pid`. Yields. Caller: holds no lock.
// Returns 0 with the measure in *store; -ESRCH.
int oom_measure(pid_t pid, struct oom_measure *store);

// Register /proc/PID/oom_score and oom_score_adj (procfs_oom.c). Once, at boot.
void oom_files_init(void);

// Register with vm/. Once, at boot.
void oom_init(void);

// From now on remember whether process `pid`, the first program, is killed because memory is gone.
void oom_watch(pid_t pid);

// Returns whether oom_watch's process was killed for that reason, once it has ended.
bool oom_killed_watched(void);

// `process` has become a zombie; its memory is free. Caller: holds process_lock.
void oom_process_ended(const struct process *process);
