// transcript.h: the line on which the kernel tells whoever started the machine what happens: COM4, text,
// output only. No program can write to it.
//
// Each line is `SEQ KEYWORD ...`, SEQ counting from 1:
//	1 quire NONCE           the kernel runs; from here on COM2 takes input
//	2 start TSC             the first program is about to run its first instruction
//	3 exit STATUS TSC       or `signal SIGNO TSC`; `oom TSC`: SIGKILL, because memory was gone;
//	                        `panic TSC`; `deadlock TSC`; `nostart ERRNO TSC`;
//	                        `unpack MODULE ENTRY ERRNO TSC`: numbers from 0
//	4 end                   nothing more comes
// NONCE is the kernel option `nonce`, `-` without it; TSC the processor's time-stamp counter.
#pragma once

#include "kern.h"

// Send the first line, and let a panic send its own and end the machine. After serial_init and
// options_init.
void control_init(void);

// Send the next line: `format` without number and newline, at most 100 bytes.
void control_line(const char *format, ...) __printf(1, 2);
