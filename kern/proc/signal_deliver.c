// signal_deliver.c: acting on pending signals, on the way back to user mode, and deciding what
// becomes of the call that a signal has interrupted. kern/README.md, "Signals and sleeping calls",
// has the rules.
#include "proc/death.h"
#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/stop_continue.h"
#include "thread/yield.h"
#include <abi/syscall.h>

#define SYSCALL_INSTRUCTION_SIZE 2 // int $0x80
#define IGNORE_COST 500            // instructions, roughly, to take a signal that is ignored

// Let the program make a call with this number when it goes on: set EIP back to its `int`
// instruction.
static void call_again(struct trapframe *frame, uint32_t number)
{
	frame->eax = number;
	frame->eip -= SYSCALL_INSTRUCTION_SIZE;
}

// Returns the -ERESTART code with which a signal has ended a system call, or 0. No program ever
// sees such a code.
static int interrupted_with(const struct trapframe *frame)
{
	int32_t result = (int32_t)frame->eax;

	if (frame->trapno != TRAP_SYSCALL)
		return 0;
	switch (result) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return result;
	default:
		return 0;
	}
}

// No handler runs: the interrupted call goes on as if no signal had come.
static void restart_without_handler(struct trapframe *frame)
{
	int code = interrupted_with(frame);

	if (code)
		call_again(frame, code == -ERESTART_RESTARTBLOCK ? SYS_restart_syscall : frame->err);
}

// A handler whose action has these flags will run: the call is made again afterwards, or returns
// -EINTR.
static void restart_with_handler(struct trapframe *frame, unsigned long flags)
{
	int code = interrupted_with(frame);

	if (code == -ERESTARTNOINTR || (code == -ERESTARTSYS && (flags & SA_RESTART)))
		call_again(frame, frame->err);
	else if (code)
		frame->eax = (uint32_t)-EINTR;
}

// The stack cannot take the frame for the handler of `signo`. That is a SIGSEGV, whose handler may
// have a stack of its own. If `signo` is SIGSEGV itself, the process ends: there is no way left to
// report anything to it.
static void no_frame(int signo)
{
	struct signal_info info = { .code = SI_KERNEL };

	if (signo == SIGSEGV) {
		death_report(SIGSEGV, &info);
		process_exit(SIGSEGV);
	}
	signal_force(SIGSEGV, &info);
}

// Let the handler of `signo` run: decide about the interrupted call, push the frame, and set the
// mask for the time of the handler. `mask` in the frame is the mask to restore, which for
// sigsuspend is not the present one.
static void run_handler(struct trapframe *frame, int signo, const struct sigaction *action,
                        const struct signal_info *info)
{
	struct thread *thread = thread_current();
	sigmask_t mask = thread->restore_sigmask ? thread->saved_sigmask : thread->sigmask;

	restart_with_handler(frame, action->sa_flags);
	if (unlikely(thread->trace))
		trace_hide_step(thread->trace, frame);
	thread->restore_sigmask = false;
	if (action->sa_flags & SA_RESETHAND)
		signal_reset_handler(&thread->process->signals, signo);
	if (!signal_frame_push(frame, signo, action, info, mask)) {
		no_frame(signo);
		return;
	}
	mask = thread->sigmask | sigset_to_mask(action->sa_mask);
	if (!(action->sa_flags & SA_NODEFER))
		mask |= signal_bit(signo);
	signal_set_mask(mask);
	if (unlikely(thread->trace))
		trace_handler_entered();
}

// A blocked or ignored fault cannot be dropped: the instruction would fault again and again.
void signal_force(int signo, const struct signal_info *info)
{
	struct thread *thread = thread_current();
	struct sigaction action = signal_action(&thread->process->signals, signo);

	assert_no_lock();
	if (thread_is_traced(thread)) {
		trace_force(signo, info);
		return;
	}
	if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN ||
	    (thread->sigmask & signal_bit(signo))) {
		death_report(signo, info);
		process_exit(signo);
	}
	run_handler(thread_user_frame(thread), signo, &action, info);
}

// Take the next signal to act upon, the thread's own signals first, and its action. Returns 0 if
// none is left. A stop signal begins a stop here, under the lock, so that a SIGCONT that comes
// before the process stops cancels it.
static int take_signal(struct thread *thread, struct sigaction *action_store,
                       struct signal_info *info_store)
{
	struct signal_state *signals = &thread->process->signals;
	int signo;

	spin_lock(&signals->lock);
	signo = sigqueue_take(&thread->signals, thread->sigmask, info_store);
	if (!signo)
		signo = sigqueue_take(&signals->queue, thread->sigmask, info_store);
	if (is_stop_signal(signo) && signals->job == JOB_RUNNING)
		signals->job = JOB_STOPPING;
	signal_recalculate();
	spin_unlock(&signals->lock);
	if (signo)
		*action_store = signal_action(signals, signo);
	if (signo && unlikely(info_store->timer))
		posix_timer_delivered(info_store);
	return signo;
}

// Stop as long as the thread must: with its process, or for its tracer. SIGKILL ends every stop.
static void halt(struct thread *thread)
{
	while (thread_must_halt(thread) && !(thread->work & WORK_KILL)) {
		if (thread_is_traced(thread))
			trace_trap();
		else
			job_halt();
	}
	if (unlikely(thread->trace))
		job_report_continued();
}

// One handler at most is started: its frame is complete, and a second signal that is pending gets
// its frame on top when this function is called again before the return to user mode. Signals
// without a handler are acted upon in the loop. WORK_KILL is tested after a halt too, since only
// death ends a halt without SIGCONT.
void signal_deliver(struct trapframe *frame)
{
	struct thread *thread = thread_current();
	struct sigaction action;
	struct signal_info info;
	int signo;

	assert_no_lock();
	if (unlikely(thread->work & WORK_CALL_END))
		trace_call_ends();
	for (;;) {
		if (thread_must_halt(thread) || unlikely(thread->trace))
			halt(thread);
		if (thread->work & WORK_KILL)
			process_exit(SIGKILL);
		signo = take_signal(thread, &action, &info);
		if (!signo)
			break;
		if (thread_is_traced(thread)) {
			signo = trace_signal(signo, &info);
			if (!signo)
				continue;
			action = signal_action(&thread->process->signals, signo);
		}
		if (signal_is_ignored(&action, signo)) {
			(void)yield_after(IGNORE_COST); // thousands may be queued
			continue;
		}
		if (action.sa_handler != SIG_DFL) {
			run_handler(frame, signo, &action, &info);
			return;
		}
		if (!is_stop_signal(signo))
			process_exit(signo);
		if (signo == SIGSTOP || !job_group_orphaned())
			job_stop(signo);
	}
	restart_without_handler(frame);
	if (thread->restore_sigmask) {
		thread->restore_sigmask = false;
		signal_set_mask(thread->saved_sigmask);
	}
}
