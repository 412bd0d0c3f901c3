// ptrace_stop.c: the stops of a tracee, and how it goes on. The kinds of stops and what a tracer sees of
// them are those of ptrace(2).
#include "proc/ptrace.h"
#include "proc/signal_frame.h"
#include "thread/credentials.h"
#include "thread/mutex.h"

// Returns true for the modes in which a tracee stops after one instruction.
static bool is_step(enum trace_mode mode)
{
	return mode == TRACE_STEP || mode == TRACE_EMULATE_STEP;
}

// Describe a stop that no signal has caused: as the signal `signo`, with the stop's code.
static void describe(struct tracee *tracee, int signo, uint32_t code)
{
	const struct thread *thread = tracee->thread;

	memset(&tracee->info, 0, sizeof(tracee->info));
	tracee->info.si_signo = signo;
	tracee->info.si_code = (int)code;
	tracee->info.fields.sender.pid = thread->tid;
	tracee->info.fields.sender.uid = thread->credentials->user.real;
	tracee->has_info = true;
}

// Report the stop of the current thread: `reason` is the si_code of SIGCHLD. Caller: holds process_lock.
static void tell_of_stop(const struct tracee *tracee, int reason)
{
	const struct thread *thread = tracee->thread;
	const struct signal_state *signals = &thread->process->signals;
	struct sigaction action = signal_action(&tracee->tracer->process->signals, SIGCHLD);
	struct signal_info info = {
		.code = reason,
		.pid = thread->tid,
		.uid = thread->credentials->user.real,
		.status = (int)(tracee->code & 0x7f),
	};

	assert_spin_held(&process_lock);
	if (reason == CLD_STOPPED)
		info.status = job_must_halt(signals) ? signals->stop_signal : 0;
	trace_tell(tracee,
	           action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDSTOP) ? NULL : &info);
}

// Note that the current thread stops now: that is all that PTRACE_INTERRUPT wanted, and the stop with the
// group, too. Caller: holds process_lock.
static void clear_traps(struct tracee *tracee, uint32_t code)
{
	struct signal_state *signals = &tracee->thread->process->signals;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	tracee->trap_stop = false;
	if (code >> 8 == PTRACE_EVENT_STOP)
		tracee->trap_notify = false;
	spin_unlock(&signals->lock);
}

// Stop the current thread with `code`, which wait reports: the one sleep of all stops. The tracer may end
// it (trace_resume, trace_detach), death may, and the end of the group's stop if the tracer listens for it.
// Returns the signal with which the tracer lets the thread go on, or 0. Does nothing if the thread must
// die, or is traced no more.
// Caller: holds process_lock; has described the stop if it has a description.
static int stop_here(struct tracee *tracee, uint32_t code, int reason, uint32_t message)
{
	struct thread *thread = tracee->thread;
	struct signal_state *signals = &thread->process->signals;

	assert_only_spinlock(&process_lock);
	if (!tracee->tracer || (thread->work & WORK_KILL))
		return 0;
	clear_traps(tracee, code);
	tracee->state = TRACE_STOPPED;
	tracee->code = code;
	tracee->message = message;
	tracee->resume_signo = 0;
	tracee->listening = tracee->info_set = false;
	tell_of_stop(tracee, reason);
	while (tracee->state == TRACE_STOPPED &&
	       !(tracee->listening && (tracee->trap_notify || tracee->trap_stop)))
		if (waitq_sleep(&tracee->wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
	tracee->state = TRACE_RUNS;
	tracee->code = 0;
	tracee->has_info = tracee->listening = false;
	spin_lock(&signals->lock);
	signal_recalculate(); // the tracer may have changed the mask
	spin_unlock(&signals->lock);
	return tracee->resume_signo;
}

// Let the call under way stop at its end, if the tracer wants that now.
static void arm_call_end(struct thread *thread, const struct tracee *tracee)
{
	if (tracee->mode == TRACE_CALLS || tracee->mode == TRACE_STEP)
		__atomic_or_fetch(&thread->work, WORK_CALL_END, __ATOMIC_RELAXED);
	else
		__atomic_and_fetch(&thread->work, ~WORK_CALL_END, __ATOMIC_RELAXED);
}

// Replace *info by what the tracer has made of it, with the facts about an exception that it cannot see.
static void take_changed_info(const struct tracee *tracee, struct signal_info *info)
{
	const siginfo_t *user = &tracee->info;
	uint32_t trapno = info->trapno, err = info->err;

	*info = (struct signal_info){
		.code = user->si_code,
		.addr = (uintptr_t)user->si_addr,
		.pid = user->si_pid,
		.uid = user->si_uid,
		.value = (uintptr_t)user->si_ptr,
		.status = user->si_status,
		.trapno = trapno,
		.err = err,
	};
}

// As on Linux, every signal that a tracer has seen may become a stop of the group, unless SIGCONT comes
// before it is delivered: hence JOB_STOPPING.
static void prepare_group_stop(struct signal_state *signals)
{
	spin_lock(&signals->lock);
	if (signals->job == JOB_RUNNING)
		signals->job = JOB_STOPPING;
	spin_unlock(&signals->lock);
}

// A signal that the thread blocks is put back: the tracer has changed the mask, or the signal.
int trace_signal(int signo, struct signal_info *info)
{
	struct thread *thread = thread_current();
	struct tracee *tracee = thread->trace;
	int result = signo;

	assert_no_lock();
	spin_lock(&process_lock);
	if (tracee->tracer && signo != SIGKILL) {
		prepare_group_stop(&thread->process->signals);
		signal_fill_siginfo(&tracee->info, signo, info);
		tracee->has_info = true;
		result = stop_here(tracee, (uint32_t)signo, CLD_TRAPPED, 0);
		if (result && result != tracee->info.si_signo)
			*info = (struct signal_info){
				.code = SI_USER,
				.pid = tracee->tracer ? tracee->tracer->tid : 0,
				.uid = tracee->tracer ? tracee->tracer->credentials->user.real : 0,
			};
		else if (result && tracee->info_set)
			take_changed_info(tracee, info);
		if (result && sigmask_has(&thread->sigmask, result)) {
			signal_send_thread(thread, result, info);
			result = 0;
		}
	}
	spin_unlock(&process_lock);
	return result;
}

// A stop that does not belong to the group's stop has no stop signal: it is reported as SIGTRAP.
void trace_trap(void)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	struct tracee *tracee = thread->trace;
	uint32_t signo = SIGTRAP;
	bool stopping;

	assert_no_lock();
	spin_lock(&process_lock);
	spin_lock(&process->signals.lock);
	tracee->trap_stop = false;
	tracee->trap_notify = false;
	stopping = job_must_halt(&process->signals);
	if (stopping) {
		signo = process->signals.stop_signal;
		tracee->stop_seen = process->signals.stops;
		job_count_halted(process);
	} else {
		spin_unlock(&process->signals.lock);
	}
	if (tracee->seized)
		describe(tracee, (int)signo, signo | PTRACE_EVENT_STOP << 8);
	else
		tracee->has_info = false;
	if (tracee->seized || stopping)
		stop_here(tracee, tracee->seized ? signo | PTRACE_EVENT_STOP << 8 : signo,
		          CLD_STOPPED, 0);
	spin_unlock(&process_lock);
}

// EAX is what a program sees in a call whose result is not known yet.
void trace_event(int event, uint32_t message)
{
	struct thread *thread = thread_current();
	struct tracee *tracee = thread->trace;
	uint32_t code = SIGTRAP | (uint32_t)event << 8;

	assert_no_lock();
	spin_lock(&process_lock);
	if (event && tracee->tracer && (tracee->options & 1u << event)) {
		thread_user_frame(thread)->eax = (uint32_t)-ENOSYS;
		describe(tracee, SIGTRAP, code);
		stop_here(tracee, code, CLD_TRAPPED, message);
		arm_call_end(thread, tracee);
	}
	spin_unlock(&process_lock);
}

// Stop at the begin or the end of a system call. A signal with which the tracer lets the thread go on is
// sent to it.
static void call_stop(struct thread *thread, uint32_t message)
{
	struct tracee *tracee = thread->trace;
	uint32_t code = SIGTRAP;
	int signo;

	assert_no_lock();
	spin_lock(&process_lock);
	if (tracee->tracer) {
		code |= tracee->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0;
		describe(tracee, SIGTRAP, code);
		signo = stop_here(tracee, code, CLD_TRAPPED, message);
		if (signo)
			signal_send_thread(thread, signo, NULL);
	}
	spin_unlock(&process_lock);
}

// The tracer sees ENOSYS in EAX, and may change number and arguments.
bool trace_call_begins(struct trapframe *frame)
{
	struct thread *thread = thread_current();
	const struct tracee *tracee = thread->trace;
	bool emulate = tracee->mode == TRACE_EMULATE || tracee->mode == TRACE_EMULATE_STEP;

	frame->eax = (uint32_t)-ENOSYS;
	if (tracee->mode == TRACE_CALLS || emulate)
		call_stop(thread, PTRACE_EVENTMSG_SYSCALL_ENTRY);
	arm_call_end(thread, tracee);
	return !emulate && frame->err != (uint32_t)-1 && !(thread->work & WORK_KILL);
}

// The processor forgets EFLAGS.TF in a call, so a step over a call ends here.
void trace_call_ends(void)
{
	struct thread *thread = thread_current();
	const struct tracee *tracee = thread->trace;
	struct signal_info info = { .code = TRAP_BRKPT, .addr = thread_user_frame(thread)->eip };

	__atomic_and_fetch(&thread->work, ~WORK_CALL_END, __ATOMIC_RELAXED);
	if (!tracee->tracer)
		return;
	if (tracee->mode == TRACE_CALLS)
		call_stop(thread, PTRACE_EVENTMSG_SYSCALL_EXIT);
	else if (tracee->mode == TRACE_STEP)
		trace_force(SIGTRAP, &info);
}

void trace_handler_entered(void)
{
	struct tracee *tracee = thread_current()->trace;

	assert_no_lock();
	spin_lock(&process_lock);
	if (tracee->tracer && is_step(tracee->mode)) {
		describe(tracee, SIGTRAP, SIGTRAP);
		stop_here(tracee, SIGTRAP, CLD_TRAPPED, 0);
	}
	spin_unlock(&process_lock);
}

void trace_force(int signo, const struct signal_info *info)
{
	struct thread *thread = thread_current();
	struct signal_state *signals = &thread->process->signals;
	bool blocked = sigmask_has(&thread->sigmask, signo);

	assert_no_lock();
	if (blocked || signal_action(signals, signo).sa_handler == SIG_IGN)
		signal_reset_handler(signals, signo);
	if (blocked)
		signal_set_mask(thread->sigmask & ~signal_bit(signo));
	spin_lock(&process_lock);
	signal_send_thread(thread, signo, info);
	spin_unlock(&process_lock);
}

// The thread does not run, so its frame is at the top of its stack, and the next switch to it loads what
// has changed.
static void set_mode(struct tracee *tracee, enum trace_mode mode)
{
	struct thread *thread = tracee->thread;
	struct trapframe *frame = thread_user_frame(thread);

	tracee->mode = mode;
	if (mode == TRACE_CONTINUE)
		thread->loads &= (uint8_t)~LOAD_CALLS;
	else
		thread->loads |= LOAD_CALLS;
	if (is_step(mode) && !(frame->eflags & EFLAGS_TF)) {
		frame->eflags |= EFLAGS_TF;
		tracee->steps = true;
	} else if (!is_step(mode) && tracee->steps) {
		frame->eflags &= ~EFLAGS_TF;
		tracee->steps = false;
	}
}

void trace_resume(struct tracee *tracee, enum trace_mode mode, int signo)
{
	assert_spin_held(&process_lock);
	set_mode(tracee, mode);
	tracee->resume_signo = signo;
	tracee->code = 0;
	tracee->state = TRACE_RUNS;
	waitq_wake_all(&tracee->wait);
}

void trace_notify_group(struct process *process)
{
	struct thread *thread;

	assert_spin_held(&process->signals.lock);
	list_for_each(thread, &process->threads, process_link) {
		if (!thread_is_traced(thread) || !thread->trace->seized)
			continue;
		assert_spin_held(&process_lock);
		thread->trace->trap_notify = true;
		thread_interrupt(thread, WORK_SIGNAL);
		waitq_wake_all(&thread->trace->wait);
	}
}

void trace_interrupt(struct tracee *tracee)
{
	struct thread *thread = tracee->thread;
	struct signal_state *signals = &thread->process->signals;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	tracee->trap_stop = true;
	thread_interrupt(thread, WORK_SIGNAL);
	spin_unlock(&signals->lock);
	waitq_wake_all(&tracee->wait);
}

int trace_listen(struct tracee *tracee)
{
	assert_spin_held(&process_lock);
	if (!tracee->seized || !tracee->has_info ||
	    (uint32_t)tracee->info.si_code >> 8 != PTRACE_EVENT_STOP)
		return -EIO;
	tracee->listening = true;
	waitq_wake_all(&tracee->wait);
	return 0;
}
