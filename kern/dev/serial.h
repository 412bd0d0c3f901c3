// serial.h: the four serial ports of a PC, 16550 compatible, at 115200 baud, 8 data bits, no parity.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"

#define SERIAL_FIFO 16 // bytes that a port buffers in each direction

// [c] constant after serial_init   [i] set once, before input is on   [l] lock
// [r] only the receiving side: the interrupt handler, and serial_input_resume while `paused` is set
struct serial {
	const char *name;   // [c]
	uint16_t base;      // [c] its first I/O port
	uint8_t irq;        // [c]
	bool present;       // [c] is there such a port in this machine?
	bool break_seen;    // [l] a break has come in and on_break has not been called for it
	bool paused;        // [r] the consumer is full: the receive interrupt is off
	uint8_t held_count; // [r] bytes in held[]
	uint8_t held[SERIAL_FIFO]; // [r] read from the port, not yet taken by the consumer
	struct spinlock lock;      // the port's registers

	// [i] Takes bytes that have come in, and returns how many it has taken. If that is not all,
	// it is called no more until serial_input_resume; the rest waits in the port, and none is
	// lost as long as whoever sends obeys the flow control. Called with interrupts off and no
	// lock held; must not sleep.
	size_t (*input)(struct serial *port, const uint8_t *bytes, size_t n);

	uint8_t interrupts; // [l] which events interrupt

	// [i] There is room to send again, after serial_write_some has found none. Called with interrupts
	// off and no lock held; must not sleep.
	void (*on_room)(struct serial *port);

	// [i] The other end has held the line down ("break"); NULL: ignored.
	void (*on_break)(struct serial *port);
};

enum serial_name { COM1, COM2, COM3, COM4, SERIAL_PORTS };

extern struct serial serial_ports[SERIAL_PORTS];

// Find out which ports there are, and set them up for output and polling. What they had received
// before is lost. Once, at boot.
void serial_init(void);

// Write `n` bytes. Waits for the port, busily; an absent one swallows them.
void serial_write(struct serial *port, const void *bytes, size_t n);

// Write as much of `n` bytes as the port takes at once, and return how much. If it takes nothing,
// port->on_room is called when it will, unless the caller has come again before. An absent port
// swallows all.
size_t serial_write_some(struct serial *port, const void *bytes, size_t n);

// Let serial_write_some be used: port->on_room has been set. After irq_init.
void serial_output_start(struct serial *port);

// Wait until the last byte has left the port.
void serial_drain(struct serial *port);

// Receive by interrupt from now on: port->input (and on_break) have been set. After irq_init. Does
// nothing when the port is absent.
void serial_input_start(struct serial *port);

// The consumer has room again. It may be called back before this returns.
void serial_input_resume(struct serial *port);

// A byte that has come in, or -1. For the monitor, while no interrupt can happen.
int serial_poll(struct serial *port);
