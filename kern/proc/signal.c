// signal.c: sending signals and acting on them.
#include "proc/signal.h"

#include <abi/wait.h>
#include "mem/heap.h"
#include "proc/process.h"

struct pending_info {
	struct list link;
	int signo;
	struct signal_info info;
};

#define UNBLOCKABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
#define STOP_SIGNALS \
	(signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))
#define IGNORED_BY_DEFAULT \
	(signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH))
#define DUMPS_CORE                                                                              \
	(signal_bit(SIGQUIT) | signal_bit(SIGILL) | signal_bit(SIGTRAP) | signal_bit(SIGABRT) | \
	 signal_bit(SIGBUS) | signal_bit(SIGFPE) | signal_bit(SIGSEGV) | signal_bit(SIGXCPU) |  \
	 signal_bit(SIGXFSZ) | signal_bit(SIGSYS))

void signal_state_init(struct signal_state *signals)
{
	spin_init(&signals->lock, "signals", RANK_SIGNAL);
	signals->table = NULL;
	signals->pending = 0;
	signals->stopped = false;
	list_init(&signals->infos);
}

void signal_state_fork(struct signal_state *signals, struct signal_state *from)
{
	spin_lock(&from->lock);
	signals->table = from->table;
	if (signals->table)
		__atomic_add_fetch(&signals->table->refs, 1, __ATOMIC_RELAXED);
	spin_unlock(&from->lock);
}

static void table_put(struct action_table *table)
{
	if (table && __atomic_sub_fetch(&table->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(table);
}

// Forget what is told of `signo` (0: of all).
static void drop_infos(struct signal_state *signals, int signo)
{
	struct pending_info *info, *after;

	list_for_each_safe(info, after, &signals->infos, link) {
		if (signo == 0 || info->signo == signo) {
			list_remove(&info->link);
			kfree(info);
		}
	}
}

void signal_state_destroy(struct signal_state *signals)
{
	drop_infos(signals, 0);
	table_put(signals->table);
}

struct sigaction signal_action(struct signal_state *signals, int signo)
{
	struct sigaction action = { .sa_flags = 0 };

	spin_lock(&signals->lock);
	if (signals->table)
		action = signals->table->actions[signo];
	spin_unlock(&signals->lock);
	return action;
}

static sigmask_t mask_of(sigset_t set)
{
	return (sigmask_t)set.bits[1] << 32 | set.bits[0];
}

// Does a signal with this action come to nothing?
static bool is_ignored(const struct sigaction *action, int signo)
{
	return action->sa_handler == SIG_IGN ||
	       (action->sa_handler == SIG_DFL && (IGNORED_BY_DEFAULT & signal_bit(signo)));
}

// A table of the process's own, that may be changed. NULL without memory.
static struct action_table *own_table(struct signal_state *signals)
{
	struct action_table *old = signals->table, *table;

	if (old && old->refs == 1)
		return old;
	table = kzalloc(sizeof(*table));
	if (!table)
		return NULL;
	if (old)
		memcpy(table, old, sizeof(*table));
	table->refs = 1;
	table_put(old);
	signals->table = table;
	return table;
}

int signal_set_action(struct signal_state *signals, int signo, const struct sigaction *action)
{
	struct action_table *table;
	int error = 0;

	spin_lock(&signals->lock);
	table = own_table(signals);
	if (table) {
		table->actions[signo] = *action;
		if (is_ignored(action, signo)) {
			signals->pending &= ~signal_bit(signo);
			drop_infos(signals, signo);
		}
	} else {
		error = -ENOMEM;
	}
	spin_unlock(&signals->lock);
	return error;
}

void signal_exec(struct signal_state *signals)
{
	struct action_table *table;

	spin_lock(&signals->lock);
	table = signals->table;
	if (table) {
		// Without memory for a table of its own the program starts with the default for
		// all.
		table = own_table(signals);
		for (int i = 1; table && i < NSIG; i++) {
			bool ignored = table->actions[i].sa_handler == SIG_IGN;

			memset(&table->actions[i], 0, sizeof(table->actions[i]));
			if (ignored)
				table->actions[i].sa_handler = SIG_IGN;
		}
		if (!table) {
			table_put(signals->table);
			signals->table = NULL;
		}
	}
	spin_unlock(&signals->lock);
	thread_current()->altstack_size = 0;
}

void signal_set_mask(sigmask_t mask)
{
	struct thread *thread = thread_current();

	thread->sigmask = mask & ~UNBLOCKABLE;
	if (thread->process->signals.pending & ~thread->sigmask)
		__atomic_or_fetch(&thread->work, WORK_SIGNAL, __ATOMIC_RELAXED);
}

// Enter a signal into the pending ones. Caller: holds the lock. Returns whether anybody is to look
// at it.
static bool make_pending(struct signal_state *signals, int signo, const struct signal_info *info)
{
	struct pending_info *pending;

	if (signo == SIGCONT) {
		signals->pending &= ~STOP_SIGNALS;
		signals->stopped = false;
	}
	if (signal_bit(signo) & STOP_SIGNALS)
		signals->pending &= ~signal_bit(SIGCONT);
	if (signals->pending & signal_bit(signo))
		return false;
	if (signo != SIGKILL && signo != SIGSTOP) {
		struct sigaction action = { .sa_flags = 0 };

		if (signals->table)
			action = signals->table->actions[signo];
		if (is_ignored(&action, signo))
			return signo == SIGCONT;
	}
	signals->pending |= signal_bit(signo);
	pending = info ? kmalloc(sizeof(*pending)) : NULL;
	if (pending) {
		pending->signo = signo;
		pending->info = *info;
		list_add_tail(&signals->infos, &pending->link);
	}
	return true;
}

void signal_send(struct process *process, int signo, const struct signal_info *info)
{
	struct signal_state *signals = &process->signals;
	bool look;

	if (process->pid == PID_INIT || process->zombie)
		return;
	spin_lock(&signals->lock);
	look = make_pending(signals, signo, info);
	spin_unlock(&signals->lock);
	if (look)
		thread_interrupt(process_thread(process),
		                 signo == SIGKILL ? WORK_KILL | WORK_SIGNAL : WORK_SIGNAL);
}

int signal_send_group(pid_t pgid, int signo, const struct signal_info *info)
{
	struct process *process;
	int count = 0;

	spin_lock(&process_lock);
	list_for_each(process, &all_processes, all_link) {
		if (process->pgid == pgid) {
			count++;
			if (signo > 0 && signo < NSIG)
				signal_send(process, signo, info);
		}
	}
	spin_unlock(&process_lock);
	return count;
}

// Stop the process by `signo` until SIGCONT or SIGKILL comes.
static void stop(struct process *process, int signo)
{
	struct waitq nobody = WAITQ_INIT(nobody);

	process->signals.stopped = true;
	process_report_stop(signo);
	while (process->signals.stopped && !(process->signals.pending & signal_bit(SIGKILL))) {
		__atomic_and_fetch(&thread_current()->work, ~WORK_SIGNAL, __ATOMIC_RELAXED);
		waitq_sleep(&nobody, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	}
	if (!process->signals.stopped)
		process_report_stop(0);
	process->signals.stopped = false;
}

// The smallest signal of a set that is not empty.
static int lowest_signal(sigmask_t set)
{
	uint32_t low = (uint32_t)set;

	return low ? __builtin_ctz(low) + 1 : __builtin_ctz((uint32_t)(set >> 32)) + 33;
}

// The next signal to act upon, taken out of the pending ones: those that an instruction caused come
// first, as on Linux. 0: none.
static int take_signal(struct signal_state *signals, sigmask_t mask, struct signal_info *info_store)
{
	sigmask_t ready = signals->pending & ~mask;
	struct pending_info *info;
	int signo;

	if (!ready)
		return 0;
	signo = (ready & signal_bit(SIGKILL)) ? SIGKILL : lowest_signal(ready);
	signals->pending &= ~signal_bit(signo);
	*info_store = (struct signal_info){ .code = SI_KERNEL };
	list_for_each(info, &signals->infos, link) {
		if (info->signo == signo) {
			*info_store = info->info;
			break;
		}
	}
	drop_infos(signals, signo);
	return signo;
}

#define SYSCALL_INSTRUCTION_SIZE 2 // int $0x80

// Make an interrupted call again, by going back to the instruction with the call's number.
static void restart_call(struct trapframe *frame)
{
	frame->eax = frame->err;
	frame->eip -= SYSCALL_INSTRUCTION_SIZE;
}

// Did a signal end a system call that may be made again? Such calls return -ERESTARTSYS or
// -ERESTARTNOHAND, which no program ever sees. Without a handler they are made again; with one,
// the first are as its SA_RESTART says, the others never.
static bool call_interrupted(const struct trapframe *frame)
{
	int error = -(int32_t)frame->eax;

	return frame->trapno == TRAP_SYSCALL && (error == ERESTARTSYS || error == ERESTARTNOHAND);
}

// The handler of `signo` has no stack. That is a SIGSEGV, whose handler may have one of its own; if it
// was the one, nothing can be told to the program any more.
static void no_frame(int signo)
{
	struct signal_info info = { .code = SI_KERNEL };

	if (signo == SIGSEGV)
		process_exit(SIGSEGV);
	signal_force(SIGSEGV, &info);
}

// Let the handler of `signo` run. Its mask, and what SA_ flags say of the time while it runs, are
// set.
static void run_handler(struct trapframe *frame, int signo, const struct sigaction *action,
                        const struct signal_info *info)
{
	struct thread *thread = thread_current();
	sigmask_t mask = thread->restore_sigmask ? thread->saved_sigmask : thread->sigmask;
	struct sigaction reset = { .sa_flags = 0 };

	if (call_interrupted(frame)) {
		if ((action->sa_flags & SA_RESTART) && (int32_t)frame->eax == -ERESTARTSYS)
			restart_call(frame);
		else
			frame->eax = (uint32_t)-EINTR;
	}
	thread->restore_sigmask = false;
	if (!signal_frame_push(frame, signo, action, info, mask)) {
		no_frame(signo);
		return;
	}
	mask = thread->sigmask | mask_of(action->sa_mask);
	if (!(action->sa_flags & SA_NODEFER))
		mask |= signal_bit(signo);
	signal_set_mask(mask);
	if (action->sa_flags & SA_RESETHAND)
		signal_set_action(&thread->process->signals, signo, &reset);
}

void signal_force(int signo, const struct signal_info *info)
{
	struct thread *thread = thread_current();
	struct sigaction action = signal_action(&thread->process->signals, signo);

	if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN ||
	    (thread->sigmask & signal_bit(signo)))
		process_exit(signo);
	run_handler(thread_user_frame(thread), signo, &action, info);
}

void signal_deliver(struct trapframe *frame)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	struct signal_state *signals = &process->signals;
	struct signal_info info;
	struct sigaction action;
	int signo;

	for (;;) {
		__atomic_and_fetch(&thread->work, ~(WORK_SIGNAL | WORK_KILL), __ATOMIC_RELAXED);
		spin_lock(&signals->lock);
		signo = take_signal(signals, thread->sigmask, &info);
		spin_unlock(&signals->lock);
		if (signo == 0)
			break;
		action = signal_action(signals, signo);
		if (is_ignored(&action, signo) && signo != SIGKILL && signo != SIGSTOP)
			continue;
		if (signo != SIGKILL && signo != SIGSTOP && action.sa_handler != SIG_DFL) {
			run_handler(frame, signo, &action, &info);
			return;
		}
		if (!(signal_bit(signo) & STOP_SIGNALS))
			process_exit(signo);
		if (signo == SIGSTOP || !process_group_orphaned())
			stop(process, signo);
	}
	if (call_interrupted(frame))
		restart_call(frame);
	if (thread->restore_sigmask) {
		thread->restore_sigmask = false;
		signal_set_mask(thread->saved_sigmask);
	}
}
