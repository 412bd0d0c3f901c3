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

// How many pages the end of the process would free. Caller: holds process_lock.
size_t oom_held_pages(const struct process *process);

// The same with the process's oom_score_adj: who has most is killed first. Caller: holds process_lock.
long oom_points(const struct process *process);

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
