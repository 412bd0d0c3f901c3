// process.h: processes. A process owns what a program in execution has: memory, files, signals,
// limits. Threads execute the program; they are structs of their own (thread/thread.h).
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/avl.h"
#include "proc/itimer.h"
#include "proc/pids.h"
#include "proc/rusage.h"
#include "proc/signal.h"
#include "thread/credentials.h"
#include "thread/thread.h"
#include <abi/resource.h>

struct aspace;
struct credentials;
struct fdtable;
struct fs_context;
struct inode;
struct posix_timers;
struct tracee;

// What calls have set, and a child gets from its parent.
struct inherited {
	uint32_t personality; // personality(2): kept and reported
	bool undumpable;      // prctl: PR_SET_DUMPABLE 0; an exec makes it dumpable again
	bool no_new_privs;    // prctl: PR_SET_NO_NEW_PRIVS
	bool no_large_pages;  // prctl: PR_SET_THP_DISABLE
};

// [c] constant   [p] process_lock   [m] only the process's own threads   [a] atomic
struct process {
	pid_t pid;              // [c]
	char name[16];          // [m] the program's name, for ps
	pid_t pgid, sid;        // [p] process group and session
	struct list group_link; // [p] among the members of the group
	bool guarded;           // [p] counted among the group's guardians (proc/process_groups.h)
	struct process *parent; // [p] NULL for init
	pid_t parent_tid;       // [p] the thread of the parent that made it (WNOTHREAD)
	struct pidfd *pidfd;    // [p] files that mean this process; NULL: none
	uint64_t birth;         // [p] rises from child to child; a new value at an adoption
	struct list children;   // [p] those that live: struct process by sibling, the eldest first
	struct list sibling;    // [p]
	struct avl_tree dead_children; // [p] the zombies: struct process by dead_node
	struct avl_node dead_node;     // [p] ordered by birth
	struct list all_link;          // [p] among all processes, the oldest first
	uint64_t serial;               // [p] rises from process to process in that list
	struct list threads;           // [p] struct thread by process_link, the first one first
	uint32_t thread_count;         // [p] how many these are,
	uint32_t live;                 // [p] and how many of them have not begun to end
	bool ending;                   // [p] all threads must end; exit_status is decided
	struct thread *execing;        // [p] waits until it is the only one, to exec
	struct waitq exec_wait;        // [p] it waits here
	bool zombie;                   // [p] it has ended and waits for its parent
	int exit_status;               // [p] as wait4 reports it, once a zombie
	struct credentials *ended_credentials; // [p] a zombie's: a reference; else NULL
	uint32_t execs;    // [p] threads in an exec: its new credentials are not in force yet
	uint32_t programs; // [p] executed since the fork; > 0: its parent may not move it (setpgid)
	int exit_signal;   // [p] the signal to the parent at its end; 0: none
	struct waitq child_wait; // [p] the parent waits here for its children
	uint32_t reports;        // [p] how often children have woken it there
	struct list tracees; // [p] struct tracee by link: what its threads trace (proc/ptrace.h)
	struct tracee *ended_trace; // [p] of its first thread, which was traced when it ended; or NULL
	struct aspace *aspace;      // [p] the space of its threads, borrowed from them; NULL: init
	struct signal_state signals;
	uint64_t started;    // [c] clock_ns() at its creation
	struct usage ended;  // [p] used by its threads that have ended
	struct usage reaped; // [p] used by the children that it has reaped, and by theirs
	struct cpu_time reported,
		reported_reaped;           // [p] the times reported last, its own and theirs
	struct itimers itimers;            // [p]
	struct posix_timers *posix_timers; // [p] those of timer_create; NULL: none yet
	bool has_barriers;                 // [a] registered for membarrier
	bool oom_victim;                   // [p] killed because of lack of memory (oom.c)
	// [ipc/sysv.h: sysv_lock] struct sem_undo by node: changes of semaphores to be taken back; bytes
	struct avl_tree sem_undos;
	uint32_t sem_undo_bytes;
	uint32_t call_pages;        // [a] kept by its calls under way (process_hold)
	int16_t oom_score_adj;      // [p] makes it a likelier or less likely victim (oom.h)
	int16_t oom_score_adj_min;  // [p] lower values take CAP_SYS_RESOURCE
	struct inherited inherited; // [m]
	int parent_death_signal;    // [p] sent to it when its parent ends; 0: none
	bool subreaper;             // [p] adopts the orphans among its descendants (prctl)
	// The last field: process_setup clears only those before it.
	struct rlimit64 limits[RLIM_NLIMITS]; // [p] by RLIMIT_; its own threads read without it
};

// Returns the process of the current thread; NULL for a thread of the kernel without a process.
static inline struct process *process_current(void)
{
	return thread_current()->process;
}

// Count `pages` (of 4 KiB; 0: nothing) of memory that a call of the current process keeps where it
// may sleep: the memory counts when a victim is chosen for lack of memory (oom.c). The call counts
// the same number off by process_release. Needs no lock. With `pages` above 0 there must be a
// current process.
static inline void process_hold(uint32_t pages)
{
	if (pages)
		__atomic_add_fetch(&process_current()->call_pages, pages, __ATOMIC_RELAXED);
}

// Count off `pages` that process_hold has counted, because the call has freed the memory, or
// something else counts it now. The current process must be the one that counted them.
static inline void process_release(uint32_t pages)
{
	if (pages)
		__atomic_sub_fetch(&process_current()->call_pages, pages, __ATOMIC_RELAXED);
}

// Returns the description of a signal that the current process (not NULL) sends: `code` (SI_USER,
// SI_TKILL), its number and its real user. All other fields are 0.
static inline struct signal_info signal_info_own(int code)
{
	return (struct signal_info){ .code = code,
		                     .pid = process_current()->pid,
		                     .uid = credentials_current()->user.real };
}

// Make a process with a number, the current process's limits (without one: limits_init), and one
// thread that has not started: with `entry` it will begin in `entry(arg)`, with NULL in user mode
// (thread_create). `name` is copied, cut to 15 bytes. The process has neither files nor memory nor
// a parent; its end sends SIGCHLD; nobody can find it before process_publish. Takes process_lock.
// Returns 0 with both in *process_store and *thread_store: the caller publishes the process, or
// calls process_discard. With both unchanged: -ENOMEM; -EAGAIN if all numbers or all kernel stacks
// are taken. RLIMIT_NPROC is not checked.
int process_create(struct process **process_store, struct thread **thread_store, const char *name,
                   void (*entry)(void *arg), void *arg);

// Free a process that was created and never published, with its number and its only thread, and
// drop the references that both have: on files, directories, memory, credentials. Each of these may
// be missing. A pidfd of it means nothing from now on. Yields. Caller: holds no lock.
void process_discard(struct process *process, struct thread *thread);

// Make `process`, which has been created, a child of `parent` (NULL: it is init), or with `sibling`
// of the parent of `parent`, and let others find it. It enters the group and session of `parent`;
// init makes its own. Does not start its thread (thread_start). Takes process_lock.
void process_publish(struct process *process, struct process *parent, bool sibling);

// Remove `process`, a zombie, from all lists: nobody can find it any more, and a pidfd of it means
// nothing. Frees its number, unless that still names a group or a session. The caller frees the
// struct later. Caller: holds process_lock.
void process_unpublish(struct process *process);

// Returns the process `pid`, perhaps a zombie; NULL if `pid`, any number, names none: also for one
// that is not published, and for a thread that is not the first of its process. Borrowed: valid
// until the caller releases process_lock. Caller: holds process_lock.
struct process *process_find(pid_t pid);

// Wake `parent` in wait4, because one of its children has something to report, or has gone.
// Caller: holds process_lock.
static inline void process_wake_parent(struct process *parent)
{
	assert_spin_held(&process_lock);
	parent->reports++;
	waitq_wake_all(&parent->child_wait);
}

// All processes with zombies, the oldest first, and their number. Guarded by process_lock. Only
// work that concerns every process visits the list: it may be long.
extern struct list all_processes;
extern size_t process_count;

// A walk over all processes, the oldest first, that may yield in between. All 0 at its start.
struct process_walk {
	pid_t pid;       // of the process visited last,
	uint64_t serial; // and its place in the list
};

// Find the next process of a walk. If it is time to yield, releases process_lock meanwhile;
// processes that are made then come last. `cost`: the instructions that the previous visit has
// taken.
// Caller: holds process_lock and no other lock.
// Returns the process, borrowed: valid until the next call or until the caller releases
// process_lock; NULL at the end of the walk, and if the thread must die.
struct process *process_walk_next(struct process_walk *walk, uint32_t cost);

// Returns the first thread of a process that is no zombie: the eldest that has not ended. Borrowed.
// The caller keeps the thread from ending: by process_lock, or because it is its own process.
static inline struct thread *process_thread(const struct process *process)
{
	return list_first(&process->threads, struct thread, process_link);
}

// Set process->aspace to `as` (NULL: the process ends). Takes no reference: the process borrows
// that of the thread that runs in `as`. The reference on the old space stays with its thread. Takes
// process_lock.
void process_set_aspace(struct process *process, struct aspace *as);

// Returns a new reference on the space of process `pid`; NULL if there is no such process, or if it
// has none: init, and a process that has ended. Takes process_lock.
struct aspace *process_get_aspace(pid_t pid);

// Returns the descriptor table of the first thread of `process` that has one; NULL if none has, as
// in a zombie. Borrowed: valid until the caller releases process_lock. Caller: holds process_lock.
struct fdtable *process_files(const struct process *process);

// Let `thread`, the current one or one that nobody else knows, go on with `files` and `fs_context`
// (NULL: with those that it has). Consumes the caller's references, and drops those on the old
// ones. Neither may be what the thread has already. Yields. Caller: holds no lock.
void thread_set_files(struct thread *thread, struct fdtable *files, struct fs_context *fs_context);

// Let the current thread, not others of its process, act for `credentials`, whose account counts it
// from now on (RLIMIT_NPROC is not checked). Consumes the caller's reference, and drops the one on
// the old credentials. Caller: holds no lock.
void thread_set_credentials(struct credentials *credentials);

// Returns the credentials of a process: those of its first thread, or those that a zombie had.
// Borrowed. Caller: holds process_lock.
static inline const struct credentials *process_credentials(const struct process *process)
{
	assert_spin_held(&process_lock);
	return process->zombie ? process->ended_credentials : process_thread(process)->credentials;
}

// Drop the references of `thread` on its descriptors and directories, where it has them. Yields.
// Caller: holds no lock; is the thread itself, or the only one that knows it.
void thread_put_files(struct thread *thread);

// The arguments of clone().
struct fork_request {
	uint64_t flags;           // CLONE_ bits, without the exit signal
	int exit_signal;          // the signal that the child's end sends; 0: none
	uintptr_t stack;          // the child's stack pointer; 0: the parent's
	pid_t __user *parent_tid; // CLONE_PARENT_SETTID
	pid_t __user *child_tid;  // CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID
	int __user *pidfd;        // CLONE_PIDFD
	const void __user *tls;   // CLONE_SETTLS: a struct user_desc
};

// Copy the current process, or with CLONE_THREAD add a thread to it, and let the copy run. With
// CLONE_VFORK sleeps until the child executes a program or ends, or the thread must die. A tracee
// may sleep in stops. Yields. Caller: holds no lock.
// Returns the number of the child or the thread; in this order: -EINVAL for flags that do not fit
// together or of namespaces, or a bad exit signal; -ENOMEM; -EAGAIN if all numbers or all kernel
// stacks are taken, or RLIMIT_NPROC is reached; for CLONE_SETTLS -EFAULT, or -EINVAL if its segment
// or slot (-1, too) is impossible; -EINTR if the thread must die; for CLONE_PIDFD -EMFILE or
// -EFAULT; -ERESTARTNOINTR with CLONE_THREAD if a signal must be acted upon first. -ENOMEM may also
// come later. After an error there is no child. Addresses for numbers (parent_tid, child_tid) that
// cannot be written are no error.
pid_t process_fork(const struct fork_request *request);

// End the current process with all its threads; `status` is what wait4 reports: the signal in its
// lowest 7 bits, or the exit code << 8. If the process is ending already, its status stays; if
// another thread of it executes a program, only the current thread ends. Panics in process 1.
// Yields and sleeps. Caller: holds no lock.
void process_exit(int status) __noreturn;

// End the current thread. With its last thread the process ends; wait4 reports the `status` of that
// one (in the form of process_exit), unless process_exit has decided on another one. Yields and
// sleeps. Caller: holds no lock.
void process_exit_thread(int status) __noreturn;

// Called by the last thread of a process after it has closed its files; NULL: nothing is
// registered. Registered by ipc/, which lies above this layer. Called with no lock held; may yield.
extern void (*process_files_closed_hook)(void);

// Called by the last thread of a process that has sem_undos, before it closes its files. Registered
// by ipc/, which also makes the sem_undos. Called with no lock held; yields.
extern void (*process_semaphores_hook)(struct process *process);

// Send process->exit_signal (0: none) of `process`, a zombie, to its parent, and wake the parent's
// waits. If the signal is SIGCHLD and the parent does not trace the zombie: SIG_IGN for SIGCHLD
// keeps the signal away, and a parent that wants no zombies (SIG_IGN or SA_NOCLDWAIT) loses it to
// init, which reaps it. Init gets no signal. Takes the locks of signals. Caller: holds
// process_lock.
void process_notify_parent(struct process *process);

// Move `process`, a zombie that was a tracee of its parent and is one no more, to init if the
// parent wants no zombies (SIGCHLD is SIG_IGN, or has SA_NOCLDWAIT); else do nothing. Caller: holds
// process_lock.
void process_zombie_unwatched(struct process *process);

// A report of wait.
struct child_report {
	pid_t pid;
	int status;
	bool trapped;       // of a tracee's stop
	bool want_usage;    // in: fill the rest
	struct usage usage; // used by the child and those that it has reaped
};

// Wait for a report of a child or a tracee of the current process (wait4, waitid), and take it.
// `pid` > 0: of that child; -1: of any; 0: of any of the caller's group; < -1 (not INT32_MIN): of
// any of group -pid. A child reports with WEXITED in `options` its end, and is reaped then; with
// WUNTRACED that it was stopped; with WCONTINUED that it was continued. WCLONE, WALL and WNOTHREAD
// choose children (wait(2)). With WNOWAIT the report stays to be taken again, and no child is
// reaped. A tracee reports each stop, whatever the options, and its end (proc/ptrace.h). Sleeps,
// unless WNOHANG is set. Yields.
// Caller: holds no lock; has set report->want_usage.
// Returns the child's number, with the rest in *report (without want_usage not report->usage).
// Otherwise the rest of *report is undefined: returns 0, with report->pid 0, for WNOHANG if no such
// child has a report; -ECHILD if there is no such child; -ERESTARTSYS if a signal or the thread's
// death ended the wait.
pid_t process_wait(pid_t pid, int options, struct child_report *report);

// Sleep until a child of process 1 has ended, and reap it: of several the one that has been a child
// of process 1 for longest. A child that another process traces is passed over. Meanwhile send the
// signals that are left for large groups (group_signals_send). Signals do not end the sleep.
// Yields.
// Caller: is process 1; holds no lock.
// Returns the child's number, with its status as wait4 reports it in *status_store. Never fails.
pid_t process_wait_as_init(int *status_store);

// Start a child of the current process that belongs to the kernel: a thread in `entry(arg)`, with
// copies of the current thread's descriptors and directories. It has no memory before it executes a
// program. `entry` does not return (process_exit). Yields. Caller: holds no lock.
// Returns the child's number; -ENOMEM; -EAGAIN if all numbers or all kernel stacks are taken.
pid_t process_spawn(const char *name, void (*entry)(void *arg), void *arg);
