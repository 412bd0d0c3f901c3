// user_mem_assert.h: ending a program that passes the kernel memory that it may not use.
#pragma once

#include "kern.h"

// Unless the current program may access all of [va, va + len) with the permission `perm` (PTE_U or
// PTE_U | PTE_W), end the program by SIGSEGV: process_exit, which does not return. Before, write a
// line of the level LOG_NOTICE to the kernel's log: the thread's name, its number, `call`, and the
// first bad address (%#x):
//	NAME (TID): CALL: it may not read ADDRESS	without PTE_W
//	NAME (TID): CALL: it may not write to ADDRESS	with PTE_W
//
// For calls that cannot report an error. The check guarantees nothing for later: another thread
// may unmap the range right after it, so the use that follows must be a copy that can fail.
// Caller: holds no lock.
void user_mem_assert(const char *call, const void __user *va, size_t len, int perm);
