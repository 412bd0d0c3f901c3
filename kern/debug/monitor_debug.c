// monitor_debug.c: the monitor's commands that show code, memory and messages.
#include "debug/monitor.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"

// x ADDRESS [WORDS]: print words of memory, 16 by default, four in a line. Unmapped words are
// shown as dashes.
static void show_memory(int argc, char **argv)
{
	uintptr_t address, words = 16;

	if (argc < 2 || !monitor_number(argv[1], &address) ||
	    (argc > 2 && !monitor_number(argv[2], &words))) {
		console_printf("usage: x ADDRESS|FUNCTION [WORDS]\n");
		return;
	}
	for (uintptr_t i = 0; i < words; i++, address += sizeof(uint32_t)) {
		uint32_t word;

		if (i % 4 == 0)
			console_printf("%s%08x:", i ? "\n" : "", (uint32_t)address);
		if (probe_read(&word, address, sizeof(word)))
			console_printf(" %08x", word);
		else
			console_printf(" --------");
	}
	console_printf("\n");
}
MONITOR_COMMAND(x, "ADDRESS|FUNCTION [WORDS]: memory, also a program's", show_memory);

// symbols TEXT: print the functions with TEXT in their name. symbols 0xADDRESS: print the function
// at that address.
static void show_symbols(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "";
	uintptr_t address;

	if (text[0] == '0' && monitor_number(text, &address)) {
		char name[80];

		symbol_format(name, sizeof(name), address, false);
		console_printf("%s\n", name);
		return;
	}
	for (uint32_t i = 0; i < nksyms; i++)
		if (strstr(ksyms[i].name, text))
			console_printf("%08x %s\n", ksyms[i].addr, ksyms[i].name);
}
MONITOR_COMMAND(symbols, "TEXT|0xADDRESS: functions by part of the name, or by address",
                show_symbols);

// Print a line of the ring; `n` counts its "\r\n".
static void write_to_sinks(const char *bytes, size_t n)
{
	console_printf("%.*s\n", (int)(n - 2), bytes);
}

// dmesg: print the ring.
static void show_log(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printk_replay(LOG_DEBUG, write_to_sinks);
}
MONITOR_COMMAND(dmesg, "the last messages of the kernel, of every level", show_log);
