// backtrace.h: which functions called which, read from the chain of frame pointers.
#pragma once

#include "kern.h"

// Store in returns[max] the return addresses of the frames from frame pointer `ebp` on, the
// innermost first, at most `max`. Returns how many. Stops where the chain ends, leaves memory that
// the loaded page directory maps, goes back down, or has a return address outside kernel code. So
// any value of `ebp` is safe; 0 gives none. Takes no lock.
size_t backtrace_collect(uintptr_t ebp, uintptr_t *returns, size_t max);

// Returns how many times the first `length` > 0 return addresses of the frames from `ebp` on come,
// one round after another, without a last round that is not whole: 1 if they are not repeated, or
// if there are fewer. Compares at most 2,000 frames with those `length` frames further on. Any
// `ebp` is safe.
size_t backtrace_repeats(uintptr_t ebp, size_t length);

// Print by printk (LOG_EMERG) the return addresses of the frames from `ebp` on, with function, file
// and line, up to 32 lines (35 where the last ones are a round of a recursion). A recursion of up
// to four functions is printed once, with the number of its rounds, if there are three or more. Any
// `ebp` is safe; prints nothing if there is no frame.
void backtrace_print(uintptr_t ebp);

// Print by printk (LOG_EMERG) one line of a backtrace: a code address, its function ("?" if it is
// not known), and its file and line if they are known. `is_return`: it is a return address, and
// file and line are those of the call (symbol_format in debug/symbols.h).
void backtrace_print_place(uintptr_t address, bool is_return);
