// fpu.c: saving and loading the FPU's registers.
#include "cpu/fpu.h"

#include "cpu/x86.h"

#define FPU_CONTROL_DEFAULT 0x037F // Intel SDM vol. 1, 8.1.5
#define MXCSR_DEFAULT 0x1F80       // Intel SDM vol. 1, 10.2.3

_Static_assert(sizeof(struct fpu_state) == 512, "FXSAVE image");

void fpu_state_init(struct fpu_state *state)
{
	memset(state, 0, sizeof(*state));
	state->control = FPU_CONTROL_DEFAULT;
	state->mxcsr = MXCSR_DEFAULT;
}

// The common case, two threads without a state, costs nothing here: schedule() does not call this.
// TS stays set while such a thread runs.
void fpu_switch(struct fpu_state *prev, const struct fpu_state *next)
{
	if (prev)
		fxsave(prev);
	if (next) {
		clts();
		fxrstor(next);
	} else if (prev) {
		write_cr0(read_cr0() | CR0_TS);
	}
}

void fpu_save(struct fpu_state *state)
{
	fxsave(state);
}

// The layout: exception n has the bit FPU_INVALID << n in all four words, and mxcsr holds its
// masks 7 bits above.
uint32_t fpu_raised(const struct fpu_state *state, bool sse)
{
	const uint32_t all = 2 * FPU_PRECISION - 1;
	uint32_t raised = sse ? state->mxcsr : state->status;
	uint32_t masked = sse ? state->mxcsr >> 7 : state->control;

	return raised & ~masked & all;
}

// FXSAVE stores the mask; a stored 0 means 0xFFBF (Intel SDM vol. 1, 11.6.6). Any thread's
// registers do for that. TS is cleared meanwhile, because FXSAVE traps if the running thread has
// no state.
uint32_t fpu_mxcsr_mask(void)
{
	static struct fpu_state probe;
	static uint32_t mask;
	uint32_t cr0;

	if (!mask) {
		cr0 = read_cr0();
		clts();
		fxsave(&probe);
		write_cr0(cr0);
		mask = probe.mxcsr_mask ? probe.mxcsr_mask : 0xFFBF;
	}
	return mask;
}
