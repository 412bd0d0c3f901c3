// user_mem_assert.h: ending a program that hands the kernel memory it may not use.
#pragma once

#include "kern.h"

// Unless the current program may access all of [va, va + len) as `perm` (PTE_U, PTE_U|PTE_W) says: end
// it by SIGSEGV, with a line in the kernel's log that tells `call`, the first bad address, and the
// right that is missing there.
//
// It is for calls that have no way to report an error. It checks and does not use: another thread may
// unmap the range right after it, so what comes next is a copy that can fail, as ever.
// Caller: holds no lock.
void user_mem_assert(const char *call, const void __user *va, size_t len, int perm);
