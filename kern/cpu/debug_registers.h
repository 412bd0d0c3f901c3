// debug_registers.h: breakpoints of the processor: four addresses, at which a program's instruction,
// write or access causes a debug exception (Intel SDM vol. 3, 17.2).
#pragma once

#include "kern.h"

#define DEBUG_BREAKPOINTS 4u

// Bits of DR6: the reasons for a debug exception. Bit n, below DEBUG_BREAKPOINTS, is that breakpoint.
#define DEBUG_HITS 0xFu
#define DEBUG_STEP 0x4000u
#define DEBUG_RESERVED 0xFFFF0FF0u // these are 1, as programs see the register

// What DR7 says of breakpoint n: two bits that turn it on, and its kind and length.
#define DEBUG_ON(n) (3u << 2 * (n))
#define DEBUG_KIND(n, control) ((control) >> (16 + 4 * (n)) & 3)
#define DEBUG_LENGTH(n, control) ((control) >> (18 + 4 * (n)) & 3) // + 1: bytes; 3 for 4 bytes

// Kinds. The others are 1, writes, and 3, reads and writes.
#define DEBUG_EXECUTE 0u
#define DEBUG_IO 2u

// The breakpoints of a thread.
struct debug_registers {
	uint32_t address[DEBUG_BREAKPOINTS];
	uint32_t control; // DR7
};

// Load a thread's four addresses and DR7 into the processor as they are; NULL: turn all breakpoints
// off. The caller has checked that all addresses are the user's, that no breakpoint is one of I/O,
// and that `control` has no bits but those of breakpoints. DR6 stays.
void debug_registers_load(const struct debug_registers *registers);

// Returns the reasons for the debug exceptions since the last call, bits of DEBUG_HITS and
// DEBUG_STEP, and clears DR6 in the processor. Returns 0 if there is none of these reasons.
uint32_t debug_reasons_take(void);
