// procfs_cpuinfo.c: /proc/cpuinfo, from the instruction CPUID (Intel SDM, volume 2, "CPUID"; AMD APM, volume
// 3, appendix E).
#include "procfs/procfs.h"

#include "cpu/x86.h"
#include "thread/cputime.h"
#include <abi/stat.h>

#define CPUID_EXTENDED 0x80000000u
#define CPUID_FPU 1u // leaf 1, EDX

// Linux's names of the features (arch/x86/include/asm/cpufeatures.h), by bit; NULL: without a name, or of
// no use to programs here, because the kernel does not save the registers (AVX and its relatives).
static const char *const features_edx[32] = {
	"fpu",  "vme",  "de",   "pse", "tsc",  "msr", "pae",   "mce", "cx8",     "apic", NULL,
	"sep",  "mtrr", "pge",  "mca", "cmov", "pat", "pse36", "pn",  "clflush", NULL,   "dts",
	"acpi", "mmx",  "fxsr", "sse", "sse2", "ss",  "ht",    "tm",  "ia64",    "pbe",
};
static const char *const features_ecx[32] = {
	"pni",    "pclmulqdq",  "dtes64", "monitor", "ds_cpl",
	"vmx",    "smx",        "est",    "tm2",     "ssse3",
	"cid",    "sdbg",       NULL,     "cx16",    "xtpr",
	"pdcm",   NULL,         "pcid",   "dca",     "sse4_1",
	"sse4_2", "x2apic",     "movbe",  "popcnt",  "tsc_deadline_timer",
	"aes",    NULL,         NULL,     NULL,      NULL,
	"rdrand", "hypervisor",
};
static const char *const features_more[32] = {
	// leaf 7, EBX
	"fsgsbase", "tsc_adjust", NULL,   "bmi1", NULL, NULL, NULL, "smep",   "bmi2", "erms", NULL,
	NULL,       NULL,         NULL,   NULL,   NULL, NULL, NULL, "rdseed", "adx",  "smap", NULL,
	NULL,       "clflushopt", "clwb", NULL,   NULL, NULL, NULL, "sha_ni", NULL,   NULL,
};
static const char *const features_amd_edx[32] = {
	[22] = "mmxext", [25] = "fxsr_opt", [26] = "pdpe1gb", [27] = "rdtscp",
	[29] = "lm",     [30] = "3dnowext", [31] = "3dnow",
};
static const char *const features_amd_ecx[32] = {
	[0] = "lahf_lm", [2] = "svm",         [4] = "cr8_legacy",    [5] = "abm",
	[6] = "sse4a",   [7] = "misalignsse", [8] = "3dnowprefetch",
};

// Write the names of the features that `bits` has.
static void write_features(struct seq *seq, uint32_t bits, const char *const names[32])
{
	for (size_t i = 0; i < 32; i++)
		if (bits >> i & 1 && names[i])
			seq_printf(seq, " %s", names[i]);
}

// Write the line of all features. `leaves`, `extended`: the highest leaves that the processor has.
static void write_flags(struct seq *seq, uint32_t leaves, uint32_t extended)
{
	struct cpuid_regs first = cpuid(1, 0);

	seq_printf(seq, "flags\t\t:");
	write_features(seq, first.edx, features_edx);
	if (extended > CPUID_EXTENDED)
		write_features(seq, cpuid(CPUID_EXTENDED + 1, 0).edx, features_amd_edx);
	write_features(seq, first.ecx, features_ecx);
	if (extended > CPUID_EXTENDED)
		write_features(seq, cpuid(CPUID_EXTENDED + 1, 0).ecx, features_amd_ecx);
	if (leaves >= 7)
		write_features(seq, cpuid(7, 0).ebx, features_more);
	seq_printf(seq, "\n");
}

// Write the line with the processor's own name, if it has one.
static void write_model_name(struct seq *seq, uint32_t extended)
{
	struct cpuid_regs parts[3];
	char name[sizeof(parts) + 1] = { 0 };
	const char *start = name;

	if (extended < CPUID_EXTENDED + 4)
		return;
	for (uint32_t i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i] = cpuid(CPUID_EXTENDED + 2 + i, 0);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const uint32_t words[4] = { parts[i].eax, parts[i].ebx, parts[i].ecx, parts[i].edx };

		memcpy(name + i * sizeof(words), words, sizeof(words));
	}
	while (*start == ' ')
		start++;
	seq_printf(seq, "model name\t: %s\n", start);
}

// cpuinfo. The family and the model have an extended part for some families (SDM, table 3-8).
static int show_cpuinfo(struct seq *seq, pid_t pid)
{
	struct cpuid_regs zero = cpuid(0, 0), first = cpuid(1, 0);
	uint32_t extended = cpuid(CPUID_EXTENDED, 0).eax, khz = cputime_khz();
	uint32_t family = first.eax >> 8 & 0xf, model = first.eax >> 4 & 0xf;
	const uint32_t vendor[3] = { zero.ebx, zero.edx, zero.ecx };

	(void)pid;
	if (family == 6 || family == 15)
		model |= first.eax >> 12 & 0xf0;
	if (family == 15)
		family += first.eax >> 20 & 0xff;
	seq_printf(seq, "processor\t: 0\nvendor_id\t: %.12s\ncpu family\t: %u\nmodel\t\t: %u\n",
	           (const char *)vendor, family, model);
	write_model_name(seq, extended);
	seq_printf(seq, "stepping\t: %u\ncpu MHz\t\t: %u.%03u\n", first.eax & 0xf, khz / 1000,
	           khz % 1000);
	seq_printf(seq, "fpu\t\t: %s\nfpu_exception\t: %s\ncpuid level\t: %u\nwp\t\t: yes\n",
	           first.edx & CPUID_FPU ? "yes" : "no", first.edx & CPUID_FPU ? "yes" : "no",
	           zero.eax);
	write_flags(seq, zero.eax, extended);
	if (first.ebx >> 8 & 0xff)
		seq_printf(seq, "clflush size\t: %u\n", (first.ebx >> 8 & 0xff) * 8);
	seq_printf(seq, "\n");
	return 0;
}

void procfs_cpuinfo_init(void)
{
	static struct procfs_file file = { .name = "cpuinfo",
		                           .mode = S_IFREG | 0444,
		                           .show = show_cpuinfo };

	procfs_register(&file);
}
