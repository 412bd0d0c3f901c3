// irq.h: the sixteen interrupt lines of the two 8259A controllers.
#pragma once

enum irq_line {
	IRQ_PIT = 0,
	IRQ_KEYBOARD = 1,
	IRQ_COM2_COM4 = 3,
	IRQ_COM1_COM3 = 4,
	IRQ_LINES = 16,
};

// Set both controllers up with every line masked. Once, at boot.
void irq_init(void);

// Call `handler` for interrupts of a line; several may share one. At most IRQ_HANDLERS
// registrations; more panic. The line stays masked until irq_unmask. Handlers run with interrupts
// off; the line has been acknowledged already.
void irq_register(int irq, void (*handler)(int irq));
void irq_unmask(int irq);
void irq_mask(int irq);

// Called by the trap dispatcher.
void irq_dispatch(int irq);
