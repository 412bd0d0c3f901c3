// Scheduling, and the flags of clone.
#pragma once

#include <abi/sched.h>

int sched_yield(void);

// A new process or thread that calls function(arg) on the stack that ends at `stack`, and ends with
// what that returns; `flags` as in clone(2), with the signal of its end. Returns its number, or -1.
int clone(int (*function)(void *), void *stack, int flags, void *arg, ...);
