// stackguard.c: what happens when a function has written past an array on its stack.
#include "debug/stackguard.h"

#include "debug/symbols.h"

uintptr_t __stack_chk_guard = 0x2b4d9a00;

void __stack_chk_fail(void)
{
	char name[80];

	symbol_format(name, sizeof(name), (uintptr_t)__builtin_return_address(0), true);
	panic("stack smashed: %s has written past an array of its own", name);
}
