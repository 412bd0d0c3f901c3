// signal_actions.c: what a process does with each signal.
#include "mem/heap.h"
#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "proc/signalfd.h"

// Guards the tables of joined processes. Nested in the lock of one of them.
static struct spinlock actions_lock = SPINLOCK_INIT("signal actions", RANK_ACTIONS);

// Begin to use a table that may be joined (NULL: none).
static inline void table_lock(const struct action_table *table)
{
	if (unlikely(table && table->joined))
		spin_lock(&actions_lock);
}

// End the use that table_lock began.
static inline void table_unlock(const struct action_table *table)
{
	if (unlikely(table && table->joined))
		spin_unlock(&actions_lock);
}

// Drop a reference on a joined table. With one process left it is like any other.
static void leave_joined(struct action_table *table)
{
	spin_lock(&actions_lock);
	table->refs--;
	table->joined = table->refs > 1;
	spin_unlock(&actions_lock);
}

// Drop a reference on a table (NULL: none); the last one frees it.
static void table_put(struct action_table *table)
{
	if (table && unlikely(table->joined))
		leave_joined(table);
	else if (table && __atomic_sub_fetch(&table->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(table);
}

void signal_state_init(struct signal_state *signals)
{
	spin_init(&signals->lock, "signals", RANK_SIGNAL);
	signals->table = NULL;
	signals->reset = 0;
	sigqueue_init(&signals->queue);
	signals->job = JOB_RUNNING;
	signals->halted = signals->stops = 0;
	signals->stop_signal = signals->stop_report = 0;
	signals->signal_continue = false;
	signals->continue_report = false;
	waitq_init(&signals->continued);
	waitq_init(&signals->fd_wait);
	list_init(&signals->fds);
}

void signal_state_destroy(struct signal_state *signals)
{
	sigqueue_discard(&signals->queue, ~0ull);
	if (unlikely(!list_empty(&signals->fds)))
		signalfd_process_ended(signals);
	table_put(signals->table);
}

// Returns the action for `signo`. Caller: holds the lock.
static inline struct sigaction action_of(const struct signal_state *signals, int signo)
{
	struct sigaction action = { .sa_flags = 0 };

	assert_spin_held(&signals->lock);
	table_lock(signals->table);
	if (signals->table)
		action = signals->table->actions[signo];
	table_unlock(signals->table);
	if (sigmask_has(&signals->reset, signo))
		action.sa_handler = SIG_DFL;
	return action;
}

// Returns true if SIG_DFL ignores the signal (signal(7)).
static bool is_ignored_by_default(int signo)
{
	return signo == SIGCHLD || signo == SIGCONT || signo == SIGURG || signo == SIGWINCH;
}

// A single word is read, so a joined table needs no lock.
bool signal_ignored_now(const struct signal_state *signals, int signo)
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

void signal_dispositions(struct signal_state *signals, sigmask_t *ignored, sigmask_t *caught)
{
	const struct action_table *table;

	*ignored = *caught = 0;
	spin_lock(&signals->lock);
	table = signals->table;
	table_lock(table);
	for (int signo = 1; table && signo < NSIG; signo++) {
		void (*handler)(int) = table->actions[signo].sa_handler;

		if (handler == SIG_IGN)
			*ignored |= signal_bit(signo);
		else if (handler != SIG_DFL)
			*caught |= signal_bit(signo);
	}
	table_unlock(table);
	*ignored &= ~signals->reset;
	*caught &= ~signals->reset;
	spin_unlock(&signals->lock);
}

bool signal_is_ignored(const struct sigaction *action, int signo)
{
	return action->sa_handler == SIG_IGN ||
	       (action->sa_handler == SIG_DFL && is_ignored_by_default(signo));
}

// Returns a table that may be changed: one that belongs to this process alone or, unless `alone`, to
// processes that are joined. Copies a table that is shared otherwise. Returns NULL if there is no
// memory. Caller: holds the lock.
static struct action_table *own_table(struct signal_state *signals, bool alone)
{
	struct action_table *old = signals->table, *table;

	assert_spin_held(&signals->lock);
	if (old && (old->refs == 1 || (old->joined && !alone)))
		return old;
	table = kzalloc(sizeof(*table));
	if (!table)
		return NULL;
	table_lock(old);
	if (old)
		memcpy(table->actions, old->actions, sizeof(table->actions));
	table_unlock(old);
	table->refs = 1;
	table_put(old);
	signals->table = table;
	return table;
}

// Make the table of `from` one that processes change together, and take a reference. Handlers that
// SA_RESETHAND has replaced are replaced in the table itself, for all of them. Returns NULL if there
// is no memory. Caller: holds the lock of `from`.
static struct action_table *join_table(struct signal_state *from)
{
	struct action_table *table = own_table(from, false);

	assert_spin_held(&from->lock);
	if (!table)
		return NULL;
	for (int i = 1; i < NSIG; i++)
		if (sigmask_has(&from->reset, i))
			table->actions[i].sa_handler = SIG_DFL;
	from->reset = 0;
	spin_lock(&actions_lock);
	table->joined = true;
	table->refs++;
	spin_unlock(&actions_lock);
	return table;
}

// Give a new process a copy of the table of `from`, which is joined and can be shared in no other
// way. Returns 0 or -ENOMEM. Caller: holds the lock of `from`.
static int copy_joined(struct signal_state *signals, const struct signal_state *from)
{
	struct action_table *table = kzalloc(sizeof(*table));

	assert_spin_held(&from->lock);
	if (!table)
		return -ENOMEM;
	table_lock(from->table);
	memcpy(table->actions, from->table->actions, sizeof(table->actions));
	table_unlock(from->table);
	table->refs = 1;
	signals->table = table;
	return 0;
}

int signal_state_fork(struct signal_state *signals, struct signal_state *from, bool joined)
{
	int error = 0;

	spin_lock(&from->lock);
	if (unlikely(joined)) {
		signals->table = join_table(from);
		error = signals->table ? 0 : -ENOMEM;
	} else if (from->table && unlikely(from->table->joined)) {
		error = copy_joined(signals, from);
	} else if (from->table) {
		signals->table = from->table;
		__atomic_add_fetch(&from->table->refs, 1, __ATOMIC_RELAXED);
	}
	signals->reset = from->reset;
	spin_unlock(&from->lock);
	return error;
}

// Discarding comes under the same hold of the lock: a signal that is sent after it is tested
// against the new action.
int signal_set_action(struct process *process, int signo, const struct sigaction *action)
{
	struct signal_state *signals = &process->signals;
	struct action_table *table;
	bool was_ignored;
	int error = 0;

	assert_no_lock();
	spin_lock(&signals->lock);
	was_ignored = process->posix_timers && action_of(signals, signo).sa_handler == SIG_IGN;
	table = own_table(signals, false);
	if (table) {
		table_lock(table);
		table->actions[signo] = *action;
		table_unlock(table);
		signals->reset &= ~signal_bit(signo);
		if (signal_is_ignored(action, signo))
			signal_discard(process, signal_bit(signo));
	} else {
		error = -ENOMEM;
	}
	spin_unlock(&signals->lock);
	if (unlikely(was_ignored) && !error && !signal_is_ignored(action, signo))
		posix_timers_unignore(signo);
	return error;
}

void signal_reset_handler(struct signal_state *signals, int signo)
{
	spin_lock(&signals->lock);
	if (unlikely(signals->table && signals->table->joined)) {
		spin_lock(&actions_lock);
		signals->table->actions[signo].sa_handler = SIG_DFL;
		spin_unlock(&actions_lock);
	} else {
		signals->reset |= signal_bit(signo);
	}
	spin_unlock(&signals->lock);
}

int signal_exec_prepare(struct signal_state *signals)
{
	int error = 0;

	spin_lock(&signals->lock);
	if (signals->table && !own_table(signals, true))
		error = -ENOMEM;
	spin_unlock(&signals->lock);
	return error;
}

// Replace all handlers by the default. The table belongs to this process alone. Caller: holds the
// lock.
static void forget_handlers(struct signal_state *signals)
{
	struct action_table *table = signals->table;

	assert_spin_held(&signals->lock);
	assert(!table || table->refs == 1);
	for (int i = 1; table && i < NSIG; i++) {
		bool ignored = action_of(signals, i).sa_handler == SIG_IGN;

		memset(&table->actions[i], 0, sizeof(table->actions[i]));
		if (ignored)
			table->actions[i].sa_handler = SIG_IGN;
	}
	signals->reset = 0;
}

int signal_state_fork_ignored(struct signal_state *signals, struct signal_state *from)
{
	int error = signal_state_fork(signals, from, false);

	if (!error)
		error = signal_exec_prepare(signals);
	if (error)
		return error;
	spin_lock(&signals->lock);
	forget_handlers(signals);
	spin_unlock(&signals->lock);
	return 0;
}

// Handlers are addresses in the old program, so they must go. Pending and blocked signals stay
// (execve(2)).
void signal_exec(struct signal_state *signals)
{
	struct thread *thread = thread_current();

	spin_lock(&signals->lock);
	forget_handlers(signals);
	spin_unlock(&signals->lock);
	thread->altstack = thread->altstack_size = 0; // but not the flags, as on Linux
	thread->restart.resume = NULL;
}
