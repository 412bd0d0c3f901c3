// fpu.h: the registers of FPU and SSE. The kernel is compiled without them, so they hold the state
// of the program that used them last. (The kernel borrows four of them to fill and to copy pages.)
// A thread that has never used them has no struct fpu_state: its first FPU instruction traps
// (CR0.TS) and gives it one.
#pragma once

#include "cpu/x86.h"
#include "kern.h"

// The image that FXSAVE writes (Intel SDM vol. 1, 10.5.1).
struct fpu_state {
	uint16_t control, status;
	uint8_t tag, reserved;
	uint16_t opcode;
	uint32_t eip, cs, data, ds;
	uint32_t mxcsr, mxcsr_mask;
	uint8_t registers[128];
	uint8_t xmm[128];
	uint8_t unused[224];
} __aligned(16);

// Set *state to the state with which a program starts: exceptions of FPU and SSE masked, a mantissa
// of 64 bits, rounding to nearest, all registers zero, and those of the FPU empty.
void fpu_state_init(struct fpu_state *state);

// Save the processor's registers in `prev`, then load those of `next`, whose mxcsr has only bits of
// fpu_mxcsr_mask. `prev` NULL: the thread that ran has no state, so there is nothing to save.
// `next` NULL: its thread has no state yet, and its first FPU instruction will trap. Both NULL:
// does nothing. For a thread switch, which passes the states of the thread that ran and of the next
// one.
void fpu_switch(struct fpu_state *prev, const struct fpu_state *next);

// Copy the processor's registers to *state; the running thread keeps them. The caller makes sure
// that this thread has a struct fpu_state: without one the instruction traps in the kernel.
void fpu_save(struct fpu_state *state);

// What the kernel keeps while it uses registers of SSE itself.
struct fpu_borrowed {
	uint32_t cr0;
	uint8_t xmm[4][16];
};

// Let the kernel use the registers xmm0 to xmm3, whosever values they hold: save these in *saved,
// and let SSE instructions not trap. Registers of the FPU, xmm4 to xmm7 and mxcsr are not saved.
// Until fpu_return the caller neither sleeps nor yields nor lets interrupts in; a fault on the way
// must end at a fixup of the kind TRAP_FIXUP_AT_ONCE, because handling it may sleep. Caller: the
// processor has SSE (cpu_has_sse).
static inline void fpu_borrow(struct fpu_borrowed *saved)
{
	saved->cr0 = read_cr0();
	if (saved->cr0 & CR0_TS)
		clts();
	__asm__ volatile("movups %%xmm0, %0\n\t"
	                 "movups %%xmm1, %1\n\t"
	                 "movups %%xmm2, %2\n\t"
	                 "movups %%xmm3, %3"
	                 : "=m"(saved->xmm[0]), "=m"(saved->xmm[1]), "=m"(saved->xmm[2]),
	                   "=m"(saved->xmm[3]));
}

// Put the values of xmm0 to xmm3 back that fpu_borrow has saved in *saved, and let SSE instructions
// trap again if they did before. Once for each fpu_borrow.
static inline void fpu_return(const struct fpu_borrowed *saved)
{
	__asm__ volatile("movups %0, %%xmm0\n\t"
	                 "movups %1, %%xmm1\n\t"
	                 "movups %2, %%xmm2\n\t"
	                 "movups %3, %%xmm3"
	                 :
	                 : "m"(saved->xmm[0]), "m"(saved->xmm[1]), "m"(saved->xmm[2]),
	                   "m"(saved->xmm[3]));
	if (saved->cr0 & CR0_TS)
		write_cr0(saved->cr0);
}

// Exceptions, as the status word of the FPU and mxcsr name them (Intel SDM vol. 1, 8.1.3 and
// 10.2.3).
#define FPU_INVALID 0x01u
#define FPU_DENORMAL 0x02u
#define FPU_ZERO_DIVIDE 0x04u
#define FPU_OVERFLOW 0x08u
#define FPU_UNDERFLOW 0x10u
#define FPU_PRECISION 0x20u

// Returns the exceptions (FPU_ bits) that are raised and not masked in `state`: of SSE if `sse`,
// else of the FPU. 0: there are none.
uint32_t fpu_raised(const struct fpu_state *state, bool sse);

// Returns the bits of mxcsr that this processor has. A state that a program passes in may set no
// other bit: FXRSTOR would fault in the kernel.
uint32_t fpu_mxcsr_mask(void);
