// test_fpu.c: the images of the FPU's registers.
#include "debug/ktest.h"

#include "cpu/fpu.h"
#include "cpu/x86.h"

// FXSAVE needs an address aligned to 16, which a stack does not have.
static struct fpu_state a, b, seen;

KTEST(fpu_state_init_is_what_a_program_starts_with)
{
	memset(&a, 0xFF, sizeof(a));
	fpu_state_init(&a);
	EXPECT_EQ(a.control, 0x037F);
	EXPECT_EQ(a.mxcsr, 0x1F80);
	EXPECT_EQ(a.status, 0);
	EXPECT_EQ(a.tag, 0);
	for (size_t i = 0; i < sizeof(a.xmm); i++)
		EXPECT_EQ(a.xmm[i] | a.registers[i], 0);
}

KTEST(fpu_switch_saves_and_loads)
{
	fpu_state_init(&a);
	fpu_state_init(&b);
	memset(a.xmm, 0xAA, sizeof(a.xmm));
	memset(b.xmm, 0xBB, sizeof(b.xmm));
	fpu_switch(NULL, &a);
	EXPECT_EQ(read_cr0() & CR0_TS, 0);
	fpu_save(&seen);
	EXPECT_EQ(memcmp(seen.xmm, a.xmm, sizeof(a.xmm)), 0);
	memset(a.xmm, 0, sizeof(a.xmm));
	fpu_switch(&a, &b);
	EXPECT_EQ(a.xmm[77], 0xAA);
	fpu_save(&seen);
	EXPECT_EQ(memcmp(seen.xmm, b.xmm, sizeof(b.xmm)), 0);
	memset(b.xmm, 0, sizeof(b.xmm));
	fpu_switch(&b, NULL);
	EXPECT_EQ(b.xmm[77], 0xBB);
	EXPECT(read_cr0() & CR0_TS);
}

// QEMU's emulated processor raises no SSE exceptions, so no program can test this.
KTEST(fpu_raised_leaves_out_what_is_masked)
{
	fpu_state_init(&a);
	a.status = 0x3F;
	EXPECT_EQ(fpu_raised(&a, false), 0);
	a.control &= (uint16_t)~FPU_ZERO_DIVIDE;
	EXPECT_EQ(fpu_raised(&a, false), FPU_ZERO_DIVIDE);
	a.status &= (uint16_t)~FPU_ZERO_DIVIDE;
	EXPECT_EQ(fpu_raised(&a, false), 0);
	EXPECT_EQ(fpu_raised(&a, true), 0);
	a.mxcsr |= 0x3F;
	EXPECT_EQ(fpu_raised(&a, true), 0);
	a.mxcsr &= ~(FPU_OVERFLOW << 7 | FPU_PRECISION << 7);
	EXPECT_EQ(fpu_raised(&a, true), FPU_OVERFLOW | FPU_PRECISION);
	a.mxcsr &= ~FPU_OVERFLOW;
	EXPECT_EQ(fpu_raised(&a, true), FPU_PRECISION);
}

KTEST(fpu_mxcsr_mask_needs_no_fpu_in_use)
{
	uint32_t cr0 = read_cr0();

	write_cr0(cr0 | CR0_TS);
	EXPECT_EQ(fpu_mxcsr_mask() & 0xFFBF, 0xFFBF);
	EXPECT_EQ(fpu_mxcsr_mask() & 0xFFFF0000, 0);
	EXPECT(read_cr0() & CR0_TS);
	write_cr0(cr0);
}
