// signal.h: signals. A signal that was sent is kept until the thread that takes it returns to user
// mode, and is acted upon there.
//
//	signal.c         what a thread blocks, sending
//	signal_actions.c what a process does with each signal
//	signal_queue.c   pending signals
//	signal_deliver.c acting on them, on the way back to user mode
//	signal_frame.c   the frame on the program's stack with which a handler starts
//	group_signals.c  sending to groups, which may be large
//	stop_continue.c  stopping, continuing, and orphaned groups
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "list.h"
#include "proc/signal_queue.h"
#include "thread/waitq.h"
#include <abi/signal.h>

struct process;
struct thread;
struct trapframe;

#define UNBLOCKABLE_SIGNALS (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
#define STOP_SIGNALS \
	(signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))

// Returns true for SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU, whose numbers follow each other.
static inline bool is_stop_signal(int signo)
{
	return signo >= SIGSTOP && signo <= SIGTTOU;
}

// The actions of a process, one for each signal. After a fork parent and child share a table until
// one of them changes something. Processes that are joined (CLONE_SIGHAND) change it together, each
// under its own lock and actions_lock; a joined table is shared in no other way.
struct action_table {
	uint32_t refs; // [a]
	bool joined;   // [a] several processes change it; false again with one left
	struct sigaction actions[NSIG]; // by number; constant while refs > 1, unless joined
};

enum job_state {
	JOB_RUNNING,
	JOB_STOPPING, // a stop signal was taken; the process stops unless SIGCONT comes first
	JOB_HALTING,  // the process stops: each thread halts when it comes to signal_deliver
	JOB_STOPPED,  // all threads have halted, until SIGCONT
};

// The signals of a process. The mask of blocked signals, and the signals that were sent to one
// thread, are in struct thread. [g] lock   [a] atomic
struct signal_state {
	struct spinlock lock;
	struct action_table *table; // [g] NULL: the default for all
	sigmask_t reset;            // [g] SA_RESETHAND has replaced these handlers by SIG_DFL
	struct signal_queue queue;  // [g] signals sent to the process, pending
	enum job_state job;         // [g]
	uint32_t halted;            // [g] threads that have halted, from JOB_HALTING on
	uint32_t stops;             // [g] how often it has come to JOB_HALTING
	uint8_t stop_signal;        // [g] what stops the process, from JOB_HALTING on
	uint8_t stop_report;    // [g] stopped by this signal, which wait4 has not reported; 0: none
	bool signal_continue;   // [g] continued, and no SIGCHLD has been sent for it
	bool continue_report;   // [g] continued, which wait4 has not reported
	struct waitq continued; // the threads of a stopped process sleep here
	struct waitq fd_wait;   // those that read or poll signals as a file (proc/signalfd.h)
	struct list fds;        // [signalfd_lock] such files that sets of files watch
};

// Initialize the signals of a new process: default actions, nothing pending, not stopped.
void signal_state_init(struct signal_state *signals);

// Give a new process, whose signals are initialized, the actions of `from`. With `joined` both
// processes have one table: what one changes, the other has changed too (CLONE_SIGHAND). Nothing is
// pending for the new process. Takes from->lock. Returns 0; -ENOMEM. In both cases the caller frees
// *signals later by signal_state_destroy.
int signal_state_fork(struct signal_state *signals, struct signal_state *from, bool joined);

// Like signal_state_fork without `joined`, but keep only that signals are ignored; handlers become
// the default (CLONE_CLEAR_SIGHAND). Takes both locks, one after the other. Returns 0; -ENOMEM. In
// both cases the caller frees *signals later by signal_state_destroy.
int signal_state_fork_ignored(struct signal_state *signals, struct signal_state *from);

// Free all that `signals` holds: pending signals and the table of actions. The process is a zombie
// that nobody can find any more, or was never published. Needs no lock.
void signal_state_destroy(struct signal_state *signals);

// Give the process a table of actions of its own, equal to the one that it shares, so that
// signal_exec needs no memory; none if all actions are the default. No action changes. Takes
// signals->lock. Returns 0; -ENOMEM with nothing changed.
int signal_exec_prepare(struct signal_state *signals);

// Change the actions of the current process, whose signals `signals` are, for a new program:
// handlers are replaced by the default; ignored signals stay ignored; pending and blocked signals
// stay. The current thread has no alternate stack afterwards, and no call to go on with
// (restart_syscall). Takes signals->lock. Caller: has called signal_exec_prepare, and has not
// forked since.
void signal_exec(struct signal_state *signals);

// Returns the action for `signo` (1 to 64, not checked); SIG_DFL if none was set. Takes
// signals->lock.
struct sigaction signal_action(struct signal_state *signals, int signo);

// Store in *ignored the signals whose action is SIG_IGN (not those that are ignored by default),
// and in *caught those with a handler. Takes signals->lock. The process is no zombie.
void signal_dispositions(struct signal_state *signals, sigmask_t *ignored, sigmask_t *caught);

// Set the action for `signo` (1 to 64) of `process`, the current one, and of those with which it
// has joined its table. *action is copied as it is: the caller refuses SIGKILL and SIGSTOP, and
// takes them out of the mask. If the action ignores the signal, discards it where it is pending for
// `process` and its threads; if SIG_IGN ends, sends those of timers (posix_timers_unignore).
// Yields.
// Returns 0; -ENOMEM with nothing changed. Caller: holds no lock.
int signal_set_action(struct process *process, int signo, const struct sigaction *action);

// Replace the handler of `signo` (1 to 64) by SIG_DFL, also for processes that have joined the
// table; its flags and mask stay (SA_RESETHAND). Pending signals stay, too. Needs no memory. Takes
// signals->lock.
void signal_reset_handler(struct signal_state *signals, int signo);

// Returns true if the process ignores `signo`: by SIG_IGN, or by the default. Caller: holds
// signals->lock.
bool signal_ignored_now(const struct signal_state *signals, int signo);

// Remove the signals of the set `which` from all queues of a process: its own and those of its
// threads.
// Caller: holds process->signals.lock.
void signal_discard(struct process *process, sigmask_t which);

// Let other threads of `process`, the current one, look at those signals of the set `which` that
// are pending for the process: the current thread does not take them any more, because it blocks
// them or ends. Takes the lock of the signals. Caller: holds process_lock.
void signal_pass_on(struct process *process, sigmask_t which);

// Returns true if `signo` with this action has no effect: SIG_IGN, or SIG_DFL of a signal that is
// ignored by default.
bool signal_is_ignored(const struct sigaction *action, int signo);

// Replace the current thread's mask of blocked signals. SIGKILL and SIGSTOP are taken out of
// `mask`. Other threads of the process get to take what this one blocks now. Takes process_lock and
// the lock of the signals: the caller holds neither.
void signal_set_mask(sigmask_t mask);

// Set WORK_SIGNAL of the current thread if a signal is pending that it does not block or that it
// waits for (signal_begin_wait), or if it must halt (thread_must_halt); else clear it. Caller:
// holds the lock of its process's signals.
void signal_recalculate(void);

// Let signals of the set `set`, which may be blocked, end the sleep of the current thread from now
// on, until signal_end_wait; they are kept even if they are ignored. Replaces the set of an earlier
// call. Takes the lock of its process's signals.
void signal_begin_wait(sigmask_t set);
// End what signal_begin_wait has begun. Takes the lock of the process's signals.
void signal_end_wait(void);

// Take the next signal of the set, blocked or not, that is pending for the current thread: first of
// those that were sent to it alone, then of those of its process, each in the order of
// sigqueue_take. Does not wait. That of a timer lets the timer go on (posix_timer_delivered).
// Caller: holds no lock. Returns the signal, with its description in *info_store; 0, with
// *info_store unchanged, if there is none.
int signal_take_from(sigmask_t set, struct signal_info *info_store);

// Returns true if the current thread must act upon a pending signal that it does not block and that
// is not in `set`, or on a stop or an end of its process. Takes no lock.
bool signal_other_pending(sigmask_t set);

// Discard the signals that were sent to the current thread only, because it ends. Those of its
// process stay. Takes the lock of the signals. Caller: holds process_lock.
void signal_thread_ended(void);

// Returns the signals that are pending for the current thread or for its process, blocked or not.
// Takes no lock.
sigmask_t signal_pending(void);

// Send `signo` (1 to 64) to a process, without a check whether the sender may (access_signal).
// `info`, which is copied, describes the signal; NULL: the kernel is the sender. The signal is
// dropped if the target ignores it and does not block it, and if the process is process 1 or a
// zombie. A sleep ends only for a signal that will be delivered. A signal to a process is taken by
// a thread of it that does not block it. Takes the lock of the signals, which the caller does not
// hold. The caller keeps `process` valid: by process_lock, or because it is the current process;
// process_lock is needed if a thread of it is traced.
// Returns 0, also if the signal is dropped; -EAGAIN for a real-time signal whose description finds
// no room (sigqueue_add).
int signal_send(struct process *process, int signo, const struct signal_info *info);
// Like signal_send, to the process of `thread`, which has one; this thread takes the signal if it
// does not block it and has nothing else to act upon. Its mask decides whether an ignored signal is
// dropped. The caller keeps `thread` valid, as for signal_send. Returns 0, also if the signal is
// dropped; -EAGAIN for a real-time signal whose description finds no room.
int signal_send_first(struct thread *thread, int signo, const struct signal_info *info);
// Like signal_send, but to one thread alone: it stays pending while this thread blocks it. SIGKILL
// still ends the whole process; SIGCONT and stop signals continue and stop it. Drops the signal
// also if the thread has no process. Returns 0, also if the signal is dropped; -EAGAIN for a
// real-time signal whose description finds no room.
int signal_send_thread(struct thread *thread, int signo, const struct signal_info *info);

// Like signal_send to a process, or with `thread` (not NULL) to that thread of it alone, with a
// reserved description (sigqueue_reserve), which is on no queue and into which *info (not NULL) is
// copied. Process 1 gets it too. Returns true if the signal is pending now; false if it was
// dropped, because it is ignored or the process is a zombie: then the description is on no queue.
// Caller: holds process_lock.
bool signal_send_reserved(struct process *process, struct thread *thread, int signo,
                          const struct signal_info *info, struct pending_info *pending);

// Take a reserved description out of the queue of `process` or of one of its threads, if it is on
// one: its signal is withdrawn. Takes the lock of the signals.
void signal_withdraw(struct process *process, struct pending_info *pending);

// Deliver the signal `signo` that the current thread's own instruction has caused, described by
// *info: make it enter its handler, by changing its user frame. The signal cannot wait: if it is
// blocked, ignored or without a handler, it ends the process, and the function does not return. If
// the stack cannot take the handler's frame, SIGSEGV is delivered instead. For a traced thread it
// is sent by trace_force, and the tracee stops later, on its way to user mode. Yields and sleeps.
// Caller: holds no lock.
void signal_force(int signo, const struct signal_info *info);

// Send `signo` to each process for which `choose(process, arg)` returns true, the oldest first; a
// number that is no signal sends nothing. `choose` is called under process_lock, once for each
// process, and may note its choice in the process. Yields.
// Caller: holds no lock.
// Returns how many processes were chosen. A thread that must die stops early.
int signal_send_chosen(bool (*choose)(struct process *process, void *arg), void *arg, int signo,
                       const struct signal_info *info);

// Act on pending signals, on the way back to user mode: enter at most one handler, by changing
// *frame, the current thread's user frame; halt with a process that stops; end a process whose
// signal ends it: then the function does not return. Without a handler an interrupted call is made
// again or goes on. Yields and sleeps. Caller: holds no lock.
void signal_deliver(struct trapframe *frame);

// Let the handler of `signo` run when the current thread returns to user mode: write a signal frame
// to the program's stack, or with SA_ONSTACK to its alternate stack, and change `frame`, its user
// frame. `action` has the handler; `mask` is the mask that the handler's end restores. Changes
// neither the thread's mask nor the action; an alternate stack with SS_AUTODISARM is reset. Faults
// pages in. Caller: holds no lock.
// Returns true; false if the stack cannot take the frame, or if there is no memory for a copy: then
// the registers in `frame` are unchanged. If `signo` is SIGSEGV and the stack cannot be written,
// the process ends, and the function does not return; a full alternate stack gives false for
// SIGSEGV, too.
bool signal_frame_push(struct trapframe *frame, int signo, const struct sigaction *action,
                       const struct signal_info *info, sigmask_t mask);
