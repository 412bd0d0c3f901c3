// fpu.h: the registers of FPU and SSE. The kernel is compiled without them, so they hold the state
// of the program that used them last. A thread that has never used them has no struct fpu_state:
// its first FPU instruction traps (CR0.TS) and gives it one.
#pragma once

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

// Set *state to the state with which a program starts: exceptions masked, 64-bit precision, all
// registers zero.
void fpu_state_init(struct fpu_state *state);

// Save the processor's registers in `prev`, then load those of `next`. `prev` NULL: the thread that
// ran has no state, so there is nothing to save. `next` NULL: its thread has no state yet, and its
// first FPU instruction will trap. Both NULL: does nothing. For a thread switch, which passes the
// states of the thread that ran and of the next one.
void fpu_switch(struct fpu_state *prev, const struct fpu_state *next);

// Copy the processor's registers to *state; the running thread keeps them. The caller makes sure
// that this thread has a struct fpu_state: without one the instruction traps in the kernel.
void fpu_save(struct fpu_state *state);

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
