// thread_group.h: the threads of a process (Linux: the thread group). A process begins with one
// thread, whose number (tid) is the process's (pid); clone() adds others. The process ends with its
// last thread.
#pragma once

#include "kern.h"
#include "proc/process.h"

// Make a thread for the current process, with a number of its own. It has not started, and nobody
// can find it before group_add. Returns 0 with the thread in *store; -ENOMEM; -EAGAIN if all
// numbers or all kernel stacks are taken.
int group_create_thread(struct thread **store);

// Free a thread that was created and never added, with its references.
void group_discard_thread(struct thread *thread);

// Add `thread` to the current process, and let others find it. Returns 0; -ERESTARTNOINTR if a
// signal is pending for the current thread, which may end or stop the process: the signal comes
// first, and the call is made again.
int group_add(struct thread *thread);

// Returns the thread number `tid`, or NULL if there is none, or if it has ended.
// Caller: holds process_lock.
struct thread *thread_find(pid_t tid);

// Returns the process that has, or had in its beginning, a thread of number `tid`, or NULL. The
// number of a process stays its first thread's until the process is reaped.
// Caller: holds process_lock.
struct process *process_of_tid(pid_t tid);

// Let all threads of the current process end but the current one, wherever they sleep. Caller:
// holds process_lock.
void group_kill_others(struct process *process);

// Free the number of `thread`, which ends or gets another one, unless it is its process's. Caller:
// holds process_lock.
void group_release_tid(const struct thread *thread);

// Take the current thread, which ends, out of its process's list, and release its number. Another
// thread is left. Caller: holds process_lock.
void group_remove_current(struct process *process);

// Make the current thread the only one of its process, because it executes a new program: end the
// others, wait for their ends, and take over the process's number.
// Caller: holds no lock. Returns 0; -EAGAIN if the process ends, or another thread has called this
// function; -EINTR if the thread must die. After an error the thread does not return to its program.
int group_become_only(void);

// A thread that has made another one, or a process, with CLONE_VFORK waits until that one executes
// a program or ends. Lies on the stack of the thread that waits. Guarded by process_lock.
struct vfork_wait {
	struct thread *child; // the thread that is waited for; NULL: it is done
	struct waitq wait;    // the parent sleeps here
};

// Note that the current thread will wait for `child`, which has not started.
void vfork_begin(struct vfork_wait *vfork, struct thread *child);

// Sleep until the child execs or ends. Of signals only the current thread's own death ends the
// sleep earlier. Caller: holds no lock.
void vfork_sleep(struct vfork_wait *vfork);

// The current thread does not need the memory of its parent any more, because it execs or ends:
// wake the thread that waits for it by vfork_sleep, if there is one. Caller: holds no lock.
void vfork_done(void);
