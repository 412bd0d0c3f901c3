// monitor.h: a small command line inside the kernel, for looking around in a machine that has
// panicked or seems stuck. Nothing else runs meanwhile.
//
// A layer adds the commands that show its own data:
//
//	static void monitor_ps(int argc, char **argv) { ... console_printf(...) ... }
//	MONITOR_COMMAND(ps, "all processes", monitor_ps);
#pragma once

#include "debug/printk.h"
#include "kern.h"

#define MONITOR_ARGS 8

struct monitor_command {
	const char *name;
	const char *help;                   // arguments, then what it does
	void (*run)(int argc, char **argv); // argv[0] is the command's name
};

#define MONITOR_COMMAND(name_, help_, run_)                            \
	static const struct monitor_command monitor_##name_ __section( \
		".monitor_cmds") = { #name_, help_, run_ }

// Where the monitor's keys come from. `poll` returns a byte that has been typed, or -1 for none,
// without interrupts; dev/ registers one for each terminal.
struct monitor_input {
	int (*poll)(void);
	struct monitor_input *next; // the registry's
};

void monitor_register_input(struct monitor_input *input);

// Read commands and run them until `continue`. Returns at once when there is no input. May be called
// anywhere, also from an interrupt handler.
void monitor_run(void);

// Split `line` in place at its blanks into argv[MONITOR_ARGS + 1], with NULL behind the last. Returns
// how many words there are; those that are too many are left out.
int monitor_split(char *line, char **argv);

// The number in `text`: hexadecimal with 0x, else decimal, or the name of a kernel function. false
// when it is neither.
bool monitor_number(const char *text, uintptr_t *value_store);
