// process.h: processes: what a program in execution owns. Its threads run it; they are structs of
// their own (thread/thread.h).
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/avl.h"
#include "proc/pids.h"
#include "proc/signal.h"
#include "proc/rusage.h"
#include "thread/thread.h"
#include <abi/resource.h>

struct aspace;
struct fdtable;
struct fs_context;

// [c] constant   [p] process_lock   [m] only the process's own threads   [a] atomic
struct process {
	pid_t pid;              // [c]
	char name[16];          // [m] the program's, for ps
	pid_t pgid, sid;        // [p] process group and session
	struct list group_link; // [p] among the members of the group
	bool guarded;           // [p] counted among the group's guardians (proc/process_groups.h)
	struct process *parent; // [p] NULL for init
	uint64_t birth;         // [p] rises from child to child; anew for one that is adopted
	struct list children;   // [p] the living: struct process by sibling, the eldest first
	struct list sibling;    // [p]
	struct avl_tree dead_children; // [p] the zombies: struct process by dead_node
	struct avl_node dead_node;     // [p] ordered by birth
	struct list all_link;          // [p] among all processes, the oldest first
	uint64_t serial;               // [p] rises from process to process in that list
	struct list threads;           // [p] struct thread by process_link
	bool zombie;                   // [p] it has ended and waits for its parent
	bool vforked;                  // [p] its parent waits until it execs or ends
	int exit_status;               // [p] as wait4 reports it, once a zombie
	bool has_execed;         // [p] since it was forked: its parent may not move it (setpgid)
	int exit_signal;         // [p] what its end sends to the parent; 0: nothing
	struct waitq child_wait; // [p] the parent waits here for its children
	uint32_t reports;        // [p] how many times one of them has woken it there
	struct waitq vfork_wait; // [p] here for the child of its vfork
	struct aspace *aspace;   // [p] the space of its threads, whose reference it is; NULL: init
	struct fdtable *files;   // [p] a reference; its own threads read it without the lock
	struct fs_context *fs;   // [p] the same
	struct signal_state signals;
	uint64_t started;    // [c] clock_ns() at its creation
	struct usage ended;  // [p] what its threads have used that have ended
	struct usage reaped; // [p] what the children have used that it has waited for, and theirs
	struct cpu_time reported,
		reported_reaped; // [p] what readers saw last of its time, of theirs
	bool oom_victim;         // [p] killed because memory was gone (oom.c)
	int16_t oom_score_adj;   // [p] makes it a likelier victim, or spares it (oom.h)
	uint8_t short_tries;     // [m] how often an access to short_va found no memory where there
	uintptr_t short_va;      // [m] should be some
	// The last field: process_setup clears only those before it.
	struct rlimit64 limits[RLIM_NLIMITS]; // [p] by RLIMIT_; its own threads read them without it
};

// Guards the tree of processes, its lists, and what says [p].
extern struct spinlock process_lock;

// The process that runs on this CPU; NULL in threads of the kernel that belong to none.
static inline struct process *process_current(void)
{
	return thread_current()->process;
}

// A process with nothing but a pid, the current one's limits, and one thread that has not started;
// `entry` as for thread_create. It is nobody's child yet: process_publish. Returns 0; -ENOMEM;
// -EAGAIN where all numbers are taken, or all kernel stacks.
int process_create(struct process **process_store, struct thread **thread_store, const char *name,
                   void (*entry)(void *arg), void *arg);

// Give back a process that was created and never published, with its thread and what it holds.
void process_discard(struct process *process, struct thread *thread);

// Make it a child of `parent` and visible to everybody.
void process_publish(struct process *process, struct process *parent);

// Take it out of all lists: nobody can find it any more. Caller: holds process_lock.
void process_unpublish(struct process *process);

// The process `pid`, or NULL; a zombie too. Caller: holds process_lock.
struct process *process_find(pid_t pid);

// One of its children has something to report, or has gone: let `parent`'s wait4 look. Caller: holds
// process_lock.
static inline void process_wake_parent(struct process *parent)
{
	parent->reports++;
	waitq_wake_all(&parent->child_wait);
}

// All processes, zombies too, the oldest first, and how many they are. Guarded by process_lock. Only
// what means every process visits the list.
extern struct list all_processes;
extern size_t process_count;

// A walk over all processes, the oldest first, that yields. All 0: at its start.
struct process_walk {
	pid_t pid;       // of the process visited last,
	uint64_t serial; // and its place in the list
};

// Find the next process of a walk. Where it is time to yield, process_lock is released meanwhile;
// processes that are born then come last. `cost`: instructions that the visit before has taken.
// Caller: holds process_lock and no other lock.
// Returns the process; NULL at the end of the walk, and for a thread that is killed.
struct process *process_walk_next(struct process_walk *walk, uint32_t cost);

// Every process has a thread; the first is where signals go.
static inline struct thread *process_thread(const struct process *process)
{
	return list_first(&process->threads, struct thread, process_link);
}

// Let the process run in `as` from now on (NULL: it ends). The reference on the old space stays
// with the thread that runs in it.
void process_set_aspace(struct process *process, struct aspace *as);

// The space of process `pid` with a reference, or NULL.
struct aspace *process_get_aspace(pid_t pid);

// What clone() asks for.
struct fork_request {
	uint32_t flags;           // CLONE_ bits; the low byte is the exit signal
	uintptr_t stack;          // the child's stack pointer; 0: the parent's
	pid_t __user *parent_tid; // CLONE_PARENT_SETTID
	pid_t __user *child_tid;  // CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID
	const void __user *tls;   // CLONE_SETTLS: a struct user_desc
};

// Copy the current process. Returns the child's pid, or -errno with nothing changed.
pid_t process_fork(const struct fork_request *request);

// End the current process with `status` (as wait4 reports it).
void process_exit(int status) __noreturn;

// The child of a vfork does not need its parent's memory any more: it execs or ends.
void process_vfork_done(struct process *process);

// Wait for a report of a child, as wait4 does: `pid` > 0 that child, -1 any, 0 one of the caller's
// group, < -1 one of group -pid. A child reports its end; with WUNTRACED in `options` also that it was
// stopped, with WCONTINUED that it was continued. A child that has ended is reaped.
// Returns the child's pid, with the status in *status_store, and in *usage (NULL: nowhere) what the
// child and those that it has waited for have used; 0, with WNOHANG, if no such child has a report;
// -ECHILD if there is no such child; -ERESTARTSYS if a signal ended the sleep.
// Caller: holds no lock.
pid_t process_wait(pid_t pid, int options, int *status_store, struct usage *usage);

// Start a child of the current process that belongs to the kernel: a thread in `entry(arg)`, with
// the files and the directories of the current one. Returns its pid or -errno.
pid_t process_spawn(const char *name, void (*entry)(void *arg), void *arg);
