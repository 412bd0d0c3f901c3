// serial.h: the four serial ports of a PC: 16550 compatible, 115200 baud, 8 data bits, no parity.
#pragma once

#include "cpu/spinlock.h"
#include "kern.h"

#define SERIAL_FIFO 16 // bytes that a port buffers in each direction

// [c] constant after serial_init   [i] set once, before input is on   [l] lock
// [r] only the receiver: the interrupt handler, or serial_input_resume while `paused` is set
struct serial {
	const char *name;   // [c]
	uint16_t base;      // [c] its first I/O port
	uint8_t irq;        // [c]
	bool present;       // [c] this machine has the port
	bool break_seen;    // [l] a break has come in; on_break has not been called for it yet
	bool paused;        // [r] the consumer is full: the receive interrupt is off
	bool stuck;         // [l] the other end reads nothing
	uint8_t held_count; // [r] bytes in held[]
	uint8_t held[SERIAL_FIFO]; // [r] read from the port, not yet taken by the consumer
	uint32_t patience;         // [c] how often the state is read before the port is stuck
	struct spinlock lock;      // the port's registers

	// [i] Takes bytes that have come in. Returns how many it has taken. If it has not taken
	// all, it is not called again before serial_input_resume. The rest waits in the port, and
	// none is lost if the sender obeys the flow control. Called with interrupts off and no lock
	// held; must not sleep.
	size_t (*input)(struct serial *port, const uint8_t *bytes, size_t n);

	uint8_t interrupts; // [l] which events interrupt

	// [i] Called when the port can send again, after serial_write_some has returned 0. Called
	// with interrupts off and no lock held; must not sleep.
	void (*on_room)(struct serial *port);

	// [i] Called when the other end has sent a break (held the line down). NULL: ignore it.
	void (*on_break)(struct serial *port);
};

enum serial_name { COM1, COM2, COM3, COM4, SERIAL_PORTS };

extern struct serial serial_ports[SERIAL_PORTS];

// Find the ports that exist, and set `present` for them; set them up for output and polling, with
// their interrupts off. Bytes that they have received before are lost. Once, at boot.
void serial_init(void);

// Write bytes[n], as they are, waiting in a loop, without sleeping, while the port is full. If the
// other end reads nothing for some seconds (port->patience readings of its state), the port is
// stuck: the rest of the bytes is lost, and so are those of later calls, which do not wait any
// more, until the port has room again. An absent port swallows all. Takes port->lock (RANK_DEVICE),
// except in a panic.
void serial_write(struct serial *port, const void *bytes, size_t n);

// Write as many of the `n` bytes, n > 0, as the port takes at once: MIN(n, SERIAL_FIFO) if its
// buffer is empty, else none. Does not wait. Takes port->lock (RANK_DEVICE), except in a panic.
// Returns how many were written. If 0, port->on_room is called once, when the port can send again
// (if serial_output_start or serial_input_start has been called). An absent port swallows all:
// returns n.
size_t serial_write_some(struct serial *port, const void *bytes, size_t n);

// Handle the port's interrupts from now on: port->on_room is called when serial_write_some has
// returned 0 and the port can send again. Does not start input. After irq_init, and after
// port->on_room has been set; at boot. Does nothing if the port is absent.
void serial_output_start(struct serial *port);

// Wait in a loop, without sleeping, until the last byte has left the port, or the port is stuck
// (serial_write). Returns at once if the port is absent. Takes port->lock (RANK_DEVICE), except in
// a panic.
void serial_drain(struct serial *port);

// Receive by interrupt from now on: port->input is called with 1 to SERIAL_FIFO bytes,
// port->on_break for a break. After irq_init, and after port->input has been set (and on_break and
// on_room, if wanted); at boot. Does nothing if the port is absent. Takes port->lock.
void serial_input_start(struct serial *port);

// Pass on the bytes that have waited since port->input did not take all, because the consumer has
// room again; does nothing if it took all. Calls port->input before it returns, until the port is
// empty or port->input again leaves some, and port->on_break for a break. Takes port->lock, but not
// around these calls. Caller: holds no spinlock.
void serial_input_resume(struct serial *port);

// Returns a byte that has come in, 0 to 255, and takes it from the port; -1 if none has come or the
// port is absent. A break gives a byte 0. Bytes that wait in port->held are not seen. Does not
// wait, and takes no lock. For the monitor, while no interrupt can happen.
int serial_poll(struct serial *port);
