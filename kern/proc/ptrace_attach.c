// ptrace_attach.c: who traces whom: the begin of tracing, its end, and the ends of tracers and tracees.
#include "mem/heap.h"
#include "proc/process_permission.h"
#include "proc/ptrace_internal.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/wait.h>

#define DETACH_COST 600 // instructions, roughly, to let a tracee go

void trace_tell(const struct tracee *tracee, const struct signal_info *info)
{
	struct process *process = tracee->tracer->process;

	assert_spin_held(&process_lock);
	if (info)
		signal_send(process, SIGCHLD, info);
	process_wake_parent(process);
}

struct tracee *trace_find(pid_t tid, bool stopped)
{
	const struct thread *thread = thread_find(tid);
	struct tracee *tracee = thread ? thread->trace : NULL;

	assert_spin_held(&process_lock);
	if (!tracee || tracee->tracer != thread_current())
		return NULL;
	if (stopped &&
	    (tracee->state != TRACE_STOPPED || tracee->listening || (thread->work & WORK_KILL)))
		return NULL;
	return tracee;
}

struct tracee *trace_new(void)
{
	struct tracee *tracee = kzalloc(sizeof(*tracee));

	if (tracee) {
		list_init(&tracee->link);
		list_init(&tracee->tracer_link);
		waitq_init(&tracee->wait);
	}
	return tracee;
}

// Like Linux's list of a tracer, the latest comes first.
void trace_link(struct thread *thread, struct thread *tracer, bool seized, uint32_t options)
{
	static uint64_t serial; // [process_lock]
	struct tracee *tracee = thread->trace;

	assert_spin_held(&process_lock);
	tracee->serial = ++serial;
	tracee->thread = thread;
	tracee->tracer = tracer;
	tracee->state = TRACE_RUNS;
	tracee->mode = TRACE_CONTINUE;
	tracee->seized = seized;
	tracee->options = options;
	tracee->code = tracee->message = 0;
	tracee->stop_seen = 0;
	tracee->has_info = false;
	list_add(&tracer->process->tracees, &tracee->link);
	list_add(&tracer->tracees, &tracee->tracer_link);
}

// Take a tracee off the lists of its tracer. Caller: holds process_lock.
static void unlink_tracee(struct tracee *tracee)
{
	assert_spin_held(&process_lock);
	list_remove(&tracee->link);
	list_remove(&tracee->tracer_link);
}

// Use `*fresh` for the thread, unless it has been traced before. Then *fresh stays the caller's.
static void give_record(struct thread *thread, struct tracee **fresh)
{
	if (thread->trace)
		return;
	thread->trace = *fresh;
	*fresh = NULL;
}

// Check whether the current thread may trace thread `tid`. Returns 0 with the thread in *store; -ESRCH;
// -EPERM for a thread of the kernel, of the current process, of a process that the thread may not look
// into, or that has ended or is traced. Caller: holds process_lock.
static int check_attach(pid_t tid, struct thread **store)
{
	struct process *process = process_of_tid(tid);
	struct thread *thread = thread_find(tid);
	int error;

	assert_spin_held(&process_lock);
	if (!process)
		return -ESRCH;
	if (process == process_current())
		return WHY(-EPERM, "a thread does not trace its own process");
	if (process->pid == PID_INIT || (!process->aspace && !process->zombie))
		return WHY(-EPERM, "process %d is the kernel's", process->pid);
	error = access_inspect(process);
	if (error)
		return error;
	if (!thread || thread->leaving)
		return WHY(-EPERM, "thread %d has ended", tid);
	if (thread_is_traced(thread))
		return WHY(-EPERM, "thread %d is traced already", tid);
	*store = thread;
	return 0;
}

// The thread, a new tracee, has stopped with its process. It must stop as a tracee instead, so that its
// tracer can see it. Wait until it has. Caller: holds process_lock.
static void wait_for_trap(struct thread *thread, pid_t tid)
{
	struct signal_state *signals = &thread->process->signals;
	struct process *self = process_current();
	const struct tracee *tracee = thread->trace;

	assert_only_spinlock(&process_lock);
	spin_lock(&signals->lock);
	thread->trace->trap_stop = true;
	waitq_wake_all(&signals->continued);
	spin_unlock(&signals->lock);
	while (trace_find(tid, false) == tracee && tracee->state == TRACE_RUNS)
		if (waitq_sleep(&self->child_wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
}

int trace_attach(pid_t tid, bool seize, uint32_t options)
{
	struct tracee *fresh = trace_new();
	struct thread *thread;
	int error;

	assert_no_lock();
	if (!fresh)
		return -ENOMEM;
	spin_lock(&process_lock);
	error = check_attach(tid, &thread);
	if (!error) {
		give_record(thread, &fresh);
		trace_link(thread, thread_current(), seize, options);
		thread->trace->privileged = capable(CAP_SYS_PTRACE);
		if (!seize)
			signal_send_thread(thread, SIGSTOP, NULL);
		if (thread->process->signals.job == JOB_STOPPED)
			wait_for_trap(thread, tid);
	}
	spin_unlock(&process_lock);
	kfree(fresh);
	return error;
}

// Returns the thread that has made the current process, or the first one of the parent if that has ended.
// Caller: holds process_lock.
static struct thread *maker_of_current(void)
{
	const struct process *process = process_current();
	struct thread *maker = thread_find(process->parent_tid);

	assert_spin_held(&process_lock);
	return maker && maker->process == process->parent ? maker : process_thread(process->parent);
}

// Process 1, the kernel's, waits for no stop: a tracee of it would never go on.
int trace_me(void)
{
	struct tracee *fresh = trace_new();
	struct thread *thread = thread_current(), *tracer;
	const struct credentials *theirs;
	int error = 0;

	assert_no_lock();
	if (!fresh)
		return -ENOMEM;
	spin_lock(&process_lock);
	tracer = maker_of_current();
	theirs = tracer->credentials;
	if (thread_is_traced(thread))
		error = WHY(-EPERM, "the thread is traced already");
	else if (tracer->process->pid == PID_INIT)
		error = WHY(-EPERM, "the parent is the kernel");
	else if ((thread->credentials->permitted & ~theirs->permitted) &&
	         !(theirs->effective & 1ull << CAP_SYS_PTRACE))
		error = WHY(-EPERM, "the parent has fewer capabilities");
	if (!error && !tracer->leaving) {
		give_record(thread, &fresh);
		trace_link(thread, tracer, false, 0);
		thread->trace->privileged = capable(CAP_SYS_PTRACE);
	}
	spin_unlock(&process_lock);
	kfree(fresh);
	return error;
}

// A thread in a stop takes part in the stop of its process again: it looks for that when it wakes.
void trace_detach(struct tracee *tracee, int signo)
{
	struct thread *thread = tracee->thread;
	struct signal_state *signals = &thread->process->signals;

	assert_spin_held(&process_lock);
	unlink_tracee(tracee);
	tracee->tracer = NULL;
	tracee->options = 0;
	spin_lock(&signals->lock);
	tracee->trap_stop = tracee->trap_notify = false;
	thread_interrupt(thread, WORK_SIGNAL);
	spin_unlock(&signals->lock);
	trace_resume(tracee, TRACE_CONTINUE, signo);
}

void trace_free_ended(struct tracee *tracee)
{
	assert_spin_held(&process_lock);
	unlink_tracee(tracee);
	if (tracee->process) {
		tracee->process->ended_trace = NULL;
	} else {
		pid_slot_taken(tracee->tid)->ended = NULL;
		pid_release(tracee->tid);
	}
	kfree(tracee);
}

void trace_forget_first(struct process *process)
{
	assert_spin_held(&process_lock);
	if (process->ended_trace)
		trace_free_ended(process->ended_trace);
}

// Forget a tracee that has ended, without a wait for it. A zombie goes to its parent, which may not want it.
static void let_go_ended(struct tracee *tracee)
{
	struct process *zombie = tracee->process && tracee->process->zombie ? tracee->process :
	                                                                      NULL;
	bool hidden = zombie && trace_hides(zombie);

	assert_spin_held(&process_lock);
	trace_free_ended(tracee);
	if (hidden)
		process_notify_parent(zombie);
	else if (zombie)
		process_zombie_unwatched(zombie);
}

// A signal is delivered, as on Linux, for which the tracee was stopped if no wait has reported the stop, and
// with which its tracer has let it go on if it has not run since.
static void let_go(struct tracee *tracee)
{
	int signo = tracee->resume_signo;

	assert_spin_held(&process_lock);
	if (tracee->state == TRACE_STOPPED)
		signo = tracee->code < NSIG ? (int)tracee->code : 0;
	if ((tracee->options & PTRACE_O_EXITKILL) && !(tracee->thread->work & WORK_KILL))
		signal_send(tracee->thread->process, SIGKILL, NULL);
	trace_detach(tracee, signo);
}

// The thread is marked as leaving, so it gets no new tracees.
void trace_tracer_ends(void)
{
	struct list *tracees = &thread_current()->tracees;
	struct tracee *tracee;

	assert_no_lock();
	spin_lock(&process_lock);
	while (!list_empty(tracees)) {
		tracee = list_first(tracees, struct tracee, tracer_link);
		if (tracee->state == TRACE_ENDED)
			let_go_ended(tracee);
		else
			let_go(tracee);
		if (!yield_due(DETACH_COST))
			continue;
		spin_unlock(&process_lock);
		(void)thread_yield_point_killable();
		spin_lock(&process_lock);
	}
	spin_unlock(&process_lock);
}

// Tell the tracer that `pid` has ended with `status`. Caller: holds process_lock.
static void tell_of_end(const struct tracee *tracee, pid_t pid, uid_t uid, int status)
{
	struct signal_info info = {
		.code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED,
		.pid = pid,
		.uid = uid,
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
	};

	assert_spin_held(&process_lock);
	trace_tell(tracee, &info);
}

// The end of a first thread is reported with that of its process. The record leaves the thread, whose
// struct is freed soon.
void trace_thread_ended(int status)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	struct tracee *tracee = thread->trace;

	assert_spin_held(&process_lock);
	if (!tracee->tracer)
		return;
	thread->trace = NULL;
	tracee->thread = NULL;
	tracee->state = TRACE_ENDED;
	tracee->code = 0;
	tracee->tid = thread->tid;
	tracee->pgid = process->pgid;
	tracee->exit_status = process->ending  ? process->exit_status :
	                      process->execing ? 0 :
	                                         status;
	if (thread->tid == process->pid) {
		tracee->process = process;
		process->ended_trace = tracee;
		return;
	}
	pid_slot_taken(thread->tid)->ended = tracee;
	tell_of_end(tracee, tracee->tid, thread->credentials->user.real, tracee->exit_status);
}

bool trace_process_ended(struct process *process)
{
	const struct tracee *tracee = process->ended_trace;

	assert_spin_held(&process_lock);
	if (!trace_hides(process))
		return false;
	tell_of_end(tracee, process->pid, process->ended_credentials->user.real,
	            process->exit_status);
	return true;
}
