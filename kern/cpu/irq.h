// irq.h: the sixteen interrupt lines of the two 8259A controllers.
#pragma once

#include "kern.h"

enum irq_line {
	IRQ_PIT = 0,
	IRQ_KEYBOARD = 1,
	IRQ_COM2_COM4 = 3,
	IRQ_COM1_COM3 = 4,
	IRQ_LINES = 16,
};

// Set up both controllers: line n interrupts with vector TRAP_IRQ + n. Every line is masked but
// line 2, through which the second controller interrupts. Once, at boot.
void irq_init(void);

// Call `handler` for interrupts of line `irq`, 0 to IRQ_LINES - 1, for ever. Several handlers may
// share a line: all of them are called with its number, in the order of registration. Panics for
// any other `irq`, or if there are 8 handlers already, of all lines together. A masked line stays
// masked until irq_unmask. A handler runs with interrupts off, after the controller has been
// acknowledged; it must not sleep.
void irq_register(int irq, void (*handler)(int irq));

// Let line `irq`, 0 to IRQ_LINES - 1 (not checked), interrupt, also without a handler. For a line
// of the second controller, 8 to 15, line 2 is open already (irq_init).
void irq_unmask(int irq);

// Stop interrupts of line `irq`, 0 to IRQ_LINES - 1 (not checked); line 2 stops 8 to 15 too. Its
// handlers stay registered.
// Only tests need it so far; a driver does that stops its device.
void irq_mask(int irq);

// irq_count returns how many interrupts of line `irq`, 0 to IRQ_LINES - 1 (not checked), there were
// since boot, without spurious ones, also while it had no handler. irq_spurious_count returns how
// many spurious ones there were, of both controllers together: the controller reported line 7 or
// 15, but no device had asked. Both counts wrap around.
uint32_t irq_count(int irq);
uint32_t irq_spurious_count(void);

// Returns true if line `irq` has a handler (irq_register), also while it is masked; false for a
// number that no line has.
bool irq_is_registered(int irq);

// Acknowledge and count an interrupt of line `irq`, 0 to IRQ_LINES - 1 (not checked), and call its
// handlers, if any. A spurious interrupt is only counted. Called by cpu/trap.c, with interrupts
// off, for vectors TRAP_IRQ to TRAP_IRQ + 15.
void irq_dispatch(int irq);
