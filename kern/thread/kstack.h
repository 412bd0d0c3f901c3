// kstack.h: kernel stacks: KSTACK_SIZE bytes each, above a page that is never mapped. A stack that
// overflows causes a double fault and cannot overwrite its neighbour.
#pragma once

#include "kern.h"

// Allocate a stack. Returns 0 with its lowest address in *store; -ENOMEM; -EAGAIN if all slots are
// taken.
int kstack_alloc(uintptr_t *store);

// Free a stack of kstack_alloc. No thread may run on it.
void kstack_free(uintptr_t kstack);

// Returns how many stacks there can be.
size_t kstack_max(void);

// Returns how many pages belong to stacks that are kept for reuse. They count as free memory.
size_t kstack_pooled_pages(void);

// Returns true if `va` lies in the guard page of a stack.
bool kstack_is_guard(uintptr_t va);
