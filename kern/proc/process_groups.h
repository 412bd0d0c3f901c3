// process_groups.h: process groups and sessions, indexed by their numbers (proc/pids.h).
//
// Caller of all functions: holds process_lock.
#pragma once

#include "kern.h"

struct process;

// Move `process`, which is in a group and a session, to group `pgid` of session `sid`: without any
// check of permission, and without signals to groups that become orphaned. Both numbers are taken,
// for example because they are its own. Updates who guards the process and its children. A number
// that names nothing after that is free. Caller: holds process_lock.
void group_move(struct process *process, pid_t pgid, pid_t sid);

// Returns the session of group `pgid`, any number, or 0 if there is no such group. Caller: holds
// process_lock.
pid_t group_session(pid_t pgid);

// Returns true if `parent` (NULL: false) guards `process`, that is, could continue it when it is
// stopped: the two are in different groups of one session. Init guards the first program, as a
// shell that had started it would, but not the orphans that it adopts. Caller: holds process_lock.
bool group_guards(const struct process *parent, const struct process *process);

// Returns true if group `pgid`, whose number must be taken, is orphaned (POSIX, "orphaned process
// group"): no member has a parent that guards it. As on Linux, neither members that have ended nor
// init as the parent of orphans count. True for a group without members. Caller: holds
// process_lock.
bool group_orphaned(pid_t pgid);

// Update `guarded` of `process`, which is in a group, and the group's count of guarded members,
// because its parent, its group or its session has changed, or it has ended: a zombie is not
// guarded. Caller: holds process_lock.
void group_count_guardian(struct process *process);
