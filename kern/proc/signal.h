// signal.h: signals: sent, kept until their thread returns to user mode, and then acted upon.
//
//	signal.c      what a process does with each signal, what a thread blocks, sending
//	signal_queue.c    pending signals
//	signal_deliver.c  acting on them, on the way back to user mode
//	signal_frame.c    the frame on the program's stack with which a handler starts
//	stop_continue.c        stopping, continuing, and orphaned groups
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

static inline bool is_stop_signal(int signo)
{
	return signo >= SIGSTOP && signo <= SIGTTOU; // they follow each other
}

// What a process wants done with each signal. Processes share a table after a fork until one of
// them changes something.
struct action_table {
	uint32_t refs;                  // [a]
	struct sigaction actions[NSIG]; // by number; constant while refs > 1
};

enum job_state {
	JOB_RUNNING,
	JOB_STOPPING, // a stop signal was taken and may stop the process: no SIGCONT has come since
	JOB_STOPPED,  // until SIGCONT
};

// The signals of a process. What is blocked, and what was sent to one thread alone, is in struct
// thread.
// [g] lock   [a] atomic
struct signal_state {
	struct spinlock lock;
	struct action_table *table; // [g] NULL: the default for all
	sigmask_t reset;            // [g] SA_RESETHAND has replaced these handlers by SIG_DFL
	struct signal_queue queue;  // [g] sent to the process and not yet acted upon
	enum job_state job;         // [g]
	uint8_t stop_report;    // [g] stopped by this signal, which wait4 has not reported; 0: none
	bool continue_report;   // [g] continued, which wait4 has not reported
	struct waitq continued; // threads of the stopped process
};

void signal_state_init(struct signal_state *signals);

// Let the new process's signals begin as `from`'s: the same actions, nothing pending.
void signal_state_fork(struct signal_state *signals, struct signal_state *from);

void signal_state_destroy(struct signal_state *signals);

// A new program begins: handlers are gone, what was ignored stays ignored.
void signal_exec(struct signal_state *signals);

// Return what is done with `signo`.
struct sigaction signal_action(struct signal_state *signals, int signo);

// Change what is done with `signo`. A pending signal that comes to nothing by this is discarded.
// Returns 0 or -ENOMEM.
int signal_set_action(struct process *process, int signo, const struct sigaction *action);

// Put SIG_DFL in the place of the handler of `signo`, whose other settings stay (SA_RESETHAND).
void signal_reset_handler(struct signal_state *signals, int signo);

// Returns true if a signal with this action comes to nothing.
bool signal_is_ignored(const struct sigaction *action, int signo);

// Replace the current thread's mask of blocked signals; SIGKILL and SIGSTOP cannot be blocked.
void signal_set_mask(sigmask_t mask);

// Set or clear WORK_SIGNAL of the current thread: is anything pending that it does not block?
// Caller: holds the lock of its process's signals.
void signal_recalculate(struct thread *thread);

// The current thread ends: discard what was sent to it alone. Caller: holds process_lock.
void signal_thread_ended(void);

// The signals that are pending for the current thread, blocked or not.
sigmask_t signal_pending(void);

// Send `signo` (1 to 64) to a process, or to one thread. `info` NULL: the kernel is the sender. A
// signal that the target neither blocks nor handles comes to nothing. Only a signal that will be
// delivered ends a sleep. Caller: may hold process_lock.
// Returns 0, or -EAGAIN for a real-time signal that finds the queue full.
int signal_send(struct process *process, int signo, const struct signal_info *info);
int signal_send_thread(struct thread *thread, int signo, const struct signal_info *info);

// A signal that the current thread's own instruction caused. It cannot wait: where it is blocked or
// ignored, it ends the process.
void signal_force(int signo, const struct signal_info *info);

// Send `signo`, or nothing if it is no signal's number, to every process of group `pgid`. Returns how
// many there were. Caller: holds no lock; may be an interrupt handler.
int signal_send_group(pid_t pgid, int signo, const struct signal_info *info);

// The same for a thread that may yield: it does where the group is large.
int signal_kill_group(pid_t pgid, int signo, const struct signal_info *info);

// Act on what is pending, on the way back to user mode.
void signal_deliver(struct trapframe *frame);

// Let the handler of `signo` run when the current thread returns to user mode, by changing `frame`
// and laying out the program's stack (signal_frame.c). false: the stack cannot take it.
bool signal_frame_push(struct trapframe *frame, int signo, const struct sigaction *action,
                       const struct signal_info *info, sigmask_t mask);
