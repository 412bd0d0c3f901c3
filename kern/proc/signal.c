// signal.c: what a thread blocks, and sending signals.
#include "proc/signal.h"

#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/signalfd.h"
#include "proc/stop_continue.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/yield.h"

#define THREAD_COST 15u // instructions, roughly, for each thread that a walk passes

void signal_discard(struct process *process, sigmask_t which)
{
	struct thread *thread;

	assert_spin_held(&process->signals.lock);
	sigqueue_discard(&process->signals.queue, which);
	list_for_each(thread, &process->threads, process_link)
		sigqueue_discard(&thread->signals, which);
}

sigmask_t signal_pending(void)
{
	struct thread *thread = thread_current();

	return thread->signals.set | thread->process->signals.queue.set;
}

void signal_recalculate(void)
{
	struct thread *thread = thread_current();
	sigmask_t pending = signal_pending();

	assert_spin_held(&thread->process->signals.lock);
	if ((pending && (pending & (~thread->sigmask | thread->awaited))) ||
	    thread_must_halt(thread))
		__atomic_or_fetch(&thread->work, WORK_SIGNAL, __ATOMIC_RELAXED);
	else
		__atomic_and_fetch(&thread->work, ~WORK_SIGNAL, __ATOMIC_RELAXED);
}

void signal_set_mask(sigmask_t mask)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;
	sigmask_t given_up = 0;

	spin_lock(&signals->lock);
	mask &= ~UNBLOCKABLE_SIGNALS;
	if (unlikely(signals->queue.set))
		given_up = mask & ~thread->sigmask & signals->queue.set;
	thread->sigmask = mask;
	signal_recalculate();
	spin_unlock(&signals->lock);
	if (unlikely(given_up && thread->process->thread_count > 1)) {
		spin_lock(&process_lock);
		signal_pass_on(thread->process, given_up);
		spin_unlock(&process_lock);
	}
}

void signal_begin_wait(sigmask_t set)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;

	spin_lock(&signals->lock);
	thread->awaited = set;
	signal_recalculate();
	spin_unlock(&signals->lock);
}

void signal_end_wait(void)
{
	signal_begin_wait(0);
}

int signal_take_from(sigmask_t set, struct signal_info *info_store)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;
	int signo;

	assert_no_lock();
	spin_lock(&signals->lock);
	signo = sigqueue_take(&thread->signals, ~set, info_store);
	if (!signo)
		signo = sigqueue_take(&signals->queue, ~set, info_store);
	signal_recalculate();
	spin_unlock(&signals->lock);
	if (signo && info_store->timer)
		posix_timer_delivered(info_store);
	return signo;
}

bool signal_other_pending(sigmask_t set)
{
	const struct thread *thread = thread_current();

	return (thread->work & WORK_KILL) || thread_must_halt(thread) ||
	       (signal_pending() & ~thread->sigmask & ~set);
}

// One thread for each signal is enough.
void signal_pass_on(struct process *process, sigmask_t which)
{
	struct signal_state *signals = &process->signals;
	struct thread *thread;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	which &= signals->queue.set;
	list_for_each(thread, &process->threads, process_link) {
		if (!which)
			break;
		if (thread == thread_current() || thread->leaving || !(which & ~thread->sigmask))
			continue;
		thread_interrupt(thread, WORK_SIGNAL);
		which &= thread->sigmask;
	}
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

// Do the part of sending that does not wait for delivery: stop signals and SIGCONT discard each
// other, and SIGCONT continues the process even if it is blocked or ignored. Returns false if the
// signal must be dropped, because it is ignored and `thread` does not block it. A blocked signal is
// kept, since its action may change; and any signal of a tracee, whose tracer sees it first. Caller: holds
// the lock.
static bool prepare(struct process *process, const struct thread *thread, int signo)
{
	struct signal_state *signals = &process->signals;

	assert_spin_held(&process->signals.lock);
	if (is_stop_signal(signo)) {
		signal_discard(process, signal_bit(SIGCONT));
	} else if (signo == SIGCONT) {
		signal_discard(process, STOP_SIGNALS);
		job_continue(process);
	} else if (signo == SIGKILL) {
		job_kill(signals);
	}
	return sigmask_has(&thread->sigmask, signo) || sigmask_has(&thread->awaited, signo) ||
	       !signal_ignored_now(signals, signo) || thread_is_traced(thread);
}

// Returns true if `thread` would take `signo` if that were sent to its process.
static bool takes(const struct thread *thread, int signo)
{
	return !thread->leaving &&
	       (!sigmask_has(&thread->sigmask, signo) || sigmask_has(&thread->awaited, signo));
}

// Count the work of a walk over all threads: callers send signals in loops.
static void count_walk(const struct process *process)
{
	(void)yield_due(THREAD_COST * process->thread_count);
}

// Returns the thread that takes `signo`, which is sent to its process: `first`, or else any other, if
// it does not block the signal and has no other signal to act upon; else one that does not block it.
// NULL if all block it.
static struct thread *choose_thread(const struct process *process, struct thread *first, int signo)
{
	struct thread *thread, *busy = NULL;

	if (takes(first, signo) && !(first->work & WORK_SIGNAL))
		return first;
	if (likely(process->thread_count == 1))
		return takes(first, signo) ? first : NULL;
	count_walk(process);
	list_for_each(thread, &process->threads, process_link) {
		if (!takes(thread, signo))
			continue;
		if (!(thread->work & WORK_SIGNAL))
			return thread;
		if (!busy)
			busy = thread;
	}
	return busy;
}

// SIGKILL was sent: it ends all threads of the process.
static void kill_all(const struct process *process)
{
	struct thread *thread;

	count_walk(process);
	list_for_each(thread, &process->threads, process_link)
		thread_interrupt(thread, WORK_KILL | WORK_SIGNAL);
}

// Let the thread that takes `signo`, which is pending now, know: with `shared` any thread of the
// process, best `thread`, else that one. Caller: holds the lock.
static void notify(struct process *process, struct thread *thread, bool shared, int signo)
{
	assert_spin_held(&process->signals.lock);
	if (shared)
		thread = choose_thread(process, thread, signo);
	if (signo == SIGKILL)
		kill_all(process);
	else if (thread && takes(thread, signo))
		thread_interrupt(thread, WORK_SIGNAL);
	if (unlikely(!waitq_empty(&process->signals.fd_wait)))
		waitq_wake_all(&process->signals.fd_wait);
	if (unlikely(!list_empty(&process->signals.fds)))
		signalfd_notify(&process->signals);
}

// Send to `thread` of `process` alone, or with `shared` to the process: then any thread may take the
// signal, best this one. The thread's mask decides whether the signal is dropped, as on Linux.
static int send(struct process *process, struct thread *thread, bool shared, int signo,
                const struct signal_info *info)
{
	struct signal_state *signals = &process->signals;
	struct signal_queue *queue = shared ? &signals->queue : &thread->signals;
	int error = 0;

	spin_lock(&signals->lock);
	if (prepare(process, thread, signo)) {
		error = sigqueue_add(queue, signo, info, thread->credentials->account,
		                     process->limits[RLIMIT_SIGPENDING].rlim_cur);
		if (!error)
			notify(process, thread, shared, signo);
	}
	spin_unlock(&signals->lock);
	return error;
}

bool signal_send_reserved(struct process *process, struct thread *thread, int signo,
                          const struct signal_info *info, struct pending_info *pending)
{
	struct signal_state *signals = &process->signals;
	bool shared = !thread, kept;

	assert_spin_held(&process_lock);
	if (process->zombie)
		return false;
	if (shared)
		thread = process_thread(process);
	spin_lock(&signals->lock);
	kept = prepare(process, thread, signo);
	if (kept) {
		sigqueue_add_reserved(shared ? &signals->queue : &thread->signals, pending, signo,
		                      info);
		notify(process, thread, shared, signo);
	}
	spin_unlock(&signals->lock);
	return kept;
}

void signal_withdraw(struct process *process, struct pending_info *pending)
{
	spin_lock(&process->signals.lock);
	sigqueue_withdraw(pending);
	spin_unlock(&process->signals.lock);
}

int signal_send(struct process *process, int signo, const struct signal_info *info)
{
	if (process->pid == PID_INIT || process->zombie)
		return 0;
	return send(process, process_thread(process), true, signo, info);
}

int signal_send_thread(struct thread *thread, int signo, const struct signal_info *info)
{
	struct process *process = thread->process;

	if (!process || process->pid == PID_INIT || process->zombie)
		return 0;
	return send(process, thread, false, signo, info);
}

int signal_send_first(struct thread *thread, int signo, const struct signal_info *info)
{
	struct process *process = thread->process;

	if (process->pid == PID_INIT || process->zombie)
		return 0;
	return send(process, thread, true, signo, info);
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
