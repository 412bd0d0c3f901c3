// transcript.c: numbered lines on COM4.
#include "dev/transcript.h"

#include <stdio.h>

#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "debug/panic.h"
#include "dev/exitport.h"
#include "dev/serial.h"

static unsigned int lines_sent;

// The number lets the host recognize a lost line.
void control_line(const char *format, ...)
{
	char line[CONTROL_LINE_MAX + 20]; // number and newline
	size_t n = (size_t)snprintf(line, sizeof(line), "%u ", ++lines_sent);
	va_list args;

	va_start(args, format);
	n += (size_t)vsnprintf(line + n, sizeof(line) - n, format, args);
	va_end(args);
	n = MIN(n, sizeof(line) - 1);
	line[n++] = '\n';
	serial_write(&serial_ports[COM4], line, n);
}

// The end of a panic: report it and end the machine.
void control_init(void)
{
	char nonce[80];

	if (!option_get("nonce", nonce, sizeof(nonce)) || !nonce[0])
		strcpy(nonce, "-");
	control_line("quire %s", nonce);
}
