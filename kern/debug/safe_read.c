// safe_read.c: reading through the page tables in software, so that nothing can fault: a fault
// inside a panic would cause the next panic.
#include "debug/safe_read.h"

#include "cpu/x86.h"
#include "layout.h"

// Bits of directory and table entries (Intel SDM vol. 3, 4.3). This layer is below kern/mem, so it
// has the few that it needs.
#define ENTRY_PRESENT 0x001u
#define ENTRY_LARGE 0x080u
#define ENTRY_ADDR 0xFFFFF000u
#define ENTRY_LARGE_ADDR 0xFFC00000u

// Returns entry `index` of the directory or table at physical address `table`, or 0 if the linear
// map does not reach that.
static uint32_t read_entry(uint32_t table, uint32_t index)
{
	return table < LINEAR_SIZE ? ((const uint32_t *)(linear_map + table))[index] : 0;
}

// Returns the address in the linear map of the byte that `va` maps to, or NULL if there is none.
static const char *translate(uintptr_t va)
{
	uint32_t entry = read_entry(read_cr3() & ENTRY_ADDR, va >> 22), pa;

	if (!(entry & ENTRY_PRESENT))
		return NULL;
	if (entry & ENTRY_LARGE) {
		pa = (entry & ENTRY_LARGE_ADDR) | (va & ~ENTRY_LARGE_ADDR);
	} else {
		entry = read_entry(entry & ENTRY_ADDR, va >> 12 & 0x3FF);
		if (!(entry & ENTRY_PRESENT))
			return NULL;
		pa = (entry & ENTRY_ADDR) | (va & ~ENTRY_ADDR);
	}
	return pa < LINEAR_SIZE ? linear_map + pa : NULL;
}

bool probe_read(void *dst, uintptr_t va, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *byte = translate(va + i);

		if (!byte)
			return false;
		((char *)dst)[i] = *byte;
	}
	return true;
}
