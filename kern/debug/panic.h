// panic.h: stopping a machine that cannot trust its own state any more. panic() itself is in
// kern.h.
#pragma once

#include "cpu/x86.h"
#include "kern.h"

struct trapframe;

// The registers where the first panic, or the last report of panic_or_monitor, began: in panic() or
// in the code that a trap interrupted. EIP is 0 before. The host reads them in the machine's memory,
// and finds with them the arguments of the functions in the backtrace (grade/quire/arguments.py).
extern struct registers panic_registers;

// Let faults of the kernel itself end in panic_frame (trap_fatal_hook in cpu/trap.h). Once, at
// boot.
void panic_init(void);

// Like panic(), for an error at the place that a trap frame describes: prints its registers, and
// the backtrace starts there; a program's place has no backtrace. May be called with any lock held.
void panic_frame(const struct trapframe *frame, const char *format, ...) __noreturn __printf(2, 3);

// Report like panic_frame. Then open the monitor and return, if the option `monitor` is given and
// no panic has begun; otherwise end the machine as a panic does. For a non-maskable interrupt: the
// interrupted code may hold any lock.
void panic_or_monitor(const struct trapframe *frame, const char *format, ...) __printf(2, 3);

// Returns true once a panic has begun, and from the begin of a report of panic_or_monitor until it
// returns. Then only one CPU runs, and code that prints must take no lock: the code that failed may
// hold it.
bool panic_started(void);

// Registered by trace/trace.c while the grader's operations run. Called first in the first panic, with
// the message and the frame pointer of panic(). It may catch the panic: then it does not return.
extern void (*panic_catch_hook)(const char *message, uintptr_t ebp);

// Registered by dev/exitport.c. Called last in a panic: reports it to the host and ends the
// machine. NULL: the CPU halts for ever.
extern void (*panic_end_hook)(void);

// Registered by dev/exitport.c. Called last where a function of a lab is not written yet: reports
// the exercise to the host and ends the machine.
extern void (*not_written_hook)(unsigned int lab, unsigned int exercise);
