// console_tty.c: /dev/console and /dev/tty.
#include "tty/console_tty.h"

#include "dev/console.h"
#include "fs/device.h"
#include "tty/tty.h"

static bool show(struct tty *tty, const char *bytes, size_t n)
{
	(void)tty;
	return console_write(bytes, n);
}

static void resume(struct tty *tty)
{
	(void)tty;
	console_input_resume();
}

struct tty console_tty = {
	.name = "console",
	.output = show,
	.resume = resume,
};

// Input of the console, from an interrupt handler.
static size_t console_take(const uint8_t *bytes, size_t n)
{
	return tty_input(&console_tty, bytes, n);
}

// The console can show more, from an interrupt handler.
static void console_room(void)
{
	tty_output_room(&console_tty);
}

// Open /dev/tty: the controlling terminal. Without one ENXIO (tty(4)).
static int open_controlling(struct device *device, struct file *file)
{
	(void)device;
	return tty_open_controlling(file);
}

// Open /dev/console, unless that was forbidden (TIOCEXCL).
static int open_console(struct device *device, struct file *file)
{
	(void)device;
	(void)file;
	return tty_check_exclusive(&console_tty);
}

// The numbers are Linux's ("Linux allocated devices").
static struct device devices[] = {
	{ .name = "tty",
	  .major_number = 5,
	  .minor_number = 0,
	  .permissions = 0666,
	  .ops = &tty_ops,
	  .open = open_controlling },
	{ .name = "console",
	  .major_number = 5,
	  .minor_number = 1,
	  .permissions = 0600,
	  .ops = &tty_ops,
	  .private = &console_tty,
	  .open = open_console },
};

void console_tty_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		device_register(&devices[i]);
	console_tty.device = makedev(devices[1].major_number, devices[1].minor_number);
	tty_init(&console_tty);
	console_start(console_take, console_room);
}
