// why.h: the reason why a system call failed. In debug builds the kernel's option `why` logs a line
// for each call of a program that fails:
//
//	why: sh: mmap2: EEXIST (17): the address 0x40001000 is taken by [heap]
//
// The place that decides on an error names the reason:
//
//	return WHY(-EINVAL, "the length is 0");
//
// Normal builds have only the error there.
#pragma once

#include "kern.h"

#ifdef DEBUG

// The last reason that the call under way has noted, with its error; 0: none.
struct why {
	int error;
	char text[120];
};

// True if the option `why` is given.
extern bool why_enabled;

// Note that the current thread's call will fail with `error` (-errno) for this reason; `format` is
// that of printf. A later reason takes the place of an earlier one. The text is cut to 119 bytes.
// Does nothing in a thread of the kernel. Does not look at why_enabled: WHY does. Takes no lock,
// never sleeps. Returns `error`.
int why_note(int error, const char *format, ...) __printf(2, 3);

// Yields `error`, and notes the reason. The arguments are not evaluated without the option, so they
// have no side effects.
#define WHY(error, ...) (why_enabled ? why_note(error, __VA_ARGS__) : (error))

#else

int why_note(int error, const char *format, ...) __printf(2, 3);

// In sizeof the compiler looks at the arguments, but makes no code for them.
#define WHY(error, ...) ((void)sizeof(why_note(error, __VA_ARGS__)), (error))

#endif
