// console.c: which devices make up the console.
#include "dev/console.h"

#include "debug/boot_options.h"
#include "debug/monitor.h"
#include "debug/printk.h"
#include "dev/keyboard.h"
#include "dev/serial.h"
#include "dev/vga.h"

// Set by console_start; for the console's terminal they are console_take and console_room of
// tty/console_tty.c.
static size_t (*take_input)(const uint8_t *bytes, size_t n);
static void (*output_room)(void);

// The output and the polled input of COM1, as printk's sinks and the monitor need them.
static void write_com1(const char *bytes, size_t n)
{
	serial_write(&serial_ports[COM1], bytes, n);
}

static int poll_com1(void)
{
	return serial_poll(&serial_ports[COM1]);
}

static struct console_sink com1_sink = { .name = "com1", .write = write_com1 };
static struct console_sink vga_sink = { .name = "vga", .write = vga_write };
static struct monitor_input com1_keys = { .poll = poll_com1 };
static struct monitor_input keyboard_keys = { .poll = keyboard_poll };

// Send the kernel's messages to a device, unless the option `log` names only others.
static void add_sink(struct console_sink *sink)
{
	if (option_given("log") && !option_lists("log", sink->name))
		return;
	sink->max_level = (enum log_level)MIN(option_uint("loglevel", LOG_INFO),
	                                      (uint32_t)LOG_DEBUG);
	console_sink_register(sink);
}

// A device that is absent is left out: QEMU without a display, a PC without serial ports.
void console_init(void)
{
	serial_init();
	if (serial_ports[COM1].present) {
		add_sink(&com1_sink);
		monitor_register_input(&com1_keys);
	}
	if (vga_init())
		add_sink(&vga_sink);
	if (keyboard_init())
		monitor_register_input(&keyboard_keys);
}

bool console_write(const char *bytes, size_t n)
{
	if (serial_write_some(&serial_ports[COM1], bytes, n) < n)
		return false;
	vga_write(bytes, n);
	return true;
}

// Pass on bytes from COM1. Of the four function pointers between ^C and its handler, take_input is
// the second.
static size_t input_com1(struct serial *port, const uint8_t *bytes, size_t n)
{
	(void)port;
	return take_input(bytes, n);
}

// COM1 can send again.
static void room_com1(struct serial *port)
{
	(void)port;
	output_room();
}

// A break on COM1 opens the monitor.
static void break_com1(struct serial *port)
{
	(void)port;
	monitor_run();
}

// Pass on a key's bytes. A key that does not fit is lost, since the controller cannot hold it
// back.
static void input_keyboard(const uint8_t *bytes, size_t n)
{
	(void)take_input(bytes, n);
}

void console_start(size_t (*take)(const uint8_t *bytes, size_t n), void (*room)(void))
{
	struct serial *com1 = &serial_ports[COM1];

	take_input = take;
	output_room = room;
	com1->input = input_com1;
	com1->on_room = room_com1;
	com1->on_break = break_com1;
	serial_input_start(com1);
	keyboard_input_start(input_keyboard, monitor_run);
}

void console_input_resume(void)
{
	assert_only_spinlock(NULL);
	serial_input_resume(&serial_ports[COM1]);
}
