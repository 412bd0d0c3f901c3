// trap.h: the ways from a program into the kernel: frames, handlers, gates.
#pragma once

#include "cpu/x86.h"
#include "kern.h"

// Exceptions (Intel SDM vol. 3, 6.3.1)
enum trap_vector {
	TRAP_DIVIDE = 0,
	TRAP_DEBUG = 1,
	TRAP_NMI = 2,
	TRAP_BREAKPOINT = 3,
	TRAP_OVERFLOW = 4,
	TRAP_BOUND = 5,
	TRAP_INVALID_OPCODE = 6,
	TRAP_NO_FPU = 7,
	TRAP_DOUBLE_FAULT = 8,
	TRAP_FPU_SEGMENT = 9,
	TRAP_INVALID_TSS = 10,
	TRAP_NOT_PRESENT = 11,
	TRAP_STACK = 12,
	TRAP_PROTECTION = 13,
	TRAP_PAGE_FAULT = 14,
	TRAP_FPU = 16,
	TRAP_ALIGNMENT = 17,
	TRAP_MACHINE_CHECK = 18,
	TRAP_SIMD = 19,
	TRAP_EXCEPTIONS = 32, // vectors 0 to 31 are the processor's
	TRAP_IRQ = 32,        // 32 to 47: interrupt lines
	TRAP_VECTORS = 48,
	TRAP_SYSCALL = 0x80,
};

// The registers of the interrupted code, as the entry code leaves them on the kernel stack
// (cpu/trapentry.h). `esp` and `ss` exist only if that was user code: within the kernel the
// processor pushes neither. FS and GS are not saved, because the kernel never changes them.
struct trapframe {
	uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax; // pushal
	uint32_t es, ds;                                        // the upper halves are undefined
	uint32_t trapno;                                        // the vector
	uint32_t err; // the exception's error code, or 0; for a system call: its number
	uint32_t eip, cs, eflags;
	uint32_t esp, ss;
};

// Returns true if a program was interrupted. The low two bits of CS are the privilege level. In
// virtual-8086 mode this is not so: CS can be any number. The entry code has replaced such a frame
// by one of flat user code (trap_v86 in cpu/trap.c). Not for the frame of a double fault.
static inline bool trap_from_user(const struct trapframe *frame)
{
	debug_assert(!(frame->eflags & EFLAGS_VM));
	return frame->cs & 3;
}

// Like trap_from_user, but also right for the frame of a double fault, which no entry code has
// changed. For reports.
static inline bool trap_victim_is_user(const struct trapframe *frame)
{
	return (frame->eflags & EFLAGS_VM) || (frame->cs & 3);
}

typedef void (*trap_handler)(struct trapframe *frame);

// Fill the interrupt descriptor table and load it. Afterwards a double fault enters the task that
// segment_init has made for it, the other exceptions are without a handler (trap_register),
// interrupts of lines go to irq_dispatch, and vectors from TRAP_VECTORS on have no gate. Programs
// may enter by `int` only TRAP_BREAKPOINT and TRAP_OVERFLOW. Once, at boot, after segment_init.
void trap_init(void);

// Let `handler` handle exception `vector`, 0 to 31, for ever; that of TRAP_DOUBLE_FAULT is never
// called, because a task handles it. Panics if the vector has a handler or is higher. An exception
// without a handler goes to its fixup, or to trap_fatal, also one of a program. A handler runs with
// interrupts off; it calls trap_fatal for a fault of the kernel itself. After trap_init, at boot.
void trap_register(unsigned int vector, trap_handler handler);

// Install a gate that programs may enter by `int vector`; interrupts are off on entry. It replaces
// the vector's gate, if there is one. `entry` is assembly that builds a trapframe. Panics unless
// `vector` is TRAP_VECTORS to 255. After trap_init.
void trap_register_user_gate(unsigned int vector, void (*entry)(void));

// Returns true if the kernel instruction that faulted, at frame->eip, belongs to the code that the
// exception table is for; it need not be listed there. A fault anywhere else in the kernel is a
// bug, and the table need not be searched. Looks at frame->eip alone.
bool trap_may_have_fixup(const struct trapframe *frame);

// If the exception table (ex_table_start to ex_table_end) lists the kernel instruction that
// faulted, set frame->eip to its fixup, where the processor continues when the trap returns.
// Returns true if the table lists it; false with nothing changed if not.
bool trap_fixup(struct trapframe *frame);

// The kinds of entries in the exception table.
enum trap_fixup_kind {
	TRAP_FIXUP_NONE = 0,    // not listed: the fault is an error in the kernel
	TRAP_FIXUP_LAST = 1,    // use trap_fixup, unless a page fault can be handled
	TRAP_FIXUP_AT_ONCE = 2, // use trap_fixup for every fault
};

// Returns what the exception table says about the kernel instruction that faulted: the kind of its
// entry, or TRAP_FIXUP_NONE if it has none. Changes nothing.
enum trap_fixup_kind trap_fixup_kind(const struct trapframe *frame);

// Error code of a page fault (Intel SDM vol. 3, 4.7).
#define PF_PRESENT 0x1u // the page is there; the access was not allowed
#define PF_WRITE 0x2u
#define PF_USER 0x4u // the access was made in user mode

// Report a fault of the kernel itself and stop the machine. debug/panic.c registers the hook that
// prints the report; without it, panics with a short message. The hook's `what` is the exception's
// name (trap_name).
void trap_fatal(const struct trapframe *frame) __noreturn;
extern void (*trap_fatal_hook)(const struct trapframe *frame, const char *what);

// Registered by thread/thread.c. Called first on a double fault; if it recognizes the cause (a
// stack overflow), it reports and does not return.
extern void (*trap_double_fault_hook)(const struct trapframe *frame);

// Returns the name of exception `vector`; "unknown trap" if it has none. The string is constant.
const char *trap_name(unsigned int vector);
