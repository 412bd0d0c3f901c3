// test_memory_type.c: the page attribute table.
#include "debug/ktest.h"

#include "cpu/memory_type.h"
#include "cpu/x86.h"

#define MSR_PAT 0x277u
#define AT_POWER_ON 0x0007040600070406ull // Intel SDM vol. 3, table 12-12

KTEST(pat_changes_one_meaning)
{
	uint64_t pat;

	if (!pat_write_combining)
		return; // a processor without it
	pat = rdmsr(MSR_PAT);
	EXPECT_EQ((uint8_t)(pat >> 32), 1);
	pat = (pat ^ AT_POWER_ON) & ~(0xFFull << 32);
	EXPECT_EQ((uint32_t)pat, 0);
	EXPECT_EQ((uint32_t)(pat >> 32), 0);
}
