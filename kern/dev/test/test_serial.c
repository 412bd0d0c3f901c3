// test_serial.c: input that its consumer takes in parts, sent by a port to itself.
#include "cpu/x86.h"
#include "debug/ktest.h"
#include "dev/serial.h"

#define IER 1
#define LSR 5
#define SCRATCH 7
#define MCR 4
#define MCR_LOOP 0x10 // the port receives what it sends, and nothing leaves it

static char taken[64];
static size_t taken_count, appetite;

// A consumer that takes up to `appetite` bytes in each call.
static size_t nibble(struct serial *port, const uint8_t *bytes, size_t n)
{
	(void)port;
	n = MIN(n, appetite);
	memcpy(taken + taken_count, bytes, n);
	taken_count += n;
	return n;
}

// Send `text`, at most SERIAL_FIFO bytes, from a port to itself, and take it in `pieces` parts of
// at most `size` bytes; the last part must leave nothing. Restores the port's own consumer.
static void loop_back(const char *text, size_t pieces, size_t size)
{
	struct serial *port = &serial_ports[serial_ports[COM3].present ? COM3 : COM1];
	size_t (*input)(struct serial *, const uint8_t *, size_t) = port->input;
	uint8_t ier = inb(port->base + IER), mcr = inb(port->base + MCR);

	outb(port->base + IER, 0);
	outb(port->base + MCR, mcr | MCR_LOOP);
	port->input = nibble;
	port->paused = true;
	taken_count = 0;
	appetite = size;
	serial_write(port, text, strlen(text));
	for (size_t i = 0; i < pieces; i++)
		serial_input_resume(port);
	port->input = input;
	outb(port->base + MCR, mcr);
	outb(port->base + IER, ier);

	EXPECT(!port->paused);
	EXPECT_EQ(port->held_count, 0);
	EXPECT_EQ(taken_count, strlen(text));
	EXPECT(memcmp(taken, text, taken_count) == 0);
	port->paused = false;
	port->held_count = 0;
}

KTEST(serial_input_comes_at_once)
{
	if (serial_ports[COM1].present)
		loop_back("sixteen bytes!!!", 1, 100);
}

KTEST(serial_input_waits_for_its_consumer)
{
	if (serial_ports[COM1].present) {
		loop_back("sixteen bytes!!!", 4, 5);
		loop_back("x", 1, 1);
	}
}

// A port that nobody reads: its state is the scratch register of COM2, and what is sent to it goes to
// COM2's register for FIFOs, so a byte is what that register has already.
KTEST(serial_gives_up_a_port_that_nobody_reads)
{
	static struct serial port = { .name = "stuck",
		                      .present = true,
		                      .patience = 1000,
		                      .lock = SPINLOCK_INIT("stuck", RANK_DEVICE) };
	const char fifos = (char)0xC1;

	if (!serial_ports[COM2].present)
		return;
	port.base = serial_ports[COM2].base + SCRATCH - LSR;
	outb(port.base + LSR, 0);
	serial_write(&port, &fifos, 1);
	EXPECT(port.stuck);
	serial_drain(&port);
	EXPECT(port.stuck);
	outb(port.base + LSR, 0x60);
	serial_write(&port, &fifos, 1);
	EXPECT(!port.stuck);
	serial_drain(&port);
	EXPECT(!port.stuck);
}
