// stackguard.h: the guard word between a function's arrays and its return address. In a function
// with an array the compiler stores a copy of the word there, and compares the copy before the
// function returns (-fstack-protector-strong). A write past the end of the array destroys the copy
// before it reaches the return address.
//
// The word is a global variable (-mstack-protector-guard=global). By default compilers look for it
// at %gs, which in this kernel belongs to the running program.
#pragma once

#include "kern.h"

extern uintptr_t __stack_chk_guard;

// Choose the guard word: the time-stamp counter, mixed. Its lowest byte is 0, so that no string
// that overflows an array can contain it.
// Caller: has no local array, and never returns to a function with one. Such a function has stored
// the old word and would compare it with the new one.
void stack_guard_init(void);

// Called by the compiler's code if a copy differs: panics with the name of the function.
void __stack_chk_fail(void) __noreturn;
