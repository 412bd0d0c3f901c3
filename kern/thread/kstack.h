// kstack.h: kernel stacks: KSTACK_SIZE bytes each, above a page that is never mapped, so that a
// stack that overflows meets a double fault and not its neighbour.
#pragma once

#include "kern.h"

// A stack: its lowest address in *store. Returns 0, -ENOMEM, or -EAGAIN when all places are taken.
int kstack_alloc(uintptr_t *store);

void kstack_free(uintptr_t kstack);

// Pages of the stacks that are kept for reuse: free memory, in all but name.
size_t kstack_pooled_pages(void);

// Is `va` in the guard page of some stack?
bool kstack_is_guard(uintptr_t va);
