// stackguard.h: the guard word between a function's arrays and its return address. The compiler puts a
// copy of it there, in functions that have an array, and compares before they return
// (-fstack-protector-strong): who writes past an array's end on the stack destroys the copy first.
//
// The word is a global variable (-mstack-protector-guard=global), because the place where compilers
// look otherwise, at %gs, is the running program's in this kernel.
#pragma once

#include "kern.h"

extern uintptr_t __stack_chk_guard;

// Choose the word: the time-stamp counter, mixed. Its lowest byte is 0, which no string brings along.
// Caller: never returns, and is not returned into by any function with an array that it was called from.
void stack_guard_init(void);

// Called by the compiler's code where the copy differs.
void __stack_chk_fail(void) __noreturn;
