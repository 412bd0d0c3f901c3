// ptrace_events.c: what a fork, a clone and an exec mean for a tracee.
#include "proc/ptrace_internal.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include <abi/sched.h>

// Returns the event that a fork or clone of the current thread is to its tracer, or 0 if the tracer has
// not asked for it.
static int fork_event(const struct tracee *tracee, uint64_t flags, int exit_signal)
{
	int event = PTRACE_EVENT_FORK;

	if (flags & CLONE_VFORK)
		event = PTRACE_EVENT_VFORK;
	else if (exit_signal != SIGCHLD)
		event = PTRACE_EVENT_CLONE;
	return !(flags & CLONE_UNTRACED) && (tracee->options & 1u << event) ? event : 0;
}

int trace_prepare_child(struct thread *child, uint64_t flags, int exit_signal)
{
	const struct tracee *tracee = thread_current()->trace;

	if (tracee->steps)
		thread_user_frame(child)->eflags &= ~EFLAGS_TF;
	if (!tracee->tracer || (!(flags & CLONE_PTRACE) && !fork_event(tracee, flags, exit_signal)))
		return 0;
	child->trace = trace_new();
	return child->trace ? 0 : -ENOMEM;
}

// The child stops before its first instruction. Only the child has a record if somebody has attached to
// the new thread already, while its parent stored its number.
int trace_begin_child(struct thread *child, uint64_t flags, int exit_signal)
{
	const struct tracee *tracee = thread_current()->trace;
	int event = 0;

	assert_no_lock();
	if (!tracee)
		return 0;
	spin_lock(&process_lock);
	if (tracee->tracer && !tracee->tracer->leaving && !child->trace->tracer) {
		event = fork_event(tracee, flags, exit_signal);
		trace_link(child, tracee->tracer, tracee->seized, tracee->options);
		child->trace->privileged = tracee->privileged;
		spin_lock(&child->process->signals.lock);
		child->trace->trap_stop = tracee->seized;
		if (!tracee->seized)
			sigqueue_add_bare(&child->signals, SIGSTOP);
		thread_interrupt(child, WORK_SIGNAL);
		spin_unlock(&child->process->signals.lock);
	}
	spin_unlock(&process_lock);
	return event;
}

// Without the event a tracee that was not seized gets SIGTRAP, as long ago.
void trace_exec(pid_t tid)
{
	struct thread *thread = thread_current();
	struct tracee *tracee = thread->trace;
	struct signal_info info = { .code = SI_USER, .pid = thread->process->pid };

	assert_no_lock();
	trace_clear_debug(tracee);
	tracee->steps = false;
	if (!tracee->tracer)
		return;
	if (tracee->options & PTRACE_O_TRACEEXEC) {
		trace_event(PTRACE_EVENT_EXEC, (uint32_t)tid);
	} else if (!tracee->seized) {
		spin_lock(&process_lock);
		info.uid = thread->credentials->user.real;
		signal_send_thread(thread, SIGTRAP, &info);
		spin_unlock(&process_lock);
	}
}

bool trace_drops_privileges(void)
{
	const struct tracee *tracee = thread_current()->trace;

	return tracee->tracer && !tracee->privileged;
}
