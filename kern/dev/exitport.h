// exitport.h: ending the machine, with a code that reports how it ended.
#pragma once

#include "kern.h"

// The code that is written to the exit device. QEMU then exits with 2 * code + 1.
enum exit_code {
	EXIT_NORMAL = 0x10, // the first program has ended, or a program has powered off
	EXIT_PANIC = 0x11,
	EXIT_BOOT_MAGIC = 0x13,        // not started by a multiboot loader
	EXIT_BOOT_NO_MAP = 0x14,       // no memory map
	EXIT_BOOT_NO_MODULE = 0x15,    // no archive
	EXIT_BOOT_NO_MEMORY = 0x16,    // too little memory
	EXIT_BOOT_OUT_OF_REACH = 0x17, // a module beyond the linear map
	EXIT_DEADLOCK = 0x18,          // every thread waits for another thread
	EXIT_NO_START = 0x19,          // the first program could not be started
	EXIT_TESTS_FAILED = 0x1A,      // a test inside the kernel has failed
	EXIT_BOOT_PROCESSOR = 0x1B,    // the processor lacks a needed feature (boot/start.S)
	EXIT_BOOT_EXCEPTION = 0x1C,    // an exception before trap_init (boot/start.S)
	EXIT_NOT_WRITTEN = 0x1D,       // a function that a lab leaves to the student was called
	EXIT_RESTART = 0x1E, // a program asks for a restart: the host starts the machine again
};

// Let a panic, or a call of a function that is not written yet, report itself on COM4 and end the
// machine, by panic_end_hook and not_written_hook. Before, both only halt. Once, at boot, after
// control_init.
void machine_end_init(void);

// Registered by mem/page_init.c. Called before the machine ends or restarts, except after a panic
// and where a function is not written yet.
extern void (*machine_end_hook)(void);

// End the machine: call machine_end_hook, unless `code` is EXIT_PANIC or EXIT_NOT_WRITTEN; send the
// last line of the transcript, "end" (the line with the reason is the caller's); wait in a loop
// until all output has left the ports, or a port is stuck; stop the watchdog; and write `code` to
// the exit device. If there is no such device, turn the power off, but only for EXIT_NORMAL:
// otherwise the screen should keep its message, and the CPU halts for ever. Programs are neither
// ended nor informed. Takes the ports' locks, except in a panic.
void machine_end(enum exit_code code) __noreturn;

// Restart the machine. First call machine_end_hook, send the transcript's last line and wait until
// all output has left the ports, as machine_end does. Then, with an exit device, end it with
// EXIT_RESTART, so that the host can distinguish a restart from a triple fault; without one, reset
// the processor, by the chipset or else by the keyboard's controller; if neither works, halt for
// ever. Takes the ports' locks.
void machine_reboot(void) __noreturn;
