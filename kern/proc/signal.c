// signal.c: what a process does with each signal, what a thread blocks, and sending.
#include "proc/signal.h"

#include "mem/heap.h"
#include "proc/stop_continue.h"
#include "proc/process.h"
#include "thread/mutex.h"

void signal_state_init(struct signal_state *signals)
{
	spin_init(&signals->lock, "signals", RANK_SIGNAL);
	signals->table = NULL;
	signals->reset = 0;
	sigqueue_init(&signals->queue);
	signals->job = JOB_RUNNING;
	signals->stop_report = 0;
	signals->continue_report = false;
	waitq_init(&signals->continued);
}

void signal_state_fork(struct signal_state *signals, struct signal_state *from)
{
	spin_lock(&from->lock);
	signals->table = from->table;
	signals->reset = from->reset;
	if (signals->table)
		__atomic_add_fetch(&signals->table->refs, 1, __ATOMIC_RELAXED);
	spin_unlock(&from->lock);
}

// Drop a reference on a table (NULL: none); the last one frees it.
static void table_put(struct action_table *table)
{
	if (table && __atomic_sub_fetch(&table->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(table);
}

void signal_state_destroy(struct signal_state *signals)
{
	sigqueue_discard(&signals->queue, ~0ull);
	table_put(signals->table);
}

// --- Actions ---

// Returns the action for `signo`. Caller: holds the lock.
static inline struct sigaction action_of(const struct signal_state *signals, int signo)
{
	struct sigaction action = { .sa_flags = 0 };

	assert_spin_held(&signals->lock);
	if (signals->table)
		action = signals->table->actions[signo];
	if (sigmask_has(&signals->reset, signo))
		action.sa_handler = SIG_DFL;
	return action;
}

// Returns true if SIG_DFL ignores the signal (signal(7)).
static bool is_ignored_by_default(int signo)
{
	return signo == SIGCHLD || signo == SIGCONT || signo == SIGURG || signo == SIGWINCH;
}

// Returns true if `signo` has no effect unless it is blocked. Caller: holds the lock.
static bool is_ignored(const struct signal_state *signals, int signo)
{
	void (*handler)(int) = SIG_DFL;

	assert_spin_held(&signals->lock);
	if (signals->table && !sigmask_has(&signals->reset, signo))
		handler = signals->table->actions[signo].sa_handler;
	return handler == SIG_IGN || (handler == SIG_DFL && is_ignored_by_default(signo));
}

struct sigaction signal_action(struct signal_state *signals, int signo)
{
	struct sigaction action;

	spin_lock(&signals->lock);
	action = action_of(signals, signo);
	spin_unlock(&signals->lock);
	return action;
}

bool signal_is_ignored(const struct sigaction *action, int signo)
{
	return action->sa_handler == SIG_IGN ||
	       (action->sa_handler == SIG_DFL && is_ignored_by_default(signo));
}

// Returns a table that belongs to this process alone and may be changed: copies a shared one.
// Returns NULL if there is no memory. Caller: holds the lock.
static struct action_table *own_table(struct signal_state *signals)
{
	struct action_table *old = signals->table, *table;

	assert_spin_held(&signals->lock);
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

// Remove the signals of the set `which` from all queues of a process. Caller: holds the lock.
static void discard(struct process *process, sigmask_t which)
{
	struct thread *thread;

	assert_spin_held(&process->signals.lock);
	sigqueue_discard(&process->signals.queue, which);
	list_for_each(thread, &process->threads, process_link)
		sigqueue_discard(&thread->signals, which);
}

// Discarding comes under the same hold of the lock: a signal that is sent after it is tested
// against the new action.
int signal_set_action(struct process *process, int signo, const struct sigaction *action)
{
	struct signal_state *signals = &process->signals;
	struct action_table *table;
	int error = 0;

	spin_lock(&signals->lock);
	table = own_table(signals);
	if (table) {
		table->actions[signo] = *action;
		signals->reset &= ~signal_bit(signo);
		if (signal_is_ignored(action, signo))
			discard(process, signal_bit(signo));
	} else {
		error = -ENOMEM;
	}
	spin_unlock(&signals->lock);
	return error;
}

void signal_reset_handler(struct signal_state *signals, int signo)
{
	spin_lock(&signals->lock);
	signals->reset |= signal_bit(signo);
	spin_unlock(&signals->lock);
}

int signal_exec_prepare(struct signal_state *signals)
{
	int error = 0;

	spin_lock(&signals->lock);
	if (signals->table && !own_table(signals))
		error = -ENOMEM;
	spin_unlock(&signals->lock);
	return error;
}

// Handlers are addresses in the old program, so they must go. Pending and blocked signals stay
// (execve(2)).
void signal_exec(struct signal_state *signals)
{
	struct thread *thread = thread_current();
	struct action_table *table;

	spin_lock(&signals->lock);
	table = signals->table;
	assert(!table || table->refs == 1);
	for (int i = 1; table && i < NSIG; i++) {
		bool ignored = action_of(signals, i).sa_handler == SIG_IGN;

		memset(&table->actions[i], 0, sizeof(table->actions[i]));
		if (ignored)
			table->actions[i].sa_handler = SIG_IGN;
	}
	signals->reset = 0;
	spin_unlock(&signals->lock);
	thread->altstack = thread->altstack_size = 0; // but not the flags, as on Linux
	thread->restart.resume = NULL;
}

// --- Blocking ---

sigmask_t signal_pending(void)
{
	struct thread *thread = thread_current();

	return thread->signals.set | thread->process->signals.queue.set;
}

void signal_recalculate(struct thread *thread)
{
	assert_spin_held(&thread->process->signals.lock);
	if (signal_pending() & ~thread->sigmask)
		__atomic_or_fetch(&thread->work, WORK_SIGNAL, __ATOMIC_RELAXED);
	else
		__atomic_and_fetch(&thread->work, ~WORK_SIGNAL, __ATOMIC_RELAXED);
}

void signal_set_mask(sigmask_t mask)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;

	spin_lock(&signals->lock);
	thread->sigmask = mask & ~UNBLOCKABLE_SIGNALS;
	signal_recalculate(thread);
	spin_unlock(&signals->lock);
}

// The set is tested without the lock of the signals first. That is safe, because a sender to
// another thread holds process_lock too, as this caller does.
void signal_thread_ended(void)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;

	assert_spin_held(&process_lock);
	if (!thread->signals.set)
		return;
	spin_lock(&signals->lock);
	sigqueue_discard(&thread->signals, ~0ull);
	spin_unlock(&signals->lock);
}

// --- Sending ---

// Do the part of sending that does not wait for delivery: stop signals and SIGCONT discard each
// other, and SIGCONT continues the process even if it is blocked or ignored. Returns false if the
// signal must be dropped, because `thread`, which would take it, ignores it. A blocked signal is
// kept, since its action may change. Caller: holds the lock.
static bool prepare(struct process *process, const struct thread *thread, int signo)
{
	struct signal_state *signals = &process->signals;

	assert_spin_held(&process->signals.lock);
	if (is_stop_signal(signo)) {
		discard(process, signal_bit(SIGCONT));
	} else if (signo == SIGCONT) {
		discard(process, STOP_SIGNALS);
		job_continue(signals);
	} else if (signo == SIGKILL) {
		job_kill(signals);
	}
	return sigmask_has(&thread->sigmask, signo) || !is_ignored(signals, signo);
}

// Send to `thread` of `process` through `queue`, which is the thread's own or the process's.
static int send(struct process *process, struct thread *thread, struct signal_queue *queue,
                int signo, const struct signal_info *info)
{
	struct signal_state *signals = &process->signals;
	int error = 0;

	spin_lock(&signals->lock);
	if (prepare(process, thread, signo)) {
		error = sigqueue_add(queue, signo, info,
		                     process->limits[RLIMIT_SIGPENDING].rlim_cur);
		if (signo == SIGKILL)
			thread_interrupt(thread, WORK_KILL | WORK_SIGNAL);
		else if (!error && !sigmask_has(&thread->sigmask, signo))
			thread_interrupt(thread, WORK_SIGNAL);
	}
	spin_unlock(&signals->lock);
	return error;
}

int signal_send(struct process *process, int signo, const struct signal_info *info)
{
	if (process->pid == PID_INIT || process->zombie)
		return 0;
	return send(process, process_thread(process), &process->signals.queue, signo, info);
}

int signal_send_thread(struct thread *thread, int signo, const struct signal_info *info)
{
	struct process *process = thread->process;

	if (!process || process->pid == PID_INIT || process->zombie)
		return 0;
	return send(process, thread, &thread->signals, signo, info);
}

#define SEND_COST 300 // instructions, roughly, to send a signal
#define LOOK_COST 20  // instructions to test a process that gets none

// The lock is released when it is time to yield; the walk finds its place again.
int signal_send_chosen(bool (*choose)(struct process *process, void *arg), void *arg, int signo,
                       const struct signal_info *info)
{
	struct process_walk walk = { 0 };
	struct process *process;
	uint32_t cost = 0;
	int count = 0;

	assert_no_lock();
	spin_lock(&process_lock);
	while ((process = process_walk_next(&walk, cost))) {
		cost = LOOK_COST;
		if (!choose(process, arg))
			continue;
		count++;
		if (signo <= 0 || signo >= NSIG)
			continue;
		cost = SEND_COST;
		signal_send(process, signo, info);
	}
	spin_unlock(&process_lock);
	return count;
}
