// exceptions.c: what the processor objects to in a program becomes a signal.
#include "proc/exceptions.h"

#include "cpu/fpu.h"
#include "cpu/x86.h"
#include "proc/process.h"
#include "vm/aspace.h"

// The signal that an exception becomes, and its si_code. si_addr is the instruction's address.
static const struct {
	uint8_t vector, signo;
	int code;
} exceptions[] = {
	{ TRAP_DIVIDE, SIGFPE, FPE_INTDIV },
	{ TRAP_BREAKPOINT, SIGTRAP, SI_KERNEL },
	{ TRAP_OVERFLOW, SIGSEGV, SI_KERNEL },
	{ TRAP_BOUND, SIGSEGV, SI_KERNEL },
	{ TRAP_INVALID_OPCODE, SIGILL, ILL_ILLOPN },
	{ TRAP_FPU_SEGMENT, SIGFPE, SI_KERNEL },
	{ TRAP_INVALID_TSS, SIGSEGV, SI_KERNEL },
	{ TRAP_NOT_PRESENT, SIGBUS, SI_KERNEL },
	{ TRAP_STACK, SIGBUS, SI_KERNEL },
	{ TRAP_PROTECTION, SIGSEGV, SI_KERNEL },
	{ TRAP_FPU, SIGFPE, SI_KERNEL },
	{ TRAP_ALIGNMENT, SIGBUS, BUS_ADRALN },
	{ TRAP_SIMD, SIGFPE, SI_KERNEL },
};

static void exception(struct trapframe *frame)
{
	if (!trap_from_user(frame)) {
		if (!trap_fixup(frame))
			trap_fatal(frame);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (exceptions[i].vector == frame->trapno) {
			struct signal_info info = {
				.code = exceptions[i].code,
				.addr = exceptions[i].code == SI_KERNEL ? 0 : frame->eip,
				.trapno = frame->trapno,
				.err = frame->err,
			};

			signal_force(exceptions[i].signo, &info);
			return;
		}
	}
}

// Single steps, and debug registers, which nobody can set. The flag that asked for the step stays:
// it is the program's. A step in the kernel can only be the one after an `int $0x80` or `iret`;
// there is none.
static void debug_exception(struct trapframe *frame)
{
	struct signal_info info = {
		.code = TRAP_TRACE, .addr = frame->eip, .trapno = frame->trapno, .err = frame->err
	};

	if (!trap_from_user(frame))
		trap_fatal(frame);
	frame->eflags &= ~EFLAGS_TF; // the handler is not to be stepped through; its context still has the flag
	signal_force(SIGTRAP, &info);
}

static void bad_access(struct trapframe *frame, uintptr_t va, enum fault_result result)
{
	struct signal_info info = { .addr = va, .trapno = frame->trapno, .err = frame->err };

	switch (result) {
	case FAULT_NO_AREA:
		info.code = SEGV_MAPERR;
		signal_force(SIGSEGV, &info);
		break;
	case FAULT_NO_RIGHT:
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

void exceptions_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		trap_register(exceptions[i].vector, exception);
	trap_register(TRAP_DEBUG, debug_exception);
	vm_fault_signal_hook = bad_access;
	thread_signal_hook = signal_deliver;
}
