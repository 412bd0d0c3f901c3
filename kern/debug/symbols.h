// symbols.h: names for addresses in the kernel's code. The build makes the table from the linked
// kernel (boot/kernel.mk).
#pragma once

#include "kern.h"

struct ksym {
	uint32_t addr; // of the function's first byte
	const char *name;
};

// The table, sorted by address. Empty in a kernel that was linked without names.
extern const struct ksym ksyms[];
extern const uint32_t nksyms;

// The code of the kernel and of its tests, from boot/kernel.ld.
extern const char kernel_start[], text_end[], tests_start[], tests_text_end[];

// Returns true if `addr` lies in the code of the kernel or of its tests.
static inline bool is_kernel_text(uintptr_t addr)
{
	return (addr >= (uintptr_t)kernel_start && addr < (uintptr_t)text_end) ||
	       (addr >= (uintptr_t)tests_start && addr < (uintptr_t)tests_text_end);
}

// Returns the function that the code address `addr` lies in: the last of syms[n] that starts at or
// before `addr`, however far. syms[] is sorted by address; n = 0 is allowed. Returns NULL if there
// is none.
const struct ksym *symbol_find(const struct ksym *syms, size_t n, uintptr_t addr);

// Returns the address of the kernel function called `name`, or 0 if there is none. Of several
// static functions with that name, the lowest.
uintptr_t symbol_address(const char *name);

// Write "name+0x12" for the code address `addr` into text[size], or "?" if no name is known or
// `addr` is not in kernel code; with a NUL, cut to what fits; nothing if `size` is 0. `returns`:
// `addr` is a return address. Then the byte before it decides which function it belongs to: a call
// that never returns may be the last instruction of its function, and the return address already
// lies in the next one. The offset is that of `addr` in both cases.
void symbol_format(char *text, size_t size, uintptr_t addr, bool returns);
