// backtrace.h: who called whom, read from the chain of frame pointers.
#pragma once

#include "kern.h"

// Store up to `max` return addresses of the frames from frame pointer `ebp` on, the innermost first,
// and return how many. Stops where the chain ends, leaves mapped memory, turns back, or returns to
// something that is not kernel code: any value of `ebp` is safe.
size_t backtrace_collect(uintptr_t ebp, uintptr_t *returns, size_t max);

// Print the callers found from frame pointer `ebp` on, with the names of their functions.
void backtrace_print(uintptr_t ebp);

// Print one line of a backtrace: a code address and its name. With `returns` set it is a return
// address (debug/symbols.h, symbol_format).
void backtrace_print_place(uintptr_t address, bool returns);
