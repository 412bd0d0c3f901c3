// pids.h: the numbers of processes, and what each number names: a process, a process group, a
// session, or a thread other than a process's first. A number stays taken while it names any of
// these, so it never names two unrelated things.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "list.h"

struct process;
struct thread;
struct tracee;

// Guards the tree of processes, its lists, the numbers, and the fields that struct process marks.
extern struct spinlock process_lock;

#define PID_MAX 32768 // numbers are below
#define PID_INIT 1    // the kernel's own process: parent of the first program and of orphans
#define PID_FIRST 2   // the first program

// The things that a number names. A free number names nothing. process_lock guards all fields.
struct pid_slot {
	struct process *process; // the process, zombie or not; NULL: none, or not published yet
	struct thread *thread;   // a thread that is not the first of its process; or NULL
	struct tracee *ended;    // such a thread, which has ended and whose tracer must wait for it
	uint64_t life;           // how many numbers had been taken when this one was
	struct list members;     // of the group: struct process by group_link, zombies too
	uint16_t session_members; // processes in the session, zombies too
	uint16_t guardians;       // members whose `guarded` is set (struct process)
};

// Take the next free number, as Linux does: upwards from the number taken last (the first is 1) to
// PID_MAX - 1, and then from 300 again. It names nothing yet. Pointers to slots become invalid.
// Caller: holds process_lock. Returns the number; -EAGAIN if all from 300 on are taken; -ENOMEM if
// there is no memory for its slot. The caller frees the number by pid_release when it names
// nothing.
pid_t pid_take(void);

// Returns the number that was taken last, which may be free again; 0 before the first. Caller:
// holds process_lock.
pid_t pid_last(void);

// Returns the life of the number `pid`, any number: it names the same thing as before as long as
// this value is the same. 0: the number is free. Caller: holds process_lock.
uint64_t pid_life(pid_t pid);

// Free the number `pid` (0 to PID_MAX - 1, not checked) if it is taken and names nothing; else do
// nothing. Pointers to slots of its block (PID_BLOCK_SLOTS) become invalid. Caller: holds
// process_lock.
void pid_release(pid_t pid);

// The slots, in blocks; guarded by process_lock. NULL: all numbers of the block are free. pid_take
// may move slots, so no pointer to a slot may be kept across it.
#define PID_BLOCK_SLOTS 32u
extern struct pid_slot *pid_blocks[PID_MAX / PID_BLOCK_SLOTS];

// Returns the slot of `pid`, which may be any number. NULL, or a slot that names nothing, for a
// free number. Borrowed: valid until the caller calls pid_take or pid_release, or releases
// process_lock. Caller: holds process_lock.
static inline struct pid_slot *pid_slot(pid_t pid)
{
	uint32_t number = (uint32_t)pid;
	struct pid_slot *block = number < PID_MAX ? pid_blocks[number / PID_BLOCK_SLOTS] : NULL;

	assert_spin_held(&process_lock);
	return block ? block + number % PID_BLOCK_SLOTS : NULL;
}

// Returns the slot of `pid`, which must be taken (not checked). Borrowed, as from pid_slot. Caller:
// holds process_lock.
static inline struct pid_slot *pid_slot_taken(pid_t pid)
{
	assert_spin_held(&process_lock);
	return pid_blocks[(uint32_t)pid / PID_BLOCK_SLOTS] + (uint32_t)pid % PID_BLOCK_SLOTS;
}

// Returns the smallest number above `after` that names a process, zombies too; 0 if there is none.
// Any `after` below 0 counts as 0. Caller: holds process_lock.
pid_t pid_next_process(pid_t after);
