// symbols.h: names for addresses of the kernel's code. The build makes the table from the kernel it
// has linked (boot/kernel.mk).
#pragma once

#include "kern.h"

struct ksym {
	uint32_t addr; // of the function's first byte
	const char *name;
};

// Sorted by address; empty in a kernel linked without names.
extern const struct ksym ksyms[];
extern const uint32_t nksyms;

// The kernel's code, from boot/kernel.ld.
extern const char kernel_start[], text_end[];

static inline bool is_kernel_text(uintptr_t addr)
{
	return addr >= (uintptr_t)kernel_start && addr < (uintptr_t)text_end;
}

// The function that the code address `addr` lies in: the last of syms[n] that starts at or before it.
// NULL when none does.
const struct ksym *symbol_find(const struct ksym *syms, size_t n, uintptr_t addr);

// The address of the function called `name`, or 0.
uintptr_t symbol_address(const char *name);

// Write "name+0x12" for the code address `addr` into text[size]; "?" where no name is known. With
// `returns` set `addr` is a return address: the call before it decides which function it is, since a
// call that never returns may be its function's last instruction.
void symbol_format(char *text, size_t size, uintptr_t addr, bool returns);
