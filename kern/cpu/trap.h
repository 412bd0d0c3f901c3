// trap.h: what happened when the processor left a program: frames, handlers, gates.
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

// The registers of what was interrupted, as the entry code leaves them on the kernel stack
// (cpu/trapentry.h). `esp` and `ss` are there only when it was user code. FS and GS are not here: the
// kernel never touches them.
struct trapframe {
	uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax; // pushal
	uint32_t es, ds;                                        // the upper halves are undefined
	uint32_t trapno;                                        // the vector
	uint32_t err; // the exception's error code, or 0; of a system call: its number
	uint32_t eip, cs, eflags;
	uint32_t esp, ss;
};

// Returns true if a program was interrupted. In virtual-8086 mode CS is no selector, but any number; the
// entry code has made a frame of user code of such a frame (trap_v86 in cpu/trap.c).
static inline bool trap_from_user(const struct trapframe *frame)
{
	debug_assert(!(frame->eflags & EFLAGS_VM));
	return frame->cs & 3;
}

// Like trap_from_user, for reports: a double fault's frame is as the processor left it.
static inline bool trap_victim_is_user(const struct trapframe *frame)
{
	return (frame->eflags & EFLAGS_VM) || (frame->cs & 3);
}

typedef void (*trap_handler)(struct trapframe *frame);

// Fill the interrupt descriptor table, install the double-fault task, load both. After
// segment_init. Once.
void trap_init(void);

// Let `handler` take exception `vector`. A vector without a handler, or a handler that meets a
// fault of the kernel's own, goes to trap_fatal.
void trap_register(unsigned int vector, trap_handler handler);

// A gate of its own, open to user programs (`int vector`): `entry` is assembly that builds a
// trapframe.
void trap_register_user_gate(unsigned int vector, void (*entry)(void));

// If the kernel instruction that faulted is listed in the exception table, go on at its fixup
// address and return true.
bool trap_fixup(struct trapframe *frame);

// What the exception table says of the instruction that faulted.
enum trap_fixup_kind {
	TRAP_FIXUP_NONE = 0,    // not listed: a mistake of the kernel's
	TRAP_FIXUP_LAST = 1,    // trap_fixup, unless a page fault can be handled
	TRAP_FIXUP_AT_ONCE = 2, // trap_fixup, whatever the fault
};

enum trap_fixup_kind trap_fixup_kind(const struct trapframe *frame);

// Error code of a page fault (Intel SDM vol. 3, 4.7).
#define PF_PRESENT 0x1u // the page is there; the access was not allowed
#define PF_WRITE 0x2u
#define PF_USER 0x4u // with the user's rights

// A fault of the kernel itself: report and stop. debug/ registers how; without it, panic.
void trap_fatal(const struct trapframe *frame) __noreturn;
extern void (*trap_fatal_hook)(const struct trapframe *frame, const char *what);

// Registered by thread/: told of a double fault first; if it knows the reason, it reports and stops.
extern void (*trap_double_fault_hook)(const struct trapframe *frame);

// What vector `vector` is called.
const char *trap_name(unsigned int vector);
