// trap.c: from a vector to the function that handles it. The entry code (cpu/trapentry.S) calls
// through trap_handlers[]; interrupts share one handler, which asks cpu/irq.c.
#include "cpu/trap.h"

#include "cpu/irq.h"
#include "cpu/segment.h"
#include "cpu/trapentry.h"
#include "cpu/x86.h"

_Static_assert(offsetof(struct trapframe, eax) == FRAME_EAX, "cpu/trapentry.h");
_Static_assert(offsetof(struct trapframe, es) == FRAME_ES, "cpu/trapentry.h");
_Static_assert(offsetof(struct trapframe, ds) == FRAME_DS, "cpu/trapentry.h");
_Static_assert(offsetof(struct trapframe, trapno) == FRAME_TRAPNO, "cpu/trapentry.h");
_Static_assert(offsetof(struct trapframe, cs) == FRAME_CS, "cpu/trapentry.h");
_Static_assert(offsetof(struct trapframe, eflags) == FRAME_EFLAGS, "cpu/trapentry.h");
_Static_assert(EFLAGS_VM == 1u << EFLAGS_VM_BIT, "cpu/trapentry.h");
_Static_assert(sizeof(struct trapframe) == FRAME_SIZE, "cpu/trapentry.h");

// Gates (Intel SDM vol. 3, 6.11), as the low half of the second word.
#define GATE_INTERRUPT 0x8E00u // present, 32 bits, interrupts off on entry
#define GATE_TASK 0x8500u
#define GATE_DPL3 0x6000u

extern const uint8_t trap_stubs[];
void double_fault(void) __noreturn;
void trap_bad_return(struct trapframe *frame);
void trap_v86(struct trapframe *frame);

void (*trap_fatal_hook)(const struct trapframe *frame, const char *what);
void (*trap_double_fault_hook)(const struct trapframe *frame);

static struct segment_desc idt[256] __aligned(16);

// Called by trap_entry, by vector. Changes only at boot, so no lock guards it.
extern trap_handler trap_handlers[TRAP_VECTORS];
trap_handler trap_handlers[TRAP_VECTORS];

static const char *const names[] = {
	[TRAP_DIVIDE] = "divide error",
	[TRAP_DEBUG] = "debug exception",
	[TRAP_NMI] = "non-maskable interrupt",
	[TRAP_BREAKPOINT] = "breakpoint",
	[TRAP_OVERFLOW] = "overflow",
	[TRAP_BOUND] = "bound range exceeded",
	[TRAP_INVALID_OPCODE] = "invalid opcode",
	[TRAP_NO_FPU] = "no FPU",
	[TRAP_DOUBLE_FAULT] = "double fault",
	[TRAP_FPU_SEGMENT] = "FPU segment overrun",
	[TRAP_INVALID_TSS] = "invalid TSS",
	[TRAP_NOT_PRESENT] = "segment not present",
	[TRAP_STACK] = "stack segment fault",
	[TRAP_PROTECTION] = "general protection fault",
	[TRAP_PAGE_FAULT] = "page fault",
	[TRAP_FPU] = "FPU error",
	[TRAP_ALIGNMENT] = "alignment check",
	[TRAP_MACHINE_CHECK] = "machine check",
	[TRAP_SIMD] = "SIMD error",
};

// Let `vector` enter the kernel at `entry`. `flags` are GATE_ bits.
static void gate_set(unsigned int vector, uintptr_t entry, uint32_t flags)
{
	idt[vector].low = ((uint32_t)KERNEL_CS << 16) | (entry & 0xFFFF);
	idt[vector].high = (entry & 0xFFFF0000) | flags;
}

// Handle an exception for which no function is registered.
static void unexpected(struct trapframe *frame)
{
	if (!trap_may_have_fixup(frame) || !trap_fixup(frame))
		trap_fatal(frame);
}

// Handle an interrupt of one of the sixteen lines: cpu/irq.c knows its handlers.
static void interrupt(struct trapframe *frame)
{
	irq_dispatch((int)(frame->trapno - TRAP_IRQ));
}

// All gates except that of the double fault are interrupt gates: the processor turns interrupts
// off on entry, as the whole kernel wants them.
void trap_init(void)
{
	struct pseudo_descriptor pd = { sizeof(idt) - 1, (uintptr_t)idt };

	for (unsigned int i = 0; i < TRAP_VECTORS; i++) {
		gate_set(i, (uintptr_t)trap_stubs + i * TRAP_STUB_SIZE, GATE_INTERRUPT);
		trap_handlers[i] = i < TRAP_EXCEPTIONS ? unexpected : interrupt;
	}

	// Programs may execute int3 and into, as on Linux. `int n` with any other n is a protection
	// fault, because its gate has DPL 0.
	gate_set(TRAP_BREAKPOINT, (uintptr_t)trap_stubs + TRAP_BREAKPOINT * TRAP_STUB_SIZE,
	         GATE_INTERRUPT | GATE_DPL3);
	gate_set(TRAP_OVERFLOW, (uintptr_t)trap_stubs + TRAP_OVERFLOW * TRAP_STUB_SIZE,
	         GATE_INTERRUPT | GATE_DPL3);
	idt[TRAP_DOUBLE_FAULT] = (struct segment_desc){ (uint32_t)DOUBLE_FAULT_SELECTOR << 16,
		                                        GATE_TASK };
	lidt(&pd);
}

void trap_register(unsigned int vector, trap_handler handler)
{
	assert(vector < TRAP_EXCEPTIONS && trap_handlers[vector] == unexpected);
	trap_handlers[vector] = handler;
}

void trap_register_user_gate(unsigned int vector, void (*entry)(void))
{
	assert(vector >= TRAP_VECTORS && vector < ARRAY_SIZE(idt));
	gate_set(vector, (uintptr_t)entry, GATE_INTERRUPT | GATE_DPL3);
}

const char *trap_name(unsigned int vector)
{
	return vector < ARRAY_SIZE(names) && names[vector] ? names[vector] : "unknown trap";
}

void trap_fatal(const struct trapframe *frame)
{
	if (trap_fatal_hook)
		trap_fatal_hook(frame, trap_name(frame->trapno));
	panic("%s in the kernel at %#x, error code %#x", trap_name(frame->trapno), frame->eip,
	      frame->err);
}

// The processor has refused to return to a program with `frame`: iret faulted. Report that to the
// program as if its own instruction at frame->eip had caused a protection fault.
void trap_bad_return(struct trapframe *frame)
{
	frame->trapno = TRAP_PROTECTION;
	trap_handlers[TRAP_PROTECTION](frame);
}

// Handle a trap from virtual-8086 mode. On a processor that follows the manual no program gets
// there: an iret of privilege 3 ignores EFLAGS.VM (Intel SDM vol. 2, IRET). Most of QEMU's models
// obey the bit, and then the program chooses CS, SS and all of EFLAGS.
// `frame` lies below four selectors that the processor pushed in addition, so not where
// thread_user_frame looks. Moves the frame up over them and makes it a frame of flat user code.
// Handles an interrupt. Turns any other trap into the fault that the iret should have caused: a
// protection fault of the program. The caller corrects its stack pointer.
void trap_v86(struct trapframe *frame)
{
	frame = memmove((uint8_t *)frame + V86_SEGMENTS_SIZE, frame, sizeof(*frame));
	frame->eip += (frame->cs & 0xFFFF) << 4; // the linear address
	frame->cs = USER_CS;
	frame->ss = frame->ds = frame->es = USER_DS;
	frame->eflags = EFLAGS_FIXED | EFLAGS_IF;
	if (frame->trapno == TRAP_NMI || frame->trapno == TRAP_MACHINE_CHECK ||
	    (frame->trapno >= TRAP_IRQ && frame->trapno < TRAP_VECTORS))
		trap_handlers[frame->trapno](frame);
	frame->err = 0;
	trap_bad_return(frame);
}

// Runs as a task of its own, on its own stack (double_fault_entry). It stops the machine: code
// that has lost its stack cannot be continued.
void double_fault(void)
{
	struct trapframe frame;

	segment_victim_frame(&frame);
	if (trap_double_fault_hook)
		trap_double_fault_hook(&frame);
	trap_fatal(&frame);
}
