// backtrace.h: which functions called which, read from the chain of frame pointers.
#pragma once

#include "kern.h"

// Store up to `max` return addresses of the frames from frame pointer `ebp` on, the innermost
// first. Returns how many. Stops where the chain ends, leaves mapped memory, goes back down, or
// has a return address outside kernel code. So any value of `ebp` is safe.
size_t backtrace_collect(uintptr_t ebp, uintptr_t *returns, size_t max);

// Print the return addresses of the frames from `ebp` on, at most 32, with the names of their
// functions. Any `ebp` is safe.
void backtrace_print(uintptr_t ebp);

// Print one line of a backtrace: a code address and its name. `returns`: it is a return address
// (symbol_format in debug/symbols.h).
void backtrace_print_place(uintptr_t address, bool returns);
