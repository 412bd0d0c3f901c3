// sys_ptrace.c: ptrace(2): the call itself, who is traced, and how a tracee goes on. proc/ptrace.h does the
// work.
#include "proc/ptrace.h"
#include "proc/thread_group.h"
#include "sys/sys_ptrace.h"
#include "sys/syscall.h"
#include "thread/why.h"

// Check options. Returns 0 or -EINVAL. There is no seccomp, so its option has no effect, and it cannot be
// suspended.
static int check_options(uintptr_t options)
{
	return options & ~(uintptr_t)(PTRACE_O_MASK & ~PTRACE_O_SUSPEND_SECCOMP) ? -EINVAL : 0;
}

// PTRACE_SEIZE. As on Linux unknown options are EIO here.
static long seize(pid_t tid, uintptr_t addr, uintptr_t options)
{
	bool exists;

	spin_lock(&process_lock);
	exists = process_of_tid(tid) != NULL;
	spin_unlock(&process_lock);
	if (!exists)
		return -ESRCH;
	if (addr || (options & ~(uintptr_t)PTRACE_O_MASK))
		return WHY(-EIO, "the address is not 0, or there is no such option");
	return check_options(options) ? -EINVAL : trace_attach(tid, true, options);
}

// Let the tracee go on. The signal is checked after the tracee was found, as on Linux.
static long resume(pid_t tid, enum trace_mode mode, uintptr_t signo)
{
	struct tracee *tracee;

	if (signo >= NSIG)
		return WHY(-EIO, "%u is no signal", signo);
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		trace_resume(tracee, mode, (int)signo);
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

static long resume_continue(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	(void)addr;
	return resume(tid, TRACE_CONTINUE, signo);
}

static long resume_calls(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	(void)addr;
	return resume(tid, TRACE_CALLS, signo);
}

static long resume_emulate(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	(void)addr;
	return resume(tid, TRACE_EMULATE, signo);
}

// Also PTRACE_SINGLEBLOCK: a step is the shortest block.
static long resume_step(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	(void)addr;
	return resume(tid, TRACE_STEP, signo);
}

static long resume_emulate_step(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	(void)addr;
	return resume(tid, TRACE_EMULATE_STEP, signo);
}

// PTRACE_DETACH: the tracee goes on by itself, with a signal if `signo` is not 0.
static long detach(pid_t tid, uintptr_t addr, uintptr_t signo)
{
	struct tracee *tracee;

	(void)addr;
	if (signo >= NSIG)
		return WHY(-EIO, "%u is no signal", signo);
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		trace_detach(tracee, (int)signo);
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// PTRACE_KILL is SIGKILL, whether the tracee is stopped or not.
static long kill_tracee(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;

	(void)addr;
	(void)data;
	spin_lock(&process_lock);
	tracee = trace_find(tid, false);
	if (tracee)
		signal_send(tracee->thread->process, SIGKILL, NULL);
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// PTRACE_SETOPTIONS replaces all options.
static long set_options(pid_t tid, uintptr_t addr, uintptr_t options)
{
	struct tracee *tracee;

	(void)addr;
	if (check_options(options))
		return WHY(-EINVAL, "there are no such options: %#x", options);
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		tracee->options = options;
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// PTRACE_INTERRUPT is for tracees that were seized, in a stop or not.
static long interrupt(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;
	long error = 0;

	(void)addr;
	(void)data;
	spin_lock(&process_lock);
	tracee = trace_find(tid, false);
	if (!tracee)
		error = -ESRCH;
	else if (!tracee->seized)
		error = WHY(-EIO, "the tracee was not seized");
	else
		trace_interrupt(tracee);
	spin_unlock(&process_lock);
	return error;
}

// PTRACE_LISTEN: the tracee stays stopped, as far as its group is.
static long listen(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;
	long error;

	(void)addr;
	(void)data;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	error = tracee ? trace_listen(tracee) : -ESRCH;
	spin_unlock(&process_lock);
	return error;
}

// The requests about a tracee. `running`: it need not be in a stop.
static const struct {
	uint32_t number;
	bool running;
	long (*perform)(pid_t tid, uintptr_t addr, uintptr_t data);
} requests[] = {
	{ PTRACE_PEEKTEXT, false, ptrace_peek },
	{ PTRACE_PEEKDATA, false, ptrace_peek },
	{ PTRACE_PEEKUSR, false, ptrace_peek_user },
	{ PTRACE_POKETEXT, false, ptrace_poke },
	{ PTRACE_POKEDATA, false, ptrace_poke },
	{ PTRACE_POKEUSR, false, ptrace_poke_user },
	{ PTRACE_CONT, false, resume_continue },
	{ PTRACE_KILL, true, kill_tracee },
	{ PTRACE_SINGLESTEP, false, resume_step },
	{ PTRACE_GETREGS, false, ptrace_get_registers },
	{ PTRACE_SETREGS, false, ptrace_set_registers },
	{ PTRACE_GETFPREGS, false, ptrace_get_fpu },
	{ PTRACE_SETFPREGS, false, ptrace_set_fpu },
	{ PTRACE_DETACH, false, detach },
	{ PTRACE_GETFPXREGS, false, ptrace_get_fpu_x },
	{ PTRACE_SETFPXREGS, false, ptrace_set_fpu_x },
	{ PTRACE_OLDSETOPTIONS, false, set_options },
	{ PTRACE_SYSCALL, false, resume_calls },
	{ PTRACE_GET_THREAD_AREA, false, ptrace_get_thread_area },
	{ PTRACE_SET_THREAD_AREA, false, ptrace_set_thread_area },
	{ PTRACE_SYSEMU, false, resume_emulate },
	{ PTRACE_SYSEMU_SINGLESTEP, false, resume_emulate_step },
	{ PTRACE_SINGLEBLOCK, false, resume_step },
	{ PTRACE_SETOPTIONS, false, set_options },
	{ PTRACE_GETEVENTMSG, false, ptrace_get_message },
	{ PTRACE_GETSIGINFO, false, ptrace_get_siginfo },
	{ PTRACE_SETSIGINFO, false, ptrace_set_siginfo },
	{ PTRACE_GETREGSET, false, ptrace_get_set },
	{ PTRACE_SETREGSET, false, ptrace_set_set },
	{ PTRACE_INTERRUPT, true, interrupt },
	{ PTRACE_LISTEN, false, listen },
	{ PTRACE_PEEKSIGINFO, false, ptrace_peek_siginfo },
	{ PTRACE_GETSIGMASK, false, ptrace_get_mask },
	{ PTRACE_SETSIGMASK, false, ptrace_set_mask },
	{ PTRACE_GET_SYSCALL_INFO, false, ptrace_get_call },
};

// Returns the index of a request in the table, or its size.
static size_t find_request(uint32_t number)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(requests) && requests[i].number != number)
		i++;
	return i;
}

// ptrace(2). The order of the checks is Linux's: a thread that is not the caller's tracee, or not in a
// stop, is ESRCH before everything else; a request that does not exist is EIO.
SYSCALL4(ptrace, uint32_t, request, pid_t, tid, uintptr_t, addr, uintptr_t, data)
{
	size_t i = find_request(request);
	bool found;

	if (request == PTRACE_TRACEME)
		return trace_me();
	if (request == PTRACE_ATTACH)
		return trace_attach(tid, false, 0);
	if (request == PTRACE_SEIZE)
		return seize(tid, addr, data);
	spin_lock(&process_lock);
	found = trace_find(tid, i == ARRAY_SIZE(requests) || !requests[i].running) != NULL;
	spin_unlock(&process_lock);
	if (!found)
		return WHY(-ESRCH, "thread %d is no tracee of the caller, or is not stopped", tid);
	return i < ARRAY_SIZE(requests) ? requests[i].perform(tid, addr, data) : -EIO;
}
