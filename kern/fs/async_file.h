// async_file.h: files whose owner gets a signal when they are ready: O_ASYNC, F_SETOWN and F_SETSIG
// of fcntl(2).
//
// What can become ready (a pipe, a socket, a terminal) has a set of the open files that ask for
// signals (struct async_set). It calls async_wake where it also wakes polls: under its own
// spinlock, perhaps in an interrupt handler, where no signal can be sent, because the locks of
// processes rank lower. So async_wake only counts what has happened in the struct async_file, and
// puts that on a list of those that are due. The signals are sent
//
//   - by the thread that has made the file ready, on its way back to user mode (WORK_ASYNC): so a
//     write that makes a file ready has sent the signal when it returns, as on Linux;
//   - or by a kernel thread, if that comes first: when the writer sleeps or ends in the same call,
//     or an interrupt has made the file ready while nobody was in a program.
//
// Each event is counted and makes a signal of its own; no signal is lost before it is sent. A file
// without O_ASYNC is in no set, and costs those who make it ready one look at an empty list.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"
#include "kern.h"
#include "list.h"
#include <abi/signal.h>

// Files that one set can have. A wakeup counts an event in each of them without a yield.
#define ASYNC_FILES_MAX 2048u

// Whom a file signals. A number is used again after the thread, process or group has ended; its
// life (proc/pids.h) says whether it still names the owner.
struct file_owner {
	int type;              // F_OWNER_TID, _PID or _PGRP
	pid_t pid;             // 0: nobody
	uint64_t life;         // of the number `pid`
	uid_t real, effective; // of the thread that has named the owner: they must allow the signal
};

// Open files that ask for signals. All 0 is no valid set: async_set_init.
struct async_set {
	struct list files; // [async_lock] struct async_file by link
	uint32_t count;    // [async_lock] how many
	bool ended;        // [async_lock] takes no more files
	bool room_wanted;  // guarded by the lock of what has the set: a write found no room,
			   // and a signal says when there is
};

#define ASYNC_REASONS POLL_HUP // reasons are POLL_IN to POLL_HUP

// What an open file has besides once its owner or signal was set, or O_ASYNC.
// [c] constant   [a] async_lock
struct async_file {
	struct file *file;           // [c] borrowed: the file frees this struct
	struct file_owner owner;     // [a]
	int signo;                   // [a] F_SETSIG; 0: SIGIO without details
	int fd;                      // [a] the descriptor that signals name
	struct async_set *set;       // [a] NULL: it asks for no signals
	struct list link;            // [a] in set->files
	struct list due_link;        // [a] among all files with signals to be sent
	uint32_t due[ASYNC_REASONS]; // [a] how many signals, by reason - POLL_IN
};

// Make `set`, whose contents may be undefined, an empty set.
static inline void async_set_init(struct async_set *set)
{
	list_init(&set->files);
	set->count = 0;
	set->ended = set->room_wanted = false;
}

#define ASYNC_READERS 1u // only for files that are open for reading
#define ASYNC_WRITERS 2u // only for files that are open for writing
#define ASYNC_ONCE 4u    // not for files whose signal for such an event is due already

// Count an event for the files of the set that `which` (ASYNC_ bits; 0: all) chooses. `reason`:
// POLL_IN to POLL_HUP. Takes async_lock and sched_lock; does not sleep; may be called by an
// interrupt handler.
void async_post(struct async_set *set, int reason, uint32_t which);

// Do async_post for all files of the set, if it has files. The look at the set takes no lock.
static inline void async_wake(struct async_set *set, int reason)
{
	if (unlikely(!list_empty(&set->files)))
		async_post(set, reason, 0);
}

// Like async_wake, but events that come before the signal is sent make one signal: for terminals,
// which move what one call writes in small parts.
static inline void async_wake_once(struct async_set *set, int reason)
{
	if (unlikely(!list_empty(&set->files)))
		async_post(set, reason, ASYNC_ONCE);
}

// There is room for a write again: do async_wake with POLL_OUT, if a write has found none
// (set->room_wanted) since the last call. Needs the lock of the pipe, socket or terminal.
static inline void async_wake_room(struct async_set *set)
{
	if (likely(!set->room_wanted))
		return;
	set->room_wanted = false;
	async_wake(set, POLL_OUT);
}

// Let the files of the set ask for no more signals, and no file begin to ask (a terminal was hung
// up). Their O_ASYNC is cleared. Signals that are due are sent. Takes async_lock.
void async_set_end(struct async_set *set);

// Set or clear O_ASYNC of `file`, whose operations include `async`: from now on its owner gets a
// signal at each event; `fd` is the descriptor that the signals name. Does nothing if O_ASYNC is so
// already. Takes async_lock. Caller: holds no lock. Returns 0; with nothing changed: -ENOMEM;
// -ENOTTY for a terminal that was hung up; -ENOSPC if the set has ASYNC_FILES_MAX files.
int async_file_set(struct file *file, int fd, bool on);

// Set the owner of `file`; with `if_none` only if nobody is its owner. Owner 0 keeps the ids of the
// one before, as on Linux. Takes async_lock. Caller: holds no spinlock. Returns 0; -ENOMEM with
// nothing changed.
int async_file_set_owner(struct file *file, const struct file_owner *owner, bool if_none);

// Returns the owner of `file`; all 0 (a thread, nobody) if none was ever set. Takes async_lock.
struct file_owner async_file_owner(const struct file *file);

// Set the signal that the owner gets: 1 to 64, or 0: SIGIO without details. Takes async_lock.
// Caller: holds no spinlock. Returns 0; -ENOMEM with nothing changed.
int async_file_set_signal(struct file *file, int signo);

// Returns the signal that the owner of `file` gets; 0: SIGIO without details. Takes async_lock.
int async_file_signal(const struct file *file);

// Make what `file` needs for signals, so that async_file_begin cannot fail. Caller: holds no
// spinlock. Returns 0; -ENOMEM.
int async_file_prepare(struct file *file);

// Let the signals of `file` name the descriptor `fd`, and `owner` get them if nobody does yet: for
// a lease (fs/file_leases.h), which sends them by async_file_post. Takes async_lock. Caller: has
// called async_file_prepare.
void async_file_begin(struct file *file, int fd, const struct file_owner *owner);

// Let `file` have no owner and the usual signal, if it ever had others. Takes async_lock.
void async_file_forget(struct file *file);

// Count an event of `file` for which its owner gets a signal, whether O_ASYNC is set or not. Takes
// async_lock and sched_lock; does not sleep. Caller: has called async_file_prepare.
void async_file_post(struct file *file, int reason);

// Free what `file`, which is being closed, has for its signals, after those that are due are sent.
// Yields. Caller: holds no lock; file->async is not NULL.
void async_file_free(struct file *file);

// Send all signals that are due, of all files. Yields; a killed thread completes the work. Caller:
// holds no lock.
void async_send_all(void);

// Called by async_send_all, without locks, for each signal: send it to the owner, if it still
// exists and the owner's ids allow it. `signo`: as in struct async_file; `reason`: POLL_IN, ....
// May yield. Registered by proc/, which lies above this layer.
extern void (*async_send_hook)(const struct file_owner *owner, int signo, int fd, int reason);

// Create the kernel thread that sends signals. Panics if out of memory. Called once, at boot.
void async_files_init(void);
