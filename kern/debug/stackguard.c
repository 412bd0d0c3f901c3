// stackguard.c: detecting that a function has written past an array on its stack.
#include "debug/stackguard.h"

#include "cpu/x86.h"
#include "debug/symbols.h"

// The value until stack_guard_init; its lowest byte is 0 too.
uintptr_t __stack_chk_guard = 0x2b4d9a00;

void stack_guard_init(void) // has no array, so no copy of the word that it changes
{
	uint64_t mixed = (rdtsc() + 1) * 0x9e3779b97f4a7c15ull;

	__stack_chk_guard = (uintptr_t)(mixed >> 32) & ~(uintptr_t)0xff;
}

void __stack_chk_fail(void)
{
	char name[80];

	symbol_format(name, sizeof(name), (uintptr_t)__builtin_return_address(0), true);
	panic("stack smashed: %s has written past an array of its own", name);
}
