// debug_registers.c: loading breakpoints, and reading why one was hit.
#include "cpu/debug_registers.h"

#include "cpu/x86.h"

// Everything is off while the addresses change: an old kind never meets a new address.
void debug_registers_load(const struct debug_registers *registers)
{
	write_dr7(0);
	if (!registers)
		return;
	for (unsigned int i = 0; i < DEBUG_BREAKPOINTS; i++)
		write_dr(i, registers->address[i]);
	write_dr7(registers->control);
}

uint32_t debug_reasons_take(void)
{
	uint32_t reasons = read_dr6();

	write_dr6(0);
	return reasons & (DEBUG_HITS | DEBUG_STEP);
}
