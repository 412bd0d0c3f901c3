// signal.h: signals: sent, kept until their thread returns to user mode, and then acted upon.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"
#include "list.h"
#include <abi/signal.h>

struct process;
struct thread;
struct trapframe;

typedef uint64_t sigmask_t; // signal n is bit n - 1

static inline sigmask_t signal_bit(int signo)
{
	return 1ull << (signo - 1);
}

// A signal that the program brought upon itself, or somebody's: what siginfo tells of it.
struct signal_info {
	int code;             // si_code
	uintptr_t addr;       // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP
	pid_t pid;            // SI_USER, SIGCHLD
	int status;           // SIGCHLD
	uint32_t trapno, err; // of a CPU exception, for the handler's context
};

// What a process wants done with each signal. Processes share a table after a fork until one of
// them changes something.
struct action_table {
	uint32_t refs;                  // [a]
	struct sigaction actions[NSIG]; // by number; constant while refs > 1
};

// The signals of a process. Which are blocked is each thread's own affair (struct thread).
// [g] lock   [a] atomic
struct signal_state {
	struct spinlock lock;
	struct action_table *table; // [g] NULL: the default for all
	sigmask_t pending;          // [g] sent and not yet acted upon
	struct list infos; // [g] struct pending_info of pending signals, where there was memory
	bool stopped;      // [g] by SIGSTOP or its like
};

void signal_state_init(struct signal_state *signals);

// Let the new process's signals begin as `from`'s: the same actions, nothing pending.
void signal_state_fork(struct signal_state *signals, struct signal_state *from);

void signal_state_destroy(struct signal_state *signals);

// A new program begins: handlers are gone, what was ignored stays ignored.
void signal_exec(struct signal_state *signals);

// What to do with `signo`; and change it: 0 or -ENOMEM.
struct sigaction signal_action(struct signal_state *signals, int signo);
int signal_set_action(struct signal_state *signals, int signo, const struct sigaction *action);

// Change the current thread's mask of blocked signals; SIGKILL and SIGSTOP cannot be.
void signal_set_mask(sigmask_t mask);

// Send `signo` (1 to 64) to a process. `info` NULL: from the kernel itself. A signal that the
// process ignores is dropped; one that is pending already stays so. Caller: may hold process_lock.
void signal_send(struct process *process, int signo, const struct signal_info *info);

// A signal that the current thread's own instruction caused. It cannot wait: where it is blocked or
// ignored, it ends the process.
void signal_force(int signo, const struct signal_info *info);

// Send to every process of group `pgid`. Returns how many there were. Caller: holds no lock.
int signal_send_group(pid_t pgid, int signo, const struct signal_info *info);

// Act on what is pending, on the way back to user mode.
void signal_deliver(struct trapframe *frame);

// Let the handler of `signo` run when the current thread returns to user mode, by changing `frame`
// and laying out the program's stack (sigframe.c). false: the stack cannot take it.
bool signal_frame_push(struct trapframe *frame, int signo, const struct sigaction *action,
                       const struct signal_info *info, sigmask_t mask);
