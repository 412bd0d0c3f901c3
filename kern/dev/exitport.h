// exitport.h: ending the machine, and telling whoever started it how it ended.
#pragma once

#include "kern.h"

// What is written to the exit device; QEMU then exits with 2 * code + 1.
enum exit_code {
	EXIT_NORMAL = 0x10, // the first program has ended, or somebody asked to power off
	EXIT_PANIC = 0x11,
	EXIT_BOOT = 0x12,              // the machine cannot be booted: any other reason
	EXIT_BOOT_MAGIC = 0x13,        // not started by a multiboot loader
	EXIT_BOOT_NO_MAP = 0x14,       // no memory map
	EXIT_BOOT_NO_MODULE = 0x15,    // no archive
	EXIT_BOOT_NO_MEMORY = 0x16,    // too little memory
	EXIT_BOOT_OUT_OF_REACH = 0x17, // a module beyond the linear map
	EXIT_DEADLOCK = 0x18,          // every thread waits for another one
	EXIT_NO_START = 0x19,          // the first program could not be started
	EXIT_TESTS_FAILED = 0x1A,      // of the in-kernel tests
	EXIT_BOOT_PROCESSOR = 0x1B, // a processor without something that the kernel needs (boot/start.S)
	EXIT_BOOT_EXCEPTION = 0x1C, // an exception before the kernel could handle one (boot/start.S)
};

// Called before the machine ends or restarts, but not after a panic.
extern void (*machine_end_hook)(void);

// End the machine: the last control line, all output out of the ports, the exit device, and where
// there is none the power (EXIT_NORMAL only: otherwise the screen keeps its message).
void machine_end(enum exit_code code) __noreturn;

// Restart the machine.
void machine_reboot(void) __noreturn;
