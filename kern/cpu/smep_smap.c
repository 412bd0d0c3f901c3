// smep_smap.c: turning on the processor's protections: SMEP, SMAP, UMIP and CR0.WP; and SSE.
#include "cpu/smep_smap.h"

#include "cpu/trapentry.h"
#include "cpu/x86.h"

// A place in the kernel's text for `clac` or `stac` (cpu/trapentry.h).
struct patch {
	uint8_t *at;
	uint32_t kind;
};

extern const struct patch patch_start[], patch_end[];

bool cpu_has_smap, cpu_has_sse;

// Turn on the protections of the kernel against itself and its programs. CPUID leaf 7 lists SMEP
// (no execution of user pages by the kernel), SMAP (no access to them), and UMIP (programs cannot
// read descriptor tables). CR0.WP makes read-only entries hold for the kernel too: copy-on-write
// depends on it.
static void protections_init(void)
{
	uint32_t cr4 = read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;
	struct cpuid_regs r;

	cpu_has_sse = cpuid(1, 0).edx & 1u << 25;
	if (cpuid(0, 0).eax >= 7) {
		r = cpuid(7, 0);
		if (r.ebx & (1u << 7))
			cr4 |= CR4_SMEP;
		if (r.ebx & (1u << 20)) {
			cr4 |= CR4_SMAP;
			cpu_has_smap = true;
		}
		if (r.ecx & (1u << 2))
			cr4 |= CR4_UMIP;
	}
	write_cr4(cr4);
	write_cr0((read_cr0() | CR0_WP | CR0_NE | CR0_MP | CR0_AM | CR0_TS) & ~CR0_EM);
}

// Replace the three-byte `nopl` at each patch site by `clac` or `stac`. On a processor without
// SMAP these would be invalid opcodes, so the sites keep the `nopl`.
static void patch_init(void)
{
	static const uint8_t clac[] = { 0x0f, 0x01, 0xca }, stac[] = { 0x0f, 0x01, 0xcb };
	const struct patch *patch;

	for (patch = patch_start; cpu_has_smap && patch < patch_end; patch++)
		memcpy(patch->at, patch->kind == PATCH_CLAC ? clac : stac, sizeof(clac));
}

// Once SMAP is on, a patch site without `stac` would fault on the first copy to or from a user, so
// patch_init runs before any program does.
void smep_smap_init(void)
{
	protections_init();
	patch_init();
}
