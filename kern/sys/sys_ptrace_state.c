// sys_ptrace_state.c: requests of ptrace(2) that read and change a tracee's memory, its signals, and what is
// known of its stop.
#include "proc/ptrace.h"
#include "proc/signal_frame.h"
#include "sys/sys_ptrace.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"

#define PEEK_COST 500 // instructions, roughly, to report a pending signal

// Returns a pointer of the program from an argument.
static void __user *pointer(uintptr_t value)
{
	return (void __user *)value;
}

// Get the address space of a stopped tracee. Returns 0 with a new reference in *store; -ESRCH; -EIO if the
// memory of the process may not be seen any more, because of an exec.
static int get_space(pid_t tid, struct aspace **store)
{
	const struct process *process;
	struct tracee *tracee;
	int error = -ESRCH;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee) {
		process = tracee->thread->process;
		error = !process->aspace || (process->inherited.undumpable && !tracee->privileged) ?
		                -EIO :
		                0;
		if (!error)
			*store = aspace_get(process->aspace);
	}
	spin_unlock(&process_lock);
	return error;
}

// PTRACE_PEEKDATA and PTRACE_PEEKTEXT: the word at `addr` is stored at `data`.
long ptrace_peek(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct aspace *as;
	uint32_t word = 0;
	int error = get_space(tid, &as);

	if (error)
		return error;
	if (aspace_read_forced(as, &word, pointer(addr), sizeof(word)) != sizeof(word))
		error = WHY(-EIO, "the tracee has no memory at %#x", addr);
	aspace_put(as);
	return error ? error : put_user(aspace_current(), (uint32_t __user *)pointer(data), word);
}

// PTRACE_POKEDATA and PTRACE_POKETEXT.
long ptrace_poke(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct aspace *as;
	uint32_t word = data;
	int error = get_space(tid, &as);

	if (error)
		return error;
	if (aspace_write_forced(as, pointer(addr), &word, sizeof(word)) != sizeof(word))
		error = WHY(-EIO, "the tracee's memory at %#x cannot be written", addr);
	aspace_put(as);
	return error;
}

// Returns true if `offset` in struct user is that of a debug register.
static bool is_debug(uintptr_t offset)
{
	return offset >= offsetof(struct user, u_debugreg) && offset < sizeof(struct user);
}

// PTRACE_PEEKUSR: a register. The rest of struct user reads as 0, and so does the word after it, as on
// Linux.
long ptrace_peek_user(pid_t tid, uintptr_t addr, uintptr_t data)
{
	const struct tracee *tracee;
	uint32_t value = 0;

	if (addr % sizeof(value) || addr > sizeof(struct user))
		return -EIO;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee && addr < sizeof(struct user_regs_struct))
		value = trace_read_of_frame(tracee->thread, addr);
	else if (tracee && is_debug(addr))
		value = trace_get_debug(tracee, (addr - offsetof(struct user, u_debugreg)) / 4);
	spin_unlock(&process_lock);
	return tracee ? put_user(aspace_current(), (uint32_t __user *)pointer(data), value) :
	                -ESRCH;
}

// PTRACE_POKEUSR. What is no register is accepted, without effect.
long ptrace_poke_user(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;
	int error = 0;

	if (addr % sizeof(uint32_t) || addr > sizeof(struct user))
		return -EIO;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (!tracee)
		error = -ESRCH;
	else if (addr < sizeof(struct user_regs_struct))
		error = trace_write_to_frame(tracee->thread, addr, data);
	else if (is_debug(addr))
		error = trace_set_debug(tracee, (addr - offsetof(struct user, u_debugreg)) / 4,
		                        data);
	spin_unlock(&process_lock);
	return error;
}

// PTRACE_GETSIGINFO: a stop of the group has none.
long ptrace_get_siginfo(pid_t tid, uintptr_t addr, uintptr_t data)
{
	const struct tracee *tracee;
	siginfo_t info;
	int error = -ESRCH;

	(void)addr;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee) {
		error = tracee->has_info ? 0 : -EINVAL;
		info = tracee->info;
	}
	spin_unlock(&process_lock);
	return error ? error : copyout(aspace_current(), pointer(data), &info, sizeof(info));
}

// PTRACE_SETSIGINFO.
long ptrace_set_siginfo(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;
	siginfo_t info;
	int error = -ESRCH;

	(void)addr;
	if (copyin(aspace_current(), &info, pointer(data), sizeof(info)))
		return -EFAULT;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		error = tracee->has_info ? 0 : -EINVAL;
	if (!error) {
		tracee->info = info;
		tracee->info_set = true;
	}
	spin_unlock(&process_lock);
	return error;
}

// Copy pending signal number `index` of the tracee, or with `shared` of its process, to *info. Returns 1; 0 if
// there are not so many; -ESRCH.
static int copy_pending(pid_t tid, bool shared, uint64_t index, siginfo_t *info)
{
	struct signal_info found;
	struct signal_state *signals;
	const struct tracee *tracee;
	int signo, result = -ESRCH;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee) {
		signals = &tracee->thread->process->signals;
		spin_lock(&signals->lock);
		result = sigqueue_peek(shared ? &signals->queue : &tracee->thread->signals, index,
		                       &signo, &found);
		spin_unlock(&signals->lock);
	}
	spin_unlock(&process_lock);
	if (result == 1)
		signal_fill_siginfo(info, signo, &found);
	return result;
}

// PTRACE_PEEKSIGINFO. Returns how many signals were copied.
long ptrace_peek_siginfo(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct ptrace_peeksiginfo_args args;
	siginfo_t info;
	int32_t done = 0;
	int result = 0;

	if (copyin(aspace_current(), &args, pointer(addr), sizeof(args)))
		return -EFAULT;
	if ((args.flags & ~PTRACE_PEEKSIGINFO_SHARED) || args.nr < 0)
		return -EINVAL;
	if (args.off > UINT32_MAX)
		return 0;
	while (done < args.nr) {
		result = copy_pending(tid, args.flags, args.off + (uint32_t)done, &info);
		if (result == 1 &&
		    copyout(aspace_current(), pointer(data + (uint32_t)done * sizeof(info)), &info,
		            sizeof(info)))
			result = -EFAULT;
		if (result != 1)
			break;
		done++;
		if (yield_after(PEEK_COST))
			break;
	}
	return done ? done : result;
}

// PTRACE_GETSIGMASK. During sigsuspend the mask is the one to which it returns.
long ptrace_get_mask(pid_t tid, uintptr_t addr, uintptr_t data)
{
	const struct tracee *tracee;
	const struct thread *thread;
	sigset_t set;

	if (addr != sizeof(set))
		return -EINVAL;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee) {
		thread = tracee->thread;
		set = mask_to_sigset(thread->restore_sigmask ? thread->saved_sigmask :
		                                               thread->sigmask);
	}
	spin_unlock(&process_lock);
	return tracee ? copyout(aspace_current(), pointer(data), &set, sizeof(set)) : -ESRCH;
}

// PTRACE_SETSIGMASK. The thread looks at its pending signals again when it goes on.
long ptrace_set_mask(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct signal_state *signals;
	struct tracee *tracee;
	sigset_t set;

	if (addr != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, pointer(data), sizeof(set)))
		return -EFAULT;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee) {
		signals = &tracee->thread->process->signals;
		spin_lock(&signals->lock);
		tracee->thread->sigmask = sigset_to_mask(set) & ~UNBLOCKABLE_SIGNALS;
		tracee->thread->restore_sigmask = false;
		spin_unlock(&signals->lock);
	}
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// PTRACE_GETEVENTMSG.
long ptrace_get_message(pid_t tid, uintptr_t addr, uintptr_t data)
{
	const struct tracee *tracee;
	uint32_t message = 0;

	(void)addr;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		message = tracee->message;
	spin_unlock(&process_lock);
	return tracee ? put_user(aspace_current(), (uint32_t __user *)pointer(data), message) :
	                -ESRCH;
}

// Describe the system call at whose begin or end the tracee has stopped, which can be known only with
// PTRACE_O_TRACESYSGOOD. Returns the size of the description. Caller: holds process_lock.
static size_t describe_call(const struct tracee *tracee, struct ptrace_syscall_info *info)
{
	const struct trapframe *frame = thread_user_frame(tracee->thread);
	const uint32_t args[] = { frame->ebx, frame->ecx, frame->edx,
		                  frame->esi, frame->edi, frame->ebp };
	int32_t result = (int32_t)frame->eax;

	assert_spin_held(&process_lock);
	memset(info, 0, sizeof(*info));
	info->arch = AUDIT_ARCH_I386;
	info->instruction_pointer = frame->eip;
	info->stack_pointer = frame->esp;
	if (!tracee->has_info || tracee->info.si_code != (SIGTRAP | 0x80))
		return offsetof(struct ptrace_syscall_info, entry);
	if (tracee->message == PTRACE_EVENTMSG_SYSCALL_ENTRY) {
		info->op = PTRACE_SYSCALL_INFO_ENTRY;
		info->entry.nr = frame->err;
		for (size_t i = 0; i < ARRAY_SIZE(args); i++)
			info->entry.args[i] = args[i];
		return sizeof(*info);
	}
	info->op = PTRACE_SYSCALL_INFO_EXIT;
	info->exit.rval = result;
	info->exit.is_error = result < 0 && result >= -4095;
	return offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
}

// PTRACE_GET_SYSCALL_INFO. Returns the size of the whole description, of which as much is stored as `addr`
// says.
long ptrace_get_call(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct ptrace_syscall_info info;
	const struct tracee *tracee;
	size_t size = 0;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		size = describe_call(tracee, &info);
	spin_unlock(&process_lock);
	if (!tracee)
		return -ESRCH;
	return copyout(aspace_current(), pointer(data), &info, MIN(size, addr)) ? -EFAULT :
	                                                                          (long)size;
}
