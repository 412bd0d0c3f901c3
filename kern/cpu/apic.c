// apic.c: setting up the local APIC's two pins.
#include "cpu/apic.h"

#include "cpu/irq.h"
#include "cpu/trap.h"
#include "cpu/x86.h"

#define CPUID_FEATURES 1u
#define CPUID_EDX_APIC (1u << 9)

#define MSR_APIC_BASE 0x1B
#define APIC_BASE_ENABLE 0x800u
#define APIC_BASE_ADDRESS 0xFFFFF000u

// Registers, as indices of words, and their values.
#define SPURIOUS (0xF0 / 4)
#define SPURIOUS_ENABLE 0x100u
#define LINT0 (0x350 / 4)
#define LINT1 (0x360 / 4)
#define DELIVER_NMI 0x400u
#define DELIVER_EXTINT 0x700u // the controller behind the pin names the vector

physaddr_t apic_find(void)
{
	uint64_t base;

	if (!(cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_APIC))
		return 0;
	base = rdmsr(MSR_APIC_BASE);
	return base & APIC_BASE_ENABLE ? (physaddr_t)base & APIC_BASE_ADDRESS : 0;
}

// The local APIC must be enabled by software, or both pins stay masked. The low four bits of its
// spurious vector are 1 on older processors: so it shares the vector of line 15, whose handler
// recognizes that no line asked.
void apic_let_nmi_in(volatile uint32_t *registers)
{
	registers[SPURIOUS] = SPURIOUS_ENABLE | (TRAP_IRQ + IRQ_LINES - 1);
	registers[LINT0] = DELIVER_EXTINT;
	registers[LINT1] = DELIVER_NMI;
}
