// signal_frame_fpu.c: the FPU's registers as a signal handler sees them: in the format of FSAVE,
// for programs that know only that, and in the format of FXSAVE.
#include "cpu/fpu.h"
#include "proc/signal_frame.h"

#define X87_REGISTERS 8
#define X87_SIZE 10 // bytes of a register
#define FX_SLOT 16  // bytes of its place in an FXSAVE image

// FSAVE's tag word has two bits for each register (Intel SDM vol. 1, 8.1.7).
enum x87_tag { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

// Returns the tag of a register that is not empty, from its 80 bits. FXSAVE keeps only "empty or
// not", so the rest must be computed.
static enum x87_tag tag_of(const uint8_t *reg)
{
	uint16_t exponent = (uint16_t)((reg[8] | reg[9] << 8) & 0x7FFF);
	uint64_t significand;

	memcpy(&significand, reg, sizeof(significand));
	if (exponent == 0x7FFF)
		return TAG_SPECIAL;
	if (exponent == 0)
		return significand ? TAG_SPECIAL : TAG_ZERO;
	return significand >> 63 ? TAG_VALID : TAG_SPECIAL;
}

// Returns the number of the register at the top of the stack. Both images store registers from the
// top on, but the tag words count physical registers.
static unsigned int top_of(uint16_t status)
{
	return (status >> 11) & 7;
}

// The upper halves of FSAVE's words are all ones, as the processor stores them.
void sigfpu_to_user(const struct fpu_state *state, struct sigfpstate *user)
{
	uint16_t tags = 0;

	memset(user, 0, sizeof(*user));
	for (unsigned int i = 0; i < X87_REGISTERS; i++) {
		unsigned int physical = (top_of(state->status) + i) % X87_REGISTERS;
		const uint8_t *reg = state->registers + i * FX_SLOT;
		enum x87_tag tag = state->tag & (1u << physical) ? tag_of(reg) : TAG_EMPTY;

		tags |= (uint16_t)(tag << (2 * physical));
		memcpy(user->st[i], reg, X87_SIZE);
	}
	user->cw = state->control | 0xFFFF0000u;
	user->sw = state->status | 0xFFFF0000u;
	user->tag = tags | 0xFFFF0000u;
	user->ipoff = state->eip;
	user->cssel = (state->cs & 0xFFFF) | (uint32_t)state->opcode << 16;
	user->dataoff = state->data;
	user->datasel = state->ds | 0xFFFF0000u;
	user->status = state->status;
	user->magic = SIGFPSTATE_FXSAVE;
	memcpy(user->fxsave, state, sizeof(user->fxsave));
}

// The FSAVE part wins where both have a register, since old programs change only that. As on
// Linux, its tags are reduced to "empty or not".
void sigfpu_from_user(const struct sigfpstate *user, struct fpu_state *state)
{
	memcpy(state, user->fxsave, sizeof(*state));
	state->control = (uint16_t)user->cw;
	state->status = (uint16_t)user->sw;
	state->opcode = (uint16_t)(user->cssel >> 16);
	state->eip = user->ipoff;
	state->cs = user->cssel & 0xFFFF;
	state->data = user->dataoff;
	state->ds = user->datasel & 0xFFFF;
	state->tag = 0;
	for (unsigned int i = 0; i < X87_REGISTERS; i++) {
		memcpy(state->registers + i * FX_SLOT, user->st[i], X87_SIZE);
		if (((user->tag >> (2 * i)) & 3) != TAG_EMPTY)
			state->tag |= (uint8_t)(1u << i);
	}
	state->mxcsr &= fpu_mxcsr_mask(); // a bit that the processor lacks would make FXRSTOR fault
}
