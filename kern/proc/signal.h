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

// Initialize the signals of a new process: default actions, nothing pending.
void signal_state_init(struct signal_state *signals);

// Give a new process the actions of `from`. With `joined` both processes have one table: what one
// changes, the other has changed too (CLONE_SIGHAND). Nothing is pending for the new process.
// Returns 0 or -ENOMEM.
int signal_state_fork(struct signal_state *signals, struct signal_state *from, bool joined);

// Like signal_state_fork, but keep only that signals are ignored; handlers become the default
// (CLONE_CLEAR_SIGHAND). Returns 0 or -ENOMEM.
int signal_state_fork_ignored(struct signal_state *signals, struct signal_state *from);

// Free all that `signals` holds. The process is a zombie or was never published.
void signal_state_destroy(struct signal_state *signals);

// Give the process a table of actions of its own, so that signal_exec needs no memory. Returns 0 or
// -ENOMEM.
int signal_exec_prepare(struct signal_state *signals);

// Change the actions for a new program: handlers are replaced by the default; ignored signals stay
// ignored. Caller: has called signal_exec_prepare, and has not forked since.
void signal_exec(struct signal_state *signals);

// Returns the action for `signo`.
struct sigaction signal_action(struct signal_state *signals, int signo);

// Store which signals a process ignores, because it has asked for that, and for which it has handlers.
void signal_dispositions(struct signal_state *signals, sigmask_t *ignored, sigmask_t *caught);

// Set the action for `signo` of `process`, the current one. If that ignores the signal, discards it where
// it is pending. Returns 0 or -ENOMEM. Caller: holds no lock.
int signal_set_action(struct process *process, int signo, const struct sigaction *action);

// Replace the handler of `signo` by SIG_DFL; its flags and mask stay (SA_RESETHAND).
void signal_reset_handler(struct signal_state *signals, int signo);

// Returns true if `signo` has no effect unless it is blocked. Caller: holds the lock.
bool signal_ignored_now(const struct signal_state *signals, int signo);

// Remove the signals of the set `which` from all queues of a process. Caller: holds the lock of its
// signals.
void signal_discard(struct process *process, sigmask_t which);

// The current thread does not take the signals of the set `which` any more, because it blocks them
// or ends: let other threads of its process look at those that are pending for the process. Caller:
// holds process_lock.
void signal_pass_on(struct process *process, sigmask_t which);

// Returns true if a signal with this action has no effect: ignored, or ignored by default.
bool signal_is_ignored(const struct sigaction *action, int signo);

// Replace the current thread's mask of blocked signals. SIGKILL and SIGSTOP cannot be blocked.
void signal_set_mask(sigmask_t mask);

// Set WORK_SIGNAL of the current thread if a signal is pending that it does not block, or if its
// process stops; else clear it. Caller: holds the lock of its process's signals.
void signal_recalculate(void);

// The current thread waits for signals of the set `set`, which may be blocked: each is kept, and ends
// the thread's sleep. Until signal_end_wait.
void signal_begin_wait(sigmask_t set);
void signal_end_wait(void);

// Take the next signal of the set that is pending for the current thread, its own first. Caller: holds
// no lock. Returns it, with its description in *info_store, or 0 if there is none.
int signal_take_from(sigmask_t set, struct signal_info *info_store);

// Returns true if the current thread must act upon a signal that is not in `set`, or on a stop or an
// end of its process.
bool signal_other_pending(sigmask_t set);

// Discard the signals that were sent to the current thread only, because it ends. Caller: holds
// process_lock.
void signal_thread_ended(void);

// Returns the signals that are pending for the current thread, blocked or not.
sigmask_t signal_pending(void);

// Send `signo` (1 to 64) to a process. `info` NULL: the kernel is the sender. The signal is
// dropped if the target ignores it and does not block it. A sleep ends only for a signal that will
// be delivered. A signal to a process is taken by a thread of it that does not block it. Caller: may
// hold process_lock.
// Returns 0, or -EAGAIN for a real-time signal that finds the queue full.
int signal_send(struct process *process, int signo, const struct signal_info *info);
// Like signal_send, to the process of `thread`; this thread takes the signal if it does not block it.
int signal_send_first(struct thread *thread, int signo, const struct signal_info *info);
// Like signal_send, but to one thread.
int signal_send_thread(struct thread *thread, int signo, const struct signal_info *info);

// Like signal_send to a process, or with `thread` to that thread of it, with a reserved description,
// which is on no queue. Returns false if the signal is ignored. Caller: holds process_lock.
bool signal_send_reserved(struct process *process, struct thread *thread, int signo,
                          const struct signal_info *info, struct pending_info *pending);

// Take a reserved description out of the queue of `process` or of one of its threads, if it is on
// one.
void signal_withdraw(struct process *process, struct pending_info *pending);

// Deliver a signal that the current thread's own instruction has caused. The signal cannot wait:
// if it is blocked or ignored, it ends the process.
void signal_force(int signo, const struct signal_info *info);

// Send `signo` to each process for which `choose(process, arg)` returns true, the oldest first; a
// number that is no signal sends nothing. `choose` is called under process_lock, once for each
// process, and may note its choice in the process. Yields.
// Caller: holds no lock.
// Returns how many processes were chosen. A thread that must die stops early.
int signal_send_chosen(bool (*choose)(struct process *process, void *arg), void *arg, int signo,
                       const struct signal_info *info);

// Act on pending signals, on the way back to user mode. `frame` is the current thread's user
// frame.
void signal_deliver(struct trapframe *frame);

// Let the handler of `signo` run when the current thread returns to user mode: write a signal
// frame to the program's stack and change `frame`. `mask` is the mask that the handler's end
// restores. Returns false if the stack cannot take the frame.
bool signal_frame_push(struct trapframe *frame, int signo, const struct sigaction *action,
                       const struct signal_info *info, sigmask_t mask);
