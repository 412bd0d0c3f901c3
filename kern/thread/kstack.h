// kstack.h: kernel stacks: KSTACK_SIZE bytes each, above a page that is never mapped. A stack that
// overflows causes a double fault and cannot overwrite its neighbour.
#pragma once

#include "kern.h"

struct trapframe;

// Allocate a stack of KSTACK_SIZE bytes; its contents are undefined. Takes kstack_lock. Returns 0
// with the stack's lowest address in *store; -EAGAIN if all kstack_max() slots are taken; else
// -ENOMEM if there are no pages. One that kstack_free has kept is used first: then there is no
// error.
int kstack_alloc(uintptr_t *store);

// Free a stack of kstack_alloc, or keep it for reuse if fewer than 16 are kept. `kstack`: its
// lowest address. Takes kstack_lock. Caller: does not run on this stack, nor does any other thread.
void kstack_free(uintptr_t kstack);

// Returns how many stacks there can be at once, with those that are kept for reuse: a constant, at
// least 10,000. Memory may end before.
size_t kstack_max(void);

// Returns how many pages belong to stacks that are kept for reuse. They count as free memory. Takes
// no lock.
size_t kstack_pooled_pages(void);

// Returns true if `va`, any address, lies in the guard page of a slot, whether a stack is mapped
// above it or not.
bool kstack_is_guard(uintptr_t va);

// Report a kernel stack that has overflowed, and panic: the trap_double_fault_hook. The processor could
// not push the frame of a page fault; the usual reason is that the kernel stack is full, and the push
// hit the guard page. *frame: the registers of the interrupted code. Returns, with nothing done, if
// that was a program, or if CR2 is no address of a guard page.
void kstack_report_overflow(const struct trapframe *frame);
