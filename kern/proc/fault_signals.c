// fault_signals.c: exceptions of programs become signals.
#include "proc/fault_signals.h"

#include "cpu/debug_registers.h"
#include "cpu/fpu.h"
#include "cpu/x86.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/uaccess.h"
#include "vm/uffd.h"

// The signal that each exception becomes, and its si_code. si_addr is the instruction's address.
static const struct {
	uint8_t vector, signo;
	int code;
} exceptions[] = {
	{ TRAP_DIVIDE, SIGFPE, FPE_INTDIV },         { TRAP_BREAKPOINT, SIGTRAP, SI_KERNEL },
	{ TRAP_OVERFLOW, SIGSEGV, SI_KERNEL },       { TRAP_BOUND, SIGSEGV, SI_KERNEL },
	{ TRAP_INVALID_OPCODE, SIGILL, ILL_ILLOPN }, { TRAP_FPU_SEGMENT, SIGFPE, SI_KERNEL },
	{ TRAP_INVALID_TSS, SIGSEGV, SI_KERNEL },    { TRAP_NOT_PRESENT, SIGBUS, SI_KERNEL },
	{ TRAP_STACK, SIGBUS, SI_KERNEL },           { TRAP_PROTECTION, SIGSEGV, SI_KERNEL },
	{ TRAP_ALIGNMENT, SIGBUS, BUS_ADRALN },
};

// Returns true if the program has executed SYSENTER, which the kernel does not set up: the processor
// reports that as a violation of protection (Intel SDM vol. 2B).
static bool is_sysenter(const struct trapframe *frame)
{
	static const uint8_t sysenter[2] = { 0x0f, 0x34 };
	uint8_t code[2];

	return frame->trapno == TRAP_PROTECTION && !frame->err &&
	       !copyin(aspace_current(), code, (const void __user *)frame->eip, sizeof(code)) &&
	       memcmp(code, sysenter, sizeof(code)) == 0;
}

// Handle an exception of the table. SYSENTER is like an instruction that does not exist, so that
// programs which try it find out. In the kernel only instructions of the exception table may
// cause one, for example the load of a bad segment.
static void exception(struct trapframe *frame)
{
	uint32_t vector;

	if (!trap_from_user(frame)) {
		if (!trap_may_have_fixup(frame) || !trap_fixup(frame))
			trap_fatal(frame);
		return;
	}
	vector = is_sysenter(frame) ? TRAP_INVALID_OPCODE : frame->trapno;
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (exceptions[i].vector == vector) {
			struct signal_info info = {
				.code = exceptions[i].code,
				.addr = exceptions[i].code == SI_KERNEL ? 0 : frame->eip,
				.trapno = vector,
				.err = frame->err,
			};

			signal_force(exceptions[i].signo, &info);
			return;
		}
	}
}

// Returns the si_code for exceptions of the FPU, given as bits of its status word or of MXCSR
// (Intel SDM vol. 1, 8.5 and 11.5.2). If several are raised and unmasked, the first in this table
// counts, as on Linux.
static int float_code(uint32_t raised)
{
	static const struct {
		uint32_t bits;
		int code;
	} codes[] = {
		{ FPU_INVALID, FPE_FLTINV },   { FPU_ZERO_DIVIDE, FPE_FLTDIV },
		{ FPU_OVERFLOW, FPE_FLTOVF },  { FPU_UNDERFLOW | FPU_DENORMAL, FPE_FLTUND },
		{ FPU_PRECISION, FPE_FLTRES },
	};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (raised & codes[i].bits)
			return codes[i].code;
	return FPE_FLTUNK;
}

// Handle an unmasked exception of the FPU. The processor reports it at the next instruction that
// waits for the FPU; si_addr is the address of that instruction, as on Linux.
static void float_exception(struct trapframe *frame)
{
	struct signal_info info = { .addr = frame->eip, .trapno = frame->trapno, .err = frame->err };
	struct fpu_state *state = thread_current()->fpu;

	if (!trap_from_user(frame) || !state)
		trap_fatal(frame);
	fpu_save(state);
	info.code = float_code(fpu_raised(state, frame->trapno == TRAP_SIMD));
	signal_force(SIGFPE, &info);
}

// Returns the reasons for a debug exception that count: a step, and the breakpoints that the thread has set.
// The processor may report others too (Intel SDM vol. 3, 17.2.3).
static uint32_t debug_reasons(const struct thread *thread)
{
	uint32_t reasons = debug_reasons_take(), set = DEBUG_STEP;

	for (unsigned int i = 0; i < DEBUG_BREAKPOINTS && (thread->loads & LOAD_DEBUG); i++)
		if (thread->debug->control & DEBUG_ON(i))
			set |= 1u << i;
	return reasons & set;
}

// Returns true if the reasons for a debug exception name a breakpoint at an instruction.
static bool hits_instruction(const struct thread *thread, uint32_t reasons)
{
	for (unsigned int i = 0; i < DEBUG_BREAKPOINTS; i++)
		if ((reasons & 1u << i) && DEBUG_KIND(i, thread->debug->control) == DEBUG_EXECUTE)
			return true;
	return false;
}

// Handle a single step or a breakpoint of the debug registers. The flag TF stays set in the context to which
// a handler returns, so that the next instruction is stepped too; the handler itself runs without it
// (enter_handler in proc/signal_frame.c). A step in the kernel is impossible: gates clear TF on entry, and
// only the program's own registers have it. A breakpoint is hit in the kernel when a copy touches the
// program's memory: that is noted, and causes no signal, as on Linux. The instruction at a breakpoint
// runs next: EFLAGS.RF.
static void debug_exception(struct trapframe *frame)
{
	const struct thread *thread = thread_current();
	uint32_t reasons = debug_reasons(thread);
	struct signal_info info = {
		.code = TRAP_BRKPT, .addr = frame->eip, .trapno = frame->trapno, .err = frame->err
	};

	if (!trap_from_user(frame) && !(reasons & DEBUG_HITS))
		trap_fatal(frame);
	if (unlikely(thread->trace))
		trace_debug_hit(reasons);
	if (!trap_from_user(frame))
		return;
	if (hits_instruction(thread, reasons))
		frame->eflags |= EFLAGS_RF;
	if (reasons & DEBUG_STEP)
		info.code = TRAP_TRACE;
	else if (reasons)
		info.code = TRAP_HWBKPT;
	signal_force(SIGTRAP, &info);
}

// Send the program the signal for its access to `va`, which has ended with `result`. Out of line: a
// fault that a handler of a userfaultfd has handled needs no description.
static __noinline void send_fault_signal(const struct trapframe *frame, uintptr_t va,
                                         enum fault_result result)
{
	struct signal_info info = { .addr = va, .trapno = frame->trapno, .err = frame->err };

	switch (result) {
	case FAULT_NO_AREA:
		info.code = SEGV_MAPERR;
		signal_force(SIGSEGV, &info);
		break;
	case FAULT_NOT_ALLOWED:
		info.code = SEGV_ACCERR;
		signal_force(SIGSEGV, &info);
		break;
	case FAULT_NO_PAGE:
		info.code = BUS_ADRERR;
		signal_force(SIGBUS, &info);
		break;
	default:
		panic("a fault at %#x ended with %d", va, result);
	}
}

// vm_fault_signal_hook: send the signal for a page fault that vm could not handle. If there is no
// page, a handler of a userfaultfd may have to bring it: then the thread sleeps until it has, and
// runs the instruction again.
static void bad_access(struct trapframe *frame, uintptr_t va, enum fault_result result)
{
	if (result == FAULT_NO_PAGE)
		result = uffd_sleep(thread_current()->aspace, va, wanted_access(frame), true);
	if (result != FAULT_OK)
		send_fault_signal(frame, va, result);
}

void exceptions_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		trap_register(exceptions[i].vector, exception);
	trap_register(TRAP_FPU, float_exception);
	trap_register(TRAP_SIMD, float_exception);
	trap_register(TRAP_DEBUG, debug_exception);
	vm_fault_signal_hook = bad_access;
	thread_signal_hook = signal_deliver;
}
