// transcript.h: the transcript: lines in which the kernel reports to the host what happens in the
// machine. They go to COM4 as text, output only. No program can write to COM4.
//
// Each line is `SEQ KEYWORD ...`, SEQ counting from 1:
//	1 quire NONCE           the kernel runs; from here on COM2 takes input
//	2 start TSC             the first program is about to run its first instruction
//	  death PID TEXT        any number of them: why a program dies (proc/death.h); TEXT is printable
//	                        ASCII
//	3 exit STATUS TSC       or `signal SIGNO TSC`; `oom TSC`: SIGKILL, out of memory;
//	                        `panic TSC`; `deadlock TSC`; `nostart ERRNO TSC`;
//	                        `unpack MODULE ENTRY ERRNO TSC`: numbers from 0;
//	                        `unwritten LAB EXERCISE TSC`: a function is not written yet
//	4 end                   nothing more comes
// NONCE is the kernel option `nonce`, `-` without it; TSC is the processor's time-stamp counter.
#pragma once

#include "kern.h"

// Send the first line, with the value of the option `nonce`, or `-` if this is missing, empty or
// longer than 79 bytes. Once, at boot, after serial_init and options_init.
void control_init(void);

#define CONTROL_LINE_MAX 280

// Send the next line. The text that `format` makes is without number and newline, which this
// function adds; of more than CONTROL_LINE_MAX bytes the end may be cut. Waits in a loop, without
// sleeping, while COM4 is full; without COM4, or if it is stuck (serial_write), the line is lost,
// and its number is used up. Takes COM4's lock (RANK_DEVICE), except in a panic.
void control_line(const char *format, ...) __printf(1, 2);
