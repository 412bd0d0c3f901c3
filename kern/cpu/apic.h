// apic.h: the processor's local APIC (Intel SDM vol. 3, chapter 10). Interrupts come from the 8259A
// controllers (cpu/irq.h) through its pin LINT0; only non-maskable interrupts need it.
#pragma once

#include "kern.h"
#include "layout.h"

#define APIC_SIZE 0x400u // bytes of registers

// Returns the physical address of the local APIC's registers, or 0 if the processor has none or the
// firmware has turned it off.
physaddr_t apic_find(void);

// Let a signal on pin LINT1 cause a non-maskable interrupt, and pass interrupts of the 8259A
// controllers on from pin LINT0 (Intel MultiProcessor Specification 1.4, 3.6.2.2: virtual wire
// mode). `registers` is the address at which the APIC_SIZE bytes from apic_find() are mapped,
// uncached; it is not kept. Spurious interrupts of the APIC come as line 15. Caller: has called
// trap_init and irq_init.
void apic_let_nmi_in(volatile uint32_t *registers);
