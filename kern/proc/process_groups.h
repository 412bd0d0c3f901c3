// process_groups.h: process groups and sessions, indexed by their numbers (proc/pids.h), and the
// families of processes.
//
// Caller of all functions: holds process_lock.
#pragma once

#include "kern.h"

struct process;

// Move `process` to group `pgid` of session `sid`. Both numbers are taken, for example because they
// are its own. A number that names nothing after that is free.
void group_move(struct process *process, pid_t pgid, pid_t sid);

// Returns the session of group `pgid`, or 0 if there is no such group.
pid_t group_session(pid_t pgid);

// Returns true if `parent` guards `process`, that is, could continue it when it is stopped: the
// two are in different groups of one session. Init guards the first program, as a shell that had
// started it would, but not the orphans that it adopts.
bool group_guards(const struct process *parent, const struct process *process);

// Returns true if group `pgid`, whose number must be taken, is orphaned (POSIX, "orphaned process
// group"): no member has a parent that guards it. As on Linux, neither members that have ended nor
// init as the parent of orphans count. True for a group without members.
bool group_orphaned(pid_t pgid);

// Let `process` adopt the orphans among its descendants, or no longer (prctl(2),
// PR_SET_CHILD_SUBREAPER).
void family_set_subreaper(struct process *process, bool on);

// Returns the process that gets the children of `process`, which ends: the nearest ancestor that
// adopts orphans and is not ending, or init.
struct process *family_reaper(const struct process *process);

// Make `process`, another's child, perhaps a zombie, the youngest child of `parent`. Tells neither
// parent.
void family_adopt(struct process *parent, struct process *process);

// Move `process`, which is a zombie now, to its parent's dead children.
void family_child_died(struct process *process);

// Returns the eldest of `parent`'s dead children, or NULL.
struct process *family_first_dead(const struct process *parent);

// Returns the next younger dead child after `child`, or NULL.
struct process *family_next_dead(const struct process *child);

// Returns the eldest of `parent`'s dead children whose `birth` is above `birth`, or NULL. Takes
// O(log n).
struct process *family_dead_after(const struct process *parent, uint64_t birth);
