// symbols.c: looking up the kernel's symbol table.
#include "debug/symbols.h"

#include <stdio.h>

// A binary search. Invariant: syms[low - 1] starts at or before `addr`, and syms[high] after it.
const struct ksym *symbol_find(const struct ksym *syms, size_t n, uintptr_t addr)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (syms[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &syms[low - 1] : NULL;
}

uintptr_t symbol_address(const char *name)
{
	for (uint32_t i = 0; i < nksyms; i++)
		if (strcmp(ksyms[i].name, name) == 0)
			return ksyms[i].addr;
	return 0;
}

void symbol_format(char *text, size_t size, uintptr_t addr, bool returns)
{
	uintptr_t inside = returns ? addr - 1 : addr;
	const struct ksym *sym = is_kernel_text(inside) ? symbol_find(ksyms, nksyms, inside) : NULL;

	if (sym)
		snprintf(text, size, "%s+%#x", sym->name, (uint32_t)addr - sym->addr);
	else
		snprintf(text, size, "?");
}
