// sys_ptrace_registers.c: requests of ptrace(2) that read and change sets of a tracee's registers. Each set
// goes through a buffer of the kernel: the user's memory is touched without a lock, the tracee under
// process_lock.
#include "cpu/fpu.h"
#include "mem/heap.h"
#include "proc/ptrace.h"
#include "proc/signal_frame.h"
#include "proc/tls.h"
#include "sys/sys_ptrace.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/ldt.h>
#include <abi/uio.h>

// Room for each set of registers, in the kernel.
union set_buffer {
	struct user_regs_struct regs;
	struct user_fpregs_struct fpu;
	struct fpu_state fpu_x;
	struct user_desc tls[TLS_SLOTS];
};

// What the conversion of the FPU's registers needs: too much for the kernel's stack.
struct fpu_work {
	struct fpu_state state;
	struct fpu_state *fresh; // for a thread without FPU state
	struct sigfpstate user;
};

// Returns a pointer of the program from an argument.
static void __user *pointer(uintptr_t value)
{
	return (void __user *)value;
}

static int get_regs(pid_t tid, union set_buffer *buffer)
{
	uint32_t *words = (uint32_t *)&buffer->regs;
	const struct tracee *tracee;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	for (size_t at = 0; tracee && at < sizeof(buffer->regs); at += 4)
		words[at / 4] = trace_read_of_frame(tracee->thread, at);
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// The first `size` bytes are set, in their order: those before a bad selector stay set, as on Linux.
static int set_regs(pid_t tid, const union set_buffer *buffer, size_t size)
{
	const uint32_t *words = (const uint32_t *)&buffer->regs;
	struct tracee *tracee;
	int error;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	error = tracee ? 0 : -ESRCH;
	for (size_t at = 0; !error && at < size; at += 4)
		error = trace_write_to_frame(tracee->thread, at, words[at / 4]);
	spin_unlock(&process_lock);
	return error;
}

// Copy the FPU's registers of the tracee to *state. Returns 0 or -ESRCH.
static int read_fpu(pid_t tid, struct fpu_state *state)
{
	const struct tracee *tracee;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		trace_get_fpu(tracee->thread, state);
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// Set the FPU's registers of the tracee to work->state. Returns 0; -ESRCH; -ENOMEM.
static int write_fpu(pid_t tid, struct fpu_work *work)
{
	const struct tracee *tracee;

	work->fresh = kmalloc(sizeof(*work->fresh));
	if (!work->fresh)
		return -ENOMEM;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		trace_set_fpu(tracee->thread, &work->state, &work->fresh);
	spin_unlock(&process_lock);
	kfree(work->fresh);
	return tracee ? 0 : -ESRCH;
}

// The registers as FSAVE stores them are the first part of what a signal frame has.
static int get_fpu(pid_t tid, union set_buffer *buffer)
{
	struct fpu_work *work = kmalloc(sizeof(*work));
	int error = work ? read_fpu(tid, &work->state) : -ENOMEM;

	if (!error) {
		sigfpu_to_user(&work->state, &work->user);
		memcpy(&buffer->fpu, &work->user, sizeof(buffer->fpu));
	}
	kfree(work);
	return error;
}

// The registers of SSE stay.
static int set_fpu(pid_t tid, const union set_buffer *buffer, size_t size)
{
	struct fpu_work *work = kmalloc(sizeof(*work));
	int error = work ? read_fpu(tid, &work->state) : -ENOMEM;

	if (!error) {
		sigfpu_to_user(&work->state, &work->user);
		memcpy(&work->user, &buffer->fpu, size);
		sigfpu_from_user(&work->user, &work->state);
		error = write_fpu(tid, work);
	}
	kfree(work);
	return error;
}

static int get_fpu_x(pid_t tid, union set_buffer *buffer)
{
	return read_fpu(tid, &buffer->fpu_x);
}

// Bits of mxcsr that the processor lacks would make FXRSTOR fault in the kernel.
static int set_fpu_x(pid_t tid, const union set_buffer *buffer, size_t size)
{
	struct fpu_work *work;
	int error;

	if (size != sizeof(buffer->fpu_x))
		return WHY(-EINVAL, "the set has %zu bytes", sizeof(buffer->fpu_x));
	if (buffer->fpu_x.mxcsr & ~fpu_mxcsr_mask())
		return WHY(-EINVAL, "the processor lacks a bit of mxcsr");
	work = kmalloc(sizeof(*work));
	if (!work)
		return -ENOMEM;
	work->state = buffer->fpu_x;
	error = write_fpu(tid, work);
	kfree(work);
	return error;
}

// The three segments of the thread-local storage.
static int get_tls(pid_t tid, union set_buffer *buffer)
{
	const struct tracee *tracee;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	for (uint32_t i = 0; tracee && i < TLS_SLOTS; i++) {
		buffer->tls[i].entry_number = GDT_ENTRY_TLS_MIN + i;
		(void)tls_get(tracee->thread, &buffer->tls[i]);
	}
	spin_unlock(&process_lock);
	return tracee ? 0 : -ESRCH;
}

// The numbers in the structs do not count: the first one is for the first segment.
static int set_tls(pid_t tid, const union set_buffer *buffer, size_t size)
{
	struct tracee *tracee;
	struct user_desc desc;
	int error;

	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	error = tracee ? 0 : -ESRCH;
	for (uint32_t i = 0; !error && i < size / sizeof(desc); i++) {
		desc = buffer->tls[i];
		desc.entry_number = GDT_ENTRY_TLS_MIN + i;
		error = tls_set(tracee->thread, &desc);
	}
	spin_unlock(&process_lock);
	return error;
}

// There is no XSAVE, and no program has ports.
static int no_xstate(pid_t tid, union set_buffer *buffer)
{
	(void)tid;
	(void)buffer;
	return -ENODEV;
}

static int no_ports(pid_t tid, union set_buffer *buffer)
{
	(void)tid;
	(void)buffer;
	return -ENXIO;
}

// The sets of registers. A part of a set is a multiple of `unit` bytes. Without `set` it cannot be set.
static const struct register_set {
	uint32_t type;
	uint32_t unit, size;
	int (*get)(pid_t tid, union set_buffer *buffer);
	int (*set)(pid_t tid, const union set_buffer *buffer, size_t size);
} sets[] = {
	{ NT_PRSTATUS, 4, sizeof(struct user_regs_struct), get_regs, set_regs },
	{ NT_PRFPREG, 4, sizeof(struct user_fpregs_struct), get_fpu, set_fpu },
	{ NT_PRXFPREG, 4, sizeof(struct fpu_state), get_fpu_x, set_fpu_x },
	{ NT_X86_XSTATE, 8, sizeof(struct fpu_state), no_xstate, NULL },
	{ NT_386_TLS, sizeof(struct user_desc), sizeof(struct user_desc[TLS_SLOTS]), get_tls,
	  set_tls },
	{ NT_386_IOPERM, 4, 8192, no_ports, NULL },
};

// Returns the set of a type, or NULL.
static const struct register_set *find_set(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (sets[i].type == type)
			return &sets[i];
	return NULL;
}

// Read a set and store its first `size` bytes at `user`. Returns 0 or -errno.
static long read_set(pid_t tid, const struct register_set *set, void __user *user, size_t size)
{
	union set_buffer *buffer = kmalloc(sizeof(*buffer));
	long error = buffer ? set->get(tid, buffer) : -ENOMEM;

	if (!error)
		error = copyout(aspace_current(), user, buffer, size);
	kfree(buffer);
	return error;
}

// Set the first `size` bytes of a set from `user`. Returns 0 or -errno.
static long write_set(pid_t tid, const struct register_set *set, const void __user *user,
                      size_t size)
{
	union set_buffer *buffer;
	long error;

	if (!set->set)
		return set->get(tid, NULL);
	buffer = kmalloc(sizeof(*buffer));
	error = !buffer                                      ? -ENOMEM :
	        copyin(aspace_current(), buffer, user, size) ? -EFAULT :
	                                                       set->set(tid, buffer, size);
	kfree(buffer);
	return error;
}

long ptrace_get_registers(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return read_set(tid, find_set(NT_PRSTATUS), pointer(data), sizeof(struct user_regs_struct));
}

long ptrace_set_registers(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return write_set(tid, find_set(NT_PRSTATUS), pointer(data), sizeof(struct user_regs_struct));
}

long ptrace_get_fpu(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return read_set(tid, find_set(NT_PRFPREG), pointer(data), sizeof(struct user_fpregs_struct));
}

long ptrace_set_fpu(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return write_set(tid, find_set(NT_PRFPREG), pointer(data),
	                 sizeof(struct user_fpregs_struct));
}

long ptrace_get_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return read_set(tid, find_set(NT_PRXFPREG), pointer(data), sizeof(struct fpu_state));
}

long ptrace_set_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data)
{
	(void)addr;
	return write_set(tid, find_set(NT_PRXFPREG), pointer(data), sizeof(struct fpu_state));
}

// PTRACE_GETREGSET and PTRACE_SETREGSET: the set `type`, or a part of it, to or from the range of a struct
// iovec, whose length is set to that of the part.
static long regset(pid_t tid, uintptr_t type, uintptr_t data, bool write)
{
	struct iovec __user *user = pointer(data);
	const struct register_set *set = find_set(type);
	struct iovec iov;
	void __user *base;
	long error;

	if (copyin(aspace_current(), &iov, user, sizeof(iov)))
		return -EFAULT;
	base = pointer((uintptr_t)iov.iov_base);
	if (!set || iov.iov_len % set->unit)
		return WHY(-EINVAL, "no such set of registers, or no part of it");
	iov.iov_len = MIN(iov.iov_len, (size_t)set->size);
	error = write ? write_set(tid, set, base, iov.iov_len) :
	                read_set(tid, set, base, iov.iov_len);
	if (error)
		return error;
	return put_user(aspace_current(), user_member(struct iovec, user, iov_len), iov.iov_len);
}

long ptrace_get_set(pid_t tid, uintptr_t addr, uintptr_t data)
{
	return regset(tid, addr, data, false);
}

long ptrace_set_set(pid_t tid, uintptr_t addr, uintptr_t data)
{
	return regset(tid, addr, data, true);
}

// PTRACE_GET_THREAD_AREA: a segment of the tracee's thread-local storage.
long ptrace_get_thread_area(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct user_desc desc = { .entry_number = addr };
	const struct tracee *tracee;
	int error = -ESRCH;

	if ((int32_t)addr < 0)
		return -EIO;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		error = tls_get(tracee->thread, &desc);
	spin_unlock(&process_lock);
	return error ? error : copyout(aspace_current(), pointer(data), &desc, sizeof(desc));
}

// PTRACE_SET_THREAD_AREA. The number in the struct does not count.
long ptrace_set_thread_area(pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct tracee *tracee;
	struct user_desc desc;
	int error = -ESRCH;

	if ((int32_t)addr < 0)
		return -EIO;
	if (copyin(aspace_current(), &desc, pointer(data), sizeof(desc)))
		return -EFAULT;
	desc.entry_number = addr;
	spin_lock(&process_lock);
	tracee = trace_find(tid, true);
	if (tracee)
		error = tls_set(tracee->thread, &desc);
	spin_unlock(&process_lock);
	return error;
}
