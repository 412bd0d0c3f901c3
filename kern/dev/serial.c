// serial.c: the 16550 UART (National Semiconductor, PC16550D data sheet).
#include "dev/serial.h"

#include "cpu/irq.h"
#include "cpu/x86.h"
#include "debug/panic.h"

// Registers, relative to the port's base (PC16550D, 8.0).
#define DATA 0 // read: received byte; write: byte to send
#define IER 1  // which events interrupt
#define IER_RECEIVED 0x01
#define IER_ROOM 0x02  // the send FIFO becomes empty, or is empty when this is turned on
#define IER_STATE 0x04 // a break: its one byte does not reach the FIFO's trigger level
#define DIVISOR_LOW 0  // with LCR_DIVISOR
#define DIVISOR_HIGH 1
#define FCR 2 // FIFOs
#define FCR_ENABLE 0x01
#define FCR_CLEAR 0x06
#define FCR_TRIGGER_14 0xC0 // interrupt at 14 bytes, or if fewer have waited for a while
#define LCR 3               // format of a character
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR 4 // lines to the modem
#define MCR_DTR_RTS 0x03
#define MCR_OUT2 0x08 // on a PC: lets interrupts through
#define LSR 5         // state
#define LSR_DATA_READY 0x01
#define LSR_BREAK 0x10
#define LSR_FIFO_EMPTY 0x20 // room for SERIAL_FIFO bytes to send
#define LSR_IDLE 0x40
#define SCRATCH 7 // a register without effect

// How often a port's state is read while nothing leaves the port. One reading takes about a
// microsecond on a PC, and half of one in QEMU. A host that is only slow must lose nothing.
#define PATIENCE 20000000u

#define PORT(port, address, line)        \
	[port] = { .name = #port,        \
		   .base = (address),    \
		   .irq = (line),        \
		   .patience = PATIENCE, \
		   .lock = SPINLOCK_INIT(#port, RANK_DEVICE) }

struct serial serial_ports[SERIAL_PORTS] = {
	PORT(COM1, 0x3F8, IRQ_COM1_COM3),
	PORT(COM2, 0x2F8, IRQ_COM2_COM4),
	PORT(COM3, 0x3E8, IRQ_COM1_COM3),
	PORT(COM4, 0x2E8, IRQ_COM2_COM4),
};

// Take the port's lock. In a panic nobody locks: the code that has failed may hold the lock.
static void port_acquire(struct serial *port)
{
	if (!panic_started())
		spin_lock(&port->lock);
}

// Release the port's lock, unless port_acquire did not take it.
static void port_release(struct serial *port)
{
	if (!panic_started())
		spin_unlock(&port->lock);
}

// Returns the line status. Reading it clears the break bit, so that bit is kept in break_seen for
// the receiver.
static uint8_t read_state(struct serial *port)
{
	uint8_t state = inb(port->base + LSR);

	if (state & LSR_BREAK)
		port->break_seen = true;
	return state;
}

// Returns true if there is a port at `base`: its scratch register keeps what is written. If there
// is no port, the bus answers with a constant.
static bool detect(uint16_t base)
{
	outb(base + SCRATCH, 0x5A);
	if (inb(base + SCRATCH) != 0x5A)
		return false;
	outb(base + SCRATCH, 0xA5);
	return inb(base + SCRATCH) == 0xA5;
}

// The divisor and the data register share an address; LCR_DIVISOR chooses.
void serial_init(void)
{
	for (struct serial *port = serial_ports; port < serial_ports + SERIAL_PORTS; port++) {
		port->present = detect(port->base);
		if (!port->present)
			continue;
		outb(port->base + IER, 0);
		outb(port->base + LCR, LCR_DIVISOR);
		outb(port->base + DIVISOR_LOW, 1); // 115200 / 1
		outb(port->base + DIVISOR_HIGH, 0);
		outb(port->base + LCR, LCR_8N1);
		outb(port->base + FCR, FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_14);
		outb(port->base + MCR, MCR_DTR_RTS | MCR_OUT2);
	}
}

// Wait until one of the bits `wanted` of the line status is set. Returns false if the port is stuck.
// Without an end the machine would spin for ever while the host does not read. Called between
// port_acquire and port_release.
static bool wait_for_state(struct serial *port, uint8_t wanted)
{
	uint32_t left = port->stuck ? 1 : port->patience;

	while (!(read_state(port) & wanted)) {
		if (--left == 0) {
			port->stuck = true;
			return false;
		}
		__builtin_ia32_pause();
	}
	port->stuck = false;
	return true;
}

// An empty FIFO takes SERIAL_FIFO bytes, so the state is read once for so many.
void serial_write(struct serial *port, const void *bytes, size_t n)
{
	if (!port->present)
		return;
	port_acquire(port);
	while (n > 0) {
		size_t part = MIN(n, (size_t)SERIAL_FIFO);

		if (!wait_for_state(port, LSR_FIFO_EMPTY))
			break;
		outsb(port->base + DATA, bytes, part);
		bytes = (const char *)bytes + part;
		n -= part;
	}
	port_release(port);
}

// Change which events interrupt. Caller: holds port->lock.
static void change_interrupts(struct serial *port, uint8_t clear, uint8_t set)
{
	port->interrupts = (uint8_t)((port->interrupts & ~clear) | set);
	outb(port->base + IER, port->interrupts);
}

// Asking for the interrupt while the lock is held leaves no gap: if the FIFO has become empty
// meanwhile, turning IER_ROOM on interrupts at once.
size_t serial_write_some(struct serial *port, const void *bytes, size_t n)
{
	if (!port->present)
		return n;
	n = MIN(n, (size_t)SERIAL_FIFO);
	port_acquire(port);
	if (read_state(port) & LSR_FIFO_EMPTY) {
		outsb(port->base + DATA, bytes, n);
	} else {
		change_interrupts(port, 0, IER_ROOM);
		n = 0;
	}
	port_release(port);
	return n;
}

void serial_drain(struct serial *port)
{
	if (!port->present)
		return;
	port_acquire(port);
	(void)wait_for_state(port, LSR_IDLE);
	port_release(port);
}

// Fill held[] from the port. Returns true if a break has come in.
static bool read_held(struct serial *port)
{
	bool break_seen;

	port_acquire(port);
	while (port->held_count < SERIAL_FIFO) {
		uint8_t state = read_state(port);

		if (!(state & LSR_DATA_READY))
			break;
		port->held[port->held_count] = inb(port->base + DATA);
		if (!(state & LSR_BREAK)) // a break comes with a byte 0 that was not sent
			port->held_count++;
	}
	break_seen = port->break_seen;
	port->break_seen = false;
	port_release(port);
	return break_seen;
}

// Turn the receive interrupt on or off.
static void set_interrupt(struct serial *port, bool on)
{
	port_acquire(port);
	change_interrupts(port, IER_RECEIVED | IER_STATE, on ? IER_RECEIVED | IER_STATE : 0);
	port_release(port);
}

// Pass on what has come in, until the port is empty or the consumer takes no more.
//
// A ^C from COM1 begins its way here. Four function pointers lead from its byte to the program's
// handler, since each layer only knows those below:
//  1. port->input, called here: dev/console.c: input_com1;
//  2. take_input in input_com1: tty/console_tty.c: console_take, which calls tty_input;
//  3. tty_hooks->signal_group in tty_input: proc/group_signals.c: signal_send_group sends SIGINT;
//  4. thread_signal_hook in thread_return_work (thread/sched.c), when the program's thread returns
//     to user mode: proc/signal_deliver.c: signal_deliver, which starts the handler.
static void receive(struct serial *port)
{
	for (;;) {
		size_t taken;

		if (read_held(port) && port->on_break)
			port->on_break(port);
		if (port->held_count == 0)
			return;
		taken = port->input(port, port->held, port->held_count);
		port->held_count -= taken;
		if (port->held_count > 0) {
			memmove(port->held, port->held + taken, port->held_count);
			port->paused = true;
			set_interrupt(port, false);
			return;
		}
	}
}

// Report once that the port can send again. IER_ROOM is cleared before: else an empty FIFO would
// interrupt again and again.
static void look_for_room(struct serial *port)
{
	bool room;

	port_acquire(port);
	room = (port->interrupts & IER_ROOM) && (read_state(port) & LSR_FIFO_EMPTY);
	if (room)
		change_interrupts(port, IER_ROOM, 0);
	port_release(port);
	if (room)
		port->on_room(port);
}

// Handle the interrupt of a line, which two ports share. The line is edge-triggered: it must go
// down before it can interrupt again, so both ports must be emptied.
static void serial_interrupt(int irq)
{
	for (struct serial *port = serial_ports; port < serial_ports + SERIAL_PORTS; port++) {
		if (port->irq != irq || !port->present)
			continue;
		if (port->input && !port->paused)
			receive(port);
		if (port->on_room)
			look_for_room(port);
	}
}

// Install the handler for the port's line, once for both ports of the line.
static void listen(const struct serial *port)
{
	static uint16_t lines; // those that have our handler

	if (lines & (1u << port->irq))
		return;
	lines |= 1u << port->irq;
	irq_register(port->irq, serial_interrupt);
	irq_unmask(port->irq);
}

void serial_output_start(struct serial *port)
{
	if (port->present)
		listen(port);
}

void serial_input_start(struct serial *port)
{
	if (!port->present)
		return;
	listen(port);
	set_interrupt(port, true);
}

// The interrupt is off while `paused`, so nothing else touches held[] meanwhile.
void serial_input_resume(struct serial *port)
{
	assert_only_spinlock(NULL);
	if (!port->paused)
		return;
	port->paused = false;
	receive(port);
	if (!port->paused)
		set_interrupt(port, true);
}

int serial_poll(struct serial *port)
{
	if (!port->present || !(read_state(port) & LSR_DATA_READY))
		return -1;
	return inb(port->base + DATA);
}
