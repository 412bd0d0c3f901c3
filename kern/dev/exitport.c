// exitport.c: the ways out of a PC.
#include "dev/exitport.h"

#include "cpu/x86.h"
#include "dev/transcript.h"
#include "dev/serial.h"

#define EXIT_PORT 0xF4          // QEMU's isa-debug-exit, where grade/run puts it
#define ACPI_PM1A_CONTROL 0x604 // of QEMU's PC; elsewhere nothing is there
#define ACPI_POWER_OFF 0x2000   // SLP_EN with the sleep type of S5
#define RESET_CONTROL 0xCF9     // of PCI chipsets since the PIIX3
#define RESET_CPU 0x06
#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_PULSE_RESET 0xFE

void (*machine_end_hook)(void);

static void finish_output(void)
{
	control_line("end");
	for (struct serial *port = serial_ports; port < serial_ports + SERIAL_PORTS; port++)
		serial_drain(port);
}

void machine_end(enum exit_code code)
{
	if (machine_end_hook && code != EXIT_PANIC)
		machine_end_hook();
	finish_output();
	outb(EXIT_PORT, (uint8_t)code);
	if (code == EXIT_NORMAL)
		outw(ACPI_PM1A_CONTROL, ACPI_POWER_OFF);
	halt_forever();
}

void machine_reboot(void)
{
	if (machine_end_hook)
		machine_end_hook();
	finish_output();
	outb(RESET_CONTROL, RESET_CPU);
	outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	halt_forever();
}
