// monitor.h: the monitor: a small command line inside the kernel, for looking at a machine that
// has panicked or seems stuck. Nothing else runs meanwhile.
//
// A layer adds the commands that show its own data:
//
//	static void show_processes(int argc, char **argv) { ... console_printf(...) ... }
//	MONITOR_COMMAND(ps, "all processes", show_processes);
#pragma once

#include "debug/printk.h"
#include "kern.h"

#define MONITOR_ARGS 8

struct monitor_command {
	const char *name;
	const char *help;                   // its arguments, then its purpose
	void (*run)(int argc, char **argv); // argv[0] is the command's name
};

// Define a command. The linker collects all commands in one section (boot/kernel.ld).
#define MONITOR_COMMAND(name_, help_, run_)                            \
	static const struct monitor_command monitor_##name_ __section( \
		".monitor_cmds") = { #name_, help_, run_ }

// A source of keys for the monitor. `poll` returns a byte that has been typed, or -1; it uses no
// interrupts. dev/ registers one for each device.
struct monitor_input {
	int (*poll)(void);
	struct monitor_input *next; // set by monitor_register_input
};

// Let the monitor read keys from `input` too, from now on for ever. The struct must stay valid. At
// boot.
void monitor_register_input(struct monitor_input *input);

// Read commands and run them until `continue` or `q`. Returns at once if no input is registered.
// Stops the watchdog meanwhile, and lets it run again at the end. Waits by polling, without
// sleeping. May be called anywhere, also by an interrupt handler.
// Caller: does not hold console_lock, unless a panic has begun (panic_started): then no lock is
// taken.
void monitor_run(void);

// Split `line`, which ends with a NUL, in place at its blanks and tabs into argv[MONITOR_ARGS + 1],
// with NULL after the last word. The words lie in `line`. Returns the number of words stored, at
// most MONITOR_ARGS, and 0 for a line without one; words beyond that are dropped.
int monitor_split(char *line, char **argv);

// Store the number that `text` stands for: hexadecimal with 0x, else decimal (2^32 - 1 for a larger
// one), or the address of the kernel function of that name. Returns true; false, with 0 stored, if
// `text` is none of these.
bool monitor_number(const char *text, uintptr_t *value_store);
