// group_signals.h: signals to process groups. A group may have thousands of members. Code that
// cannot yield, such as an interrupt handler that has found a ^C, leaves the signal for a large group
// to process 1, which sends it in pieces.
#pragma once

#include "kern.h"

struct signal_info;

// Send `signo` to every process of group `pgid`; a number that is no signal sends nothing. Yields if
// the group is large.
// Caller: holds no lock.
// Returns how many processes there are; -EPERM if the current thread may send to none of them. The
// kernel (`info` NULL) may send to all.
int signal_kill_group(pid_t pgid, int signo, const struct signal_info *info);

// Send `signo`, from the kernel, to every process of group `pgid`: at once, or, to a large group,
// later. May be called by interrupt handlers.
// Caller: holds no spinlock.
void signal_send_group(pid_t pgid, int signo);

// Like signal_send_group. Caller: holds process_lock.
void signal_send_group_locked(pid_t pgid, int signo);

// Returns true if signals to large groups are left for process 1. Caller: holds process_lock.
bool group_signals_left(void);

// Send the signals that are left. Called by process 1. Yields. Caller: holds no lock.
void group_signals_send(void);

// Drop the signals that are left for group `pgid`, which has no members any more: its number may name
// another group later. Caller: holds process_lock.
void group_signals_forget(pid_t pgid);
