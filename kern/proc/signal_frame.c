// signal_frame.c: signal frames. To run a handler, the kernel writes a frame with all registers to
// the program's stack and sets EIP to the handler. When the handler returns, sigreturn loads the
// registers from the frame.
#include "proc/signal_frame.h"

#include "cpu/x86.h"
#include "mem/heap.h"
#include "mem/pgdir.h"
#include "proc/altstack.h"
#include "proc/process.h"
#include "proc/user_mem_assert.h"
#include "vm/uaccess.h"

// If an action has no restorer, its handler returns to these instructions, which are in the frame
// itself.
static const uint8_t sigreturn_code[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 }; // pop; mov; int
static const uint8_t rt_sigreturn_code[8] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0 };

// Fill the registers of a frame: what the handler sees as the interrupted context. trapno, err and
// cr2 describe the fault, if the signal comes from one.
static void fill_context(struct sigcontext *context, const struct trapframe *frame,
                         const struct signal_info *info, uintptr_t fpstate, sigmask_t mask)
{
	*context = (struct sigcontext){
		.gs = read_gs(),
		.fs = read_fs(),
		.es = (uint16_t)frame->es,
		.ds = (uint16_t)frame->ds,
		.edi = frame->edi,
		.esi = frame->esi,
		.ebp = frame->ebp,
		.esp = frame->esp,
		.ebx = frame->ebx,
		.edx = frame->edx,
		.ecx = frame->ecx,
		.eax = frame->eax,
		.trapno = info->trapno,
		.err = info->err,
		.eip = frame->eip,
		.cs = (uint16_t)frame->cs,
		.eflags = frame->eflags,
		.esp_at_signal = frame->esp,
		.ss = (uint16_t)frame->ss,
		.fpstate = fpstate,
		.oldmask = (uint32_t)mask,
		.cr2 = info->trapno == TRAP_PAGE_FAULT ? info->addr : 0,
	};
}

// Returns the address of the FPU's registers below `sp`, or 0 if the thread has none.
static uintptr_t place_fpu(const struct thread *thread, uintptr_t sp)
{
	if (!thread->fpu)
		return 0;
	return ROUND_DOWN(sp - sizeof(thread->fpu[0]), 64) - offsetof(struct sigfpstate, fxsave);
}

// Write the FPU's registers, which the thread has, to the program's stack at `va`. Returns false if
// the stack cannot take them.
static bool push_fpu(struct thread *thread, uintptr_t va)
{
	struct sigfpstate *user = kmalloc(sizeof(*user));
	bool ok;

	fpu_save(thread->fpu);
	if (user)
		sigfpu_to_user(thread->fpu, user);
	ok = user && !copyout(aspace_current(), (void __user *)va, user, sizeof(*user));
	kfree(user);
	return ok;
}

// Returns the address of a frame of `size` bytes below `sp`. The ABI wants esp + 4 to be a
// multiple of 16 at a function's entry.
static uintptr_t place_frame(uintptr_t sp, size_t size)
{
	return ROUND_DOWN(sp - size + 4, 16) - 4;
}

// Write the frame of a handler without SA_SIGINFO. Returns false if the stack cannot take it.
static bool push_plain(uintptr_t va, int signo, const struct sigaction *action,
                       const struct sigcontext *context, sigmask_t mask)
{
	struct sigframe frame;

	memset(&frame, 0, sizeof(frame));
	frame.return_address = action->sa_flags & SA_RESTORER ?
	                               (uint32_t)(uintptr_t)action->sa_restorer :
	                               va + offsetof(struct sigframe, return_code);
	frame.signo = signo;
	frame.context = *context;
	frame.mask_high = (uint32_t)(mask >> 32);
	memcpy(frame.return_code, sigreturn_code, sizeof(frame.return_code));
	return !copyout(aspace_current(), (void __user *)va, &frame, sizeof(frame));
}

// Write the frame of a handler with SA_SIGINFO, which also gets siginfo and the whole context.
// Returns false if the stack cannot take it.
static bool push_rt(uintptr_t va, int signo, const struct sigaction *action,
                    const struct signal_info *info, const struct sigcontext *context,
                    sigmask_t mask)
{
	struct thread *thread = thread_current();
	struct rt_sigframe frame;

	memset(&frame, 0, sizeof(frame));
	frame.return_address = action->sa_flags & SA_RESTORER ?
	                               (uint32_t)(uintptr_t)action->sa_restorer :
	                               va + offsetof(struct rt_sigframe, return_code);
	frame.signo = signo;
	frame.info_address = va + offsetof(struct rt_sigframe, info);
	frame.context_address = va + offsetof(struct rt_sigframe, context);
	signal_fill_siginfo(&frame.info, signo, info);
	frame.context.uc_stack.ss_sp = (void *)thread->altstack;
	frame.context.uc_stack.ss_size = thread->altstack_size;
	frame.context.uc_stack.ss_flags = (int)thread->altstack_flags;
	frame.context.uc_mcontext = *context;
	frame.context.uc_sigmask.bits[0] = (uint32_t)mask;
	frame.context.uc_sigmask.bits[1] = (uint32_t)(mask >> 32);
	memcpy(frame.return_code, rt_sigreturn_code, sizeof(frame.return_code));
	return !copyout(aspace_current(), (void __user *)va, &frame, sizeof(frame));
}

// Set the registers with which a handler starts. Its arguments are in registers as well as on the
// stack, as on Linux. Flags that would surprise a handler are cleared: direction, single step.
static void enter_handler(struct trapframe *frame, uintptr_t va, int signo,
                          const struct sigaction *action)
{
	bool rt = action->sa_flags & SA_SIGINFO;

	frame->eip = (uint32_t)(uintptr_t)action->sa_handler;
	frame->esp = va;
	frame->eax = (uint32_t)signo;
	frame->edx = rt ? va + offsetof(struct rt_sigframe, info) : 0;
	frame->ecx = rt ? va + offsetof(struct rt_sigframe, context) : 0;
	frame->ds = frame->es = frame->ss = USER_DS;
	frame->cs = USER_CS;
	frame->eflags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF | EFLAGS_NT);
}

// The stack cannot take a frame. For SIGSEGV this is the end of the program, and the log names the
// bad address if the stack is the reason. Returns false.
static bool refused(int signo, uintptr_t va, size_t size)
{
	if (signo == SIGSEGV)
		user_mem_assert("frame of a signal", (void __user *)va, size, PTE_U | PTE_W);
	return false;
}

// The order on the stack, from the top: the FPU's registers, then the frame. With SA_ONSTACK both
// go to the alternate stack, unless the program runs on it already. If they do not both fit there,
// nothing is written: memory below the alternate stack is not the handlers'.
bool signal_frame_push(struct trapframe *frame, int signo, const struct sigaction *action,
                       const struct signal_info *info, sigmask_t mask)
{
	struct thread *thread = thread_current();
	bool rt = action->sa_flags & SA_SIGINFO, on = altstack_active(thread, frame->esp), ok;
	size_t size = rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe);
	struct sigcontext context;
	uintptr_t sp = frame->esp, va, fpstate;

	assert_no_lock();
	if ((action->sa_flags & SA_ONSTACK) && thread->altstack_size && !on) {
		sp = thread->altstack + thread->altstack_size;
		on = true;
	}
	fpstate = place_fpu(thread, sp);
	va = place_frame(fpstate ? fpstate : sp, size);
	if (on && !altstack_contains(thread, va))
		return false; // the alternate stack has no room left
	if (fpstate && !push_fpu(thread, fpstate))
		return refused(signo, fpstate, sizeof(struct sigfpstate));
	fill_context(&context, frame, info, fpstate, mask);
	ok = rt ? push_rt(va, signo, action, info, &context, mask) :
	          push_plain(va, signo, action, &context, mask);
	if (!ok)
		return refused(signo, va, size);
	enter_handler(frame, va, signo, action);
	if (thread->altstack_flags & SS_AUTODISARM)
		altstack_reset(thread);
	return true;
}

// Load the FPU's registers from a frame. A frame without them, or one that cannot be read, sets them
// to their initial state. The copy may sleep; so it comes before the thread gets a state: a switch
// saves the registers of a thread with a state, which only fpu_switch makes accessible.
// Returns false if they cannot be read.
static bool pop_fpu(struct thread *thread, uintptr_t va)
{
	struct sigfpstate *user = va ? kmalloc(sizeof(*user)) : NULL;
	bool ok = !va;

	if (user)
		ok = !copyin(aspace_current(), user, (const void __user *)va, sizeof(*user));
	if (user && ok && !thread->fpu) {
		thread->fpu = kmalloc(sizeof(*thread->fpu));
		ok = thread->fpu != NULL;
	}
	if (thread->fpu) {
		if (user && ok)
			sigfpu_from_user(user, thread->fpu);
		else
			fpu_state_init(thread->fpu);
		fpu_switch(NULL, thread->fpu);
	}
	kfree(user);
	return ok;
}

// Load the registers from a frame. The program may have changed them all, so nothing may be
// believed: selectors get privilege level 3, and only harmless flags are taken. So the worst case
// is one fault in user mode.
static void restore_registers(struct trapframe *frame, const struct sigcontext *context)
{
	frame->edi = context->edi;
	frame->esi = context->esi;
	frame->ebp = context->ebp;
	frame->ebx = context->ebx;
	frame->edx = context->edx;
	frame->ecx = context->ecx;
	frame->eax = context->eax;
	frame->eip = context->eip;
	frame->esp = context->esp;
	frame->cs = context->cs | 3u;
	frame->ss = context->ss | 3u;
	frame->ds = context->ds;
	frame->es = context->es;
	frame->eflags = (frame->eflags & ~EFLAGS_USER) | (context->eflags & EFLAGS_USER);
	frame->trapno = 0; // not a call any more: nothing is made again
	segment_load_fs(context->fs);
	segment_load_gs(context->gs);
}

// The union holds only one frame at a time: both together would be too much for the kernel's
// stack.
long sigframe_return(bool rt)
{
	struct thread *thread = thread_current();
	struct trapframe *frame = thread_user_frame(thread);
	struct signal_info info = { .code = SI_KERNEL };
	union {
		struct rt_sigframe rt;
		struct sigframe plain;
	} from;
	struct sigcontext *context;
	sigmask_t mask;
	int error;

	assert_no_lock();
	if (rt) {
		// `ret` has popped the return address.
		error = copyin(aspace_current(), &from.rt, (const void __user *)(frame->esp - 4),
		               sizeof(from.rt));
		context = &from.rt.context.uc_mcontext;
		mask = (sigmask_t)from.rt.context.uc_sigmask.bits[1] << 32 |
		       from.rt.context.uc_sigmask.bits[0];
	} else {
		// The restorer has popped the signal's number too.
		error = copyin(aspace_current(), &from.plain, (const void __user *)(frame->esp - 8),
		               sizeof(from.plain));
		context = &from.plain.context;
		mask = (sigmask_t)from.plain.mask_high << 32 | from.plain.context.oldmask;
	}
	if (error || !pop_fpu(thread, context->fpstate)) {
		signal_force(SIGSEGV, &info);
		return (long)frame->eax;
	}
	restore_registers(frame, context);
	if (rt) // as on Linux, errors of a changed uc_stack are not reported
		(void)altstack_set(thread, &from.rt.context.uc_stack, frame->esp);
	thread->restart.resume = NULL;
	signal_set_mask(mask);
	return (long)frame->eax;
}
