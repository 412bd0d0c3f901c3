// thread_group.h: the threads of a process (Linux: the thread group). A process begins with one
// thread, whose number (tid) is the process's (pid); clone() adds others. The process ends with its
// last thread.
#pragma once

#include "kern.h"
#include "proc/process.h"

// Make a thread for the current process, with the current thread's name and a number of its own. It
// has not started, has neither files nor memory, and nobody can find it before group_add.
// RLIMIT_NPROC is not checked. Takes process_lock. Returns 0 with the thread in *store: the caller
// adds it, or calls group_discard_thread. With *store unchanged: -ENOMEM; -EAGAIN if all numbers or
// all kernel stacks are taken.
int group_create_thread(struct thread **store);

// Free a thread that was created and never added, with its number, and drop its references on
// files, directories and memory, where it has them. Yields. Caller: holds no lock.
void group_discard_thread(struct thread *thread);

// Add `thread`, of group_create_thread, to the current process, and let others find it. Does not
// start it (thread_start). Takes process_lock. Returns 0; -ERESTARTNOINTR with nothing changed if a
// signal is pending for the current thread, which may end or stop the process: the signal comes
// first, and the call is made again.
int group_add(struct thread *thread);

// Returns the thread number `tid`, any number, of any process; NULL if there is none, or if it has
// ended or was not added yet. Borrowed: valid until the caller releases process_lock.
// Caller: holds process_lock.
struct thread *thread_find(pid_t tid);

// Returns the process that has a thread of number `tid`, or whose own number `tid` is, perhaps a
// zombie; NULL if there is none. The number of a process stays its first thread's until the process
// is reaped, also if that thread has ended. Borrowed: valid until the caller releases process_lock.
// Caller: holds process_lock.
struct process *process_of_tid(pid_t tid);

// Let all threads of `process`, the current one, end but the current thread, wherever they sleep:
// this marks and wakes them, and does not wait. Caller: holds process_lock.
void group_kill_others(struct process *process);

// Let the number of `thread`, which ends or gets another one, name the thread no more, and free it;
// does nothing if it is the number of the thread's process. Caller: holds process_lock.
void group_release_tid(const struct thread *thread);

// Take the current thread, which ends, out of the list of `process`, the current one, and release
// its number. Another thread is left; one that waits to be the only one (group_become_only) is
// woken then.
// Caller: holds process_lock.
void group_remove_current(struct process *process);

// Make the current thread the only one of its process, because it executes a new program: end the
// others, sleep until they have ended, and take over the process's number.
// Caller: holds no lock. Returns 0; -EAGAIN if the process ends, or another thread has called this
// function; -EINTR if the thread must die. After an error the thread does not return to its
// program, because another one has told it to end.
int group_become_only(void);

// A thread that has made another one, or a process, with CLONE_VFORK waits until that one executes
// a program or ends. Lies on the stack of the thread that waits. Guarded by process_lock.
struct vfork_wait {
	struct thread *child; // the thread that is waited for; NULL: it is done
	struct waitq wait;    // the parent sleeps here
};

// Note that the current thread will wait for `child`, which has not started, so this needs no lock.
// *vfork must stay valid until vfork_sleep has returned.
void vfork_begin(struct vfork_wait *vfork, struct thread *child);

// Sleep until the child of vfork_begin execs or ends; returns at once if it has. Of signals only
// the current thread's own death ends the sleep earlier; the child forgets *vfork then. Caller:
// holds no lock.
void vfork_sleep(struct vfork_wait *vfork);

// Wake the thread that waits for the current one by vfork_sleep, if there is one: the current
// thread does not need the memory of its parent any more, because it execs or ends. Caller: holds
// no lock.
void vfork_done(void);
