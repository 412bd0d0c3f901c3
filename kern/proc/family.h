// family.h: the families of processes: parents, children, and who adopts orphans.
#pragma once

#include "kern.h"

struct process;

// Make `process`, which has no parent and is in a group, the youngest child of `parent`: sets
// process->parent and a new process->birth. `process` may be a zombie. Wakes nobody. Caller: holds
// process_lock.
void family_enter(struct process *process, struct process *parent);

// Remove `process`, which has a parent, from its parent's children, living or dead (process->zombie
// says where it is). process->parent still names the old parent; the caller changes it. Caller:
// holds process_lock.
void family_leave(struct process *process);

// Let `process` adopt the orphans among its descendants from now on (`on`), or no longer (prctl(2),
// PR_SET_CHILD_SUBREAPER). Orphans that have a new parent already keep it. Caller: holds
// process_lock.
void family_set_subreaper(struct process *process, bool on);

// Returns the process, borrowed, that gets the children of `process`, which ends: the nearest
// ancestor that adopts orphans and is not ending, or init; never `process` itself. Valid until the
// caller releases process_lock. Caller: holds process_lock.
struct process *family_reaper(const struct process *process);

// Make `process`, another's child, perhaps a zombie, the youngest child of `parent`, with a new
// process->birth. Sends no signal to, and wakes, neither parent; the group of `process` may be
// orphaned afterwards, which is the caller's work. Caller: holds process_lock.
void family_adopt(struct process *parent, struct process *process);

// Move `process`, which has become a zombie (process->zombie is set, under the same hold of the
// lock), from its parent's living children to the dead ones. Does not wake the parent. Caller:
// holds process_lock.
void family_child_died(struct process *process);

// Returns the eldest of `parent`'s dead children, borrowed, or NULL. The eldest is the one that has
// been `parent`'s child longest (`birth`), not the one that died first. Caller: holds process_lock.
struct process *family_first_dead(const struct process *parent);

// Returns the next younger dead child of the same parent after `child`, a dead child, or NULL.
// Borrowed. Caller: holds process_lock.
struct process *family_next_dead(const struct process *child);

// Returns the eldest of `parent`'s dead children whose `birth` is above `birth` (0: of all),
// borrowed, or NULL. Takes O(log n). Caller: holds process_lock.
struct process *family_dead_after(const struct process *parent, uint64_t birth);
