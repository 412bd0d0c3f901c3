// family.h: the families of processes: parents, children, and who adopts orphans.
//
// Caller of all functions: holds process_lock.
#pragma once

#include "kern.h"

struct process;

// Make `process`, which has no parent, the youngest child of `parent`.
void family_enter(struct process *process, struct process *parent);

// Remove `process` from its parent's children, living or dead. process->parent still names the old
// parent; the caller changes it.
void family_leave(struct process *process);

// Let `process` adopt the orphans among its descendants from now on (`on`), or no longer (prctl(2),
// PR_SET_CHILD_SUBREAPER).
void family_set_subreaper(struct process *process, bool on);

// Returns the process, borrowed, that gets the children of `process`, which ends: the nearest
// ancestor that adopts orphans and is not ending, or init.
struct process *family_reaper(const struct process *process);

// Make `process`, another's child, perhaps a zombie, the youngest child of `parent`. Sends no
// signal to, and wakes, neither parent.
void family_adopt(struct process *parent, struct process *process);

// Move `process`, which has become a zombie, from its parent's living children to the dead ones.
// Does not wake the parent.
void family_child_died(struct process *process);

// Returns the eldest of `parent`'s dead children, or NULL.
struct process *family_first_dead(const struct process *parent);

// Returns the next younger dead child after `child`, or NULL.
struct process *family_next_dead(const struct process *child);

// Returns the eldest of `parent`'s dead children whose `birth` is above `birth`, or NULL. Takes
// O(log n).
struct process *family_dead_after(const struct process *parent, uint64_t birth);
