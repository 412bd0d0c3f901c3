// stop_continue.h: stopping and continuing processes, and process groups that nobody could continue (POSIX,
// "orphaned process group").
#pragma once

#include "kern.h"

struct process;
struct signal_state;

// SIGCONT was sent: whoever is stopped goes on. Caller: holds the lock of `signals`.
void job_continue(struct signal_state *signals);

// SIGKILL was sent: the process is not stopped any more. Caller: holds the lock of `signals`.
void job_kill(struct signal_state *signals);

// Stop the current process, which has taken the stop signal `signo`, until SIGCONT or SIGKILL comes,
// and report both to its parent. Does nothing if SIGCONT has come meanwhile.
void job_stop(int signo);

// Take the report that wait4 with `options` asks for: that the process has stopped or continued.
// Returns true with the status in *status_store; each report is made once.
bool job_take_report(struct signal_state *signals, int options, int *status_store);

// Returns true if the current process's group is orphaned: no member has a parent in another group
// of the same session, who could continue it. Caller: holds no lock.
bool job_group_orphaned(void);

// `process` has ended, and `parent` is its parent; or `parent` ends, and another process has adopted
// `process`. If that orphans the group of `process`, and one of the group is stopped, send SIGHUP and
// SIGCONT to the group: nobody else could continue it. Caller: holds process_lock.
void job_orphan_group(const struct process *process, const struct process *parent);
