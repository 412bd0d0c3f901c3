// fpu.h: the registers of FPU and SSE. The kernel never uses them, so they hold the state of the
// last program that did. A thread that has never used them has no struct fpu_state; its first FPU
// instruction traps (CR0.TS) and gives it one.
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

// The state with which a program starts: exceptions masked, 64-bit precision, everything else zero.
void fpu_state_init(struct fpu_state *state);

// Make the processor's registers those of `next` (NULL: its first use is to trap), after saving
// them in `prev` (NULL: nothing to save).
void fpu_switch(struct fpu_state *prev, const struct fpu_state *next);

// Save the registers of the running thread without giving them up.
void fpu_save(struct fpu_state *state);

// Exceptions, as the status word of the FPU and mxcsr name them (Intel SDM vol. 1, 8.1.3 and 10.2.3).
#define FPU_INVALID 0x01u
#define FPU_DENORMAL 0x02u
#define FPU_ZERO_DIVIDE 0x04u
#define FPU_OVERFLOW 0x08u
#define FPU_UNDERFLOW 0x10u
#define FPU_PRECISION 0x20u

// Returns the exceptions that `state` shows as raised and not masked: of SSE, or else of the FPU.
uint32_t fpu_raised(const struct fpu_state *state, bool sse);

// Bits of mxcsr that this processor has; a state that a program hands in may set no other.
uint32_t fpu_mxcsr_mask(void);
