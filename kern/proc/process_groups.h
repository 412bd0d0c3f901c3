// process_groups.h: process groups and sessions, indexed by their numbers (proc/pids.h), and the families
// of processes. Caller of all: holds process_lock.
#pragma once

#include "kern.h"

struct process;

// Move `process` to group `pgid` of session `sid`.
void group_move(struct process *process, pid_t pgid, pid_t sid);

// Return the session of group `pgid`, or 0 where there is no such group.
pid_t group_session(pid_t pgid);

// Returns true if `parent` could continue `process`: it belongs to another group of the same
// session. Init does so for the first program, as the shell that has started it would, but not for
// the children that it adopts.
bool group_guards(const struct process *parent, const struct process *process);

// Is group `pgid` orphaned: does no member have a parent in another group of the session, who could
// continue it when it is stopped? (POSIX, "orphaned process group") As on Linux, neither members
// that have ended nor the parent of orphans count.
bool group_orphaned(pid_t pgid);

// Make `process`, another's child, the youngest child of `parent`.
void family_adopt(struct process *parent, struct process *process);

// `process` is a zombie now: it stands among its parent's dead children.
void family_mourn(struct process *process);

// Return the eldest of `parent`'s dead children, or NULL; the next one after `child`, or NULL.
struct process *family_first_dead(const struct process *parent);
struct process *family_next_dead(const struct process *child);

// Return the eldest of `parent`'s dead children that was born after `birth`, or NULL: O(log n).
struct process *family_dead_after(const struct process *parent, uint64_t birth);
