// safe_read.c: reading through the page tables in software, so that nothing can fault: a fault
// inside a panic would cause the next panic.
#include "debug/safe_read.h"

#include "cpu/paging.h"
#include "cpu/x86.h"
#include "layout.h"

// Returns entry `index` of the directory or table at physical address `table`, or 0 if the linear
// map does not reach that.
static uint32_t read_entry(uint32_t table, uint32_t index)
{
	return table < LINEAR_SIZE ? ((const uint32_t *)(linear_map + table))[index] : 0;
}

// Returns the address in the linear map of the byte that `va` maps to, or NULL if there is none.
static const char *translate(uintptr_t va)
{
	uint32_t entry = read_entry(PTE_ADDR(read_cr3()), va >> 22), pa;

	if (!(entry & PTE_P))
		return NULL;
	if (entry & PTE_PS) {
		pa = PDE_LARGE_ADDR(entry) | (va & (LARGE_SIZE - 1));
	} else {
		entry = read_entry(PTE_ADDR(entry), va >> 12 & 0x3FF);
		if (!(entry & PTE_P))
			return NULL;
		pa = PTE_ADDR(entry) | (va & (PAGE_SIZE - 1));
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
