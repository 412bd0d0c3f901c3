// Pointers that no call may follow, and a way to give each of them to a call.
#pragma once

#include "test.h"

enum bad_pointer {
	BAD_NULL,
	BAD_UNMAPPED, // in the middle of nowhere
	BAD_KERNEL,   // where the kernel begins
	BAD_LAST,     // the last address
	BAD_EDGE,     // one byte of memory, then nothing
	BAD_CODE,     // memory that cannot be written
	BAD_POINTERS,
};

static const char *const bad_names[BAD_POINTERS] = { "NULL", "unmapped", "kernel",
	                                             "-1",   "edge",     "code" };

static inline void *bad_pointer(enum bad_pointer which)
{
	static char *edge;

	if (!edge) {
		edge = (char *)sbrk(4096) + 4095;
		*edge = 'x';
	}
	switch (which) {
	case BAD_UNMAPPED:
		return (void *)0x20000000;
	case BAD_KERNEL:
		return (void *)0xc0000000;
	case BAD_LAST:
		return (void *)0xffffffff;
	case BAD_EDGE:
		return edge;
	case BAD_CODE:
		return (void *)0x08048000;
	default:
		return NULL;
	}
}

// Evaluate `call` with `p` set to each bad pointer up to and without `end`, but from `first` on,
// and print the results in a line. What the kernel only reads ends with BAD_CODE, what may be NULL
// begins with BAD_UNMAPPED.
#define TRY(what, first, end, call)                                                  \
	do {                                                                         \
		int which_;                                                          \
		say("%s:", what);                                                    \
		for (which_ = (first); which_ < (end); which_++) {                   \
			void *p = bad_pointer((enum bad_pointer)which_);             \
			long result_ = (call);                                       \
			if (result_ == -1)                                           \
				say(" %s %s", bad_names[which_], error_name(errno)); \
			else                                                         \
				say(" %s %ld", bad_names[which_], result_);          \
		}                                                                    \
		say("\n");                                                           \
	} while (0)

#define TRY_READ(what, call) TRY(what, BAD_NULL, BAD_CODE, call)
#define TRY_WRITE(what, call) TRY(what, BAD_NULL, BAD_POINTERS, call)
