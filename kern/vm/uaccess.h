// uaccess.h: touching a user's memory: the only way there is (kern/README.md, "The border").
//
// Every function takes the address space meant. For the current one a copy runs straight through
// the user's mapping, in one pass; a page fault on the way is repaired (demand-zero, copy-on-write)
// or ends the copy. Nothing is checked first and used later. For another space the copy walks.
//
// Copies may sleep: the caller holds no lock, except for the _nofault forms.
#pragma once

#include "kern.h"
#include "layout.h"

struct aspace;

// The address space of the thread that runs; NULL for a kernel thread.
struct aspace *aspace_current(void);

// Does [va, va + len) lie below ULIM, without wrapping? The check at the door for a length from
// outside.
static inline bool user_range_ok(const void __user *va, size_t len)
{
	return (uintptr_t)(__force const void *)va <= ULIM &&
	       len <= ULIM - (uintptr_t)(__force const void *)va;
}

// Copy `len` bytes from or to the user. 0, or -EFAULT; then part of `dst` may have been written.
int copyin(struct aspace *as, void *dst, const void __user *src, size_t len) __must_check;
int copyout(struct aspace *as, void __user *dst, const void *src, size_t len) __must_check;

// The same, for calls that return partial counts: how many bytes were copied before the first that
// could not be.
size_t copyin_partial(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t copyout_partial(struct aspace *as, void __user *dst, const void *src, size_t len);

// The same under a spinlock, for the current address space only: they stop at the first page that
// is not there yet. The caller then drops its lock, calls user_fault_in for the first byte not
// copied, and goes on.
size_t copyin_nofault(void *dst, const void __user *src, size_t len);
size_t copyout_nofault(void __user *dst, const void *src, size_t len);

// Make the page at `va` present for reading (write = false) or writing, as an access by the program
// would. 0 or -EFAULT.
int user_fault_in(struct aspace *as, const void __user *va, bool write);

// Copy from or to a space, the current one too, for another process: where its areas say PROT_READ and
// PROT_WRITE, also if the processor would let the program itself read more. Return how many bytes
// were copied.
size_t aspace_read(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t aspace_write(struct aspace *as, void __user *dst, const void *src, size_t len);

// Copy the string at `src` with its NUL into dst[max]. Reads no byte beyond the NUL.
// Returns its length without the NUL, -EFAULT, or -ENAMETOOLONG when max bytes hold no NUL.
ssize_t copyinstr(struct aspace *as, char *dst, const char __user *src, size_t max) __must_check;

// Write zeroes. 0 or -EFAULT.
int clear_user(struct aspace *as, void __user *dst, size_t len) __must_check;

// May the user access all of [va, va + len) as `perm` (PTE_U, PTE_U|PTE_W) says? 0; or -EFAULT with
// the first address that it may not access in *bad_store (unless NULL).
int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store);
