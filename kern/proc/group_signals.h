// group_signals.h: signals to process groups. A group may have thousands of members. Code that
// cannot yield, such as an interrupt handler that has found a ^C, leaves the signal for a large
// group to process 1, which sends it in pieces.
#pragma once

#include "kern.h"

struct signal_info;

// Send `signo` to every process of group `pgid`, any number, to which the current thread may send
// it (access_signal); with `info` NULL the kernel sends, to all. A number that is no signal, as 0,
// sends nothing, but counts. Zombies belong to their groups. Yields if the group is large (more
// than 500 processes). Caller: holds no lock.
// Returns 0 if there is no such group; -EPERM if there are processes and the thread may send to
// none of them; else how many processes the group has (of a large group: to how many the thread may
// send; fewer if the thread must die).
int signal_kill_group(pid_t pgid, int signo, const struct signal_info *info);

// Send `signo` (1 to 64), from the kernel, to every process of group `pgid`: at once, or, to a
// large group (more than 500 processes), later by process 1, each number once, and of stop signals
// and SIGCONT only what came last. Does nothing if there is no such group. May be called by
// interrupt handlers. Takes process_lock. Caller: holds no spinlock.
void signal_send_group(pid_t pgid, int signo);

// Send `signo` (1 to 64), from the kernel, to every process of group `pgid`: at once, or, to a
// large group (more than 500 processes), later by process 1, as signal_send_group. Does nothing if
// there is no such group. Caller: holds process_lock.
void signal_send_group_locked(pid_t pgid, int signo);

// Returns true if signals to large groups are left for process 1, which must call
// group_signals_send. Caller: holds process_lock.
bool group_signals_left(void);

// Send the signals that are left, in each group the smallest number first, until none is left, also
// those that come meanwhile. Called by process 1. Yields. Caller: holds no lock.
void group_signals_send(void);

// Drop the signals that are left for group `pgid`, if there are any. The group has no members any
// more, and its number may name another group later. Caller: holds process_lock.
void group_signals_forget(pid_t pgid);
