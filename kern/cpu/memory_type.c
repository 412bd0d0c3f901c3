// memory_type.c: programming the page attribute table.
#include "cpu/memory_type.h"

#include "cpu/x86.h"

#define CPUID_FEATURES 1u
#define CPUID_EDX_MSR (1u << 5)
#define CPUID_EDX_PAT (1u << 16)

// The register has a byte for each of the eight values of PAT, PCD and PWT, PAT being the highest
// (Intel SDM vol. 3, 12.12.2 and 12.12.3).
#define MSR_PAT 0x277u
#define PAT_ONLY 4 // PAT set, PCD and PWT clear
#define TYPE_WRITE_COMBINING 0x01u

bool pat_write_combining;

// No cache flush is needed: no entry uses the changed byte yet, so nothing is cached under its old
// meaning.
void pat_init(void)
{
	uint32_t wanted = CPUID_EDX_MSR | CPUID_EDX_PAT;
	uint64_t pat;

	if ((cpuid(CPUID_FEATURES, 0).edx & wanted) != wanted)
		return;
	pat = rdmsr(MSR_PAT) & ~(0xFFull << (8 * PAT_ONLY));
	wrmsr(MSR_PAT, pat | (uint64_t)TYPE_WRITE_COMBINING << (8 * PAT_ONLY));
	pat_write_combining = true;
}
