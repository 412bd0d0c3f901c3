// altstack.h: the alternate stack of a thread, on which handlers with SA_ONSTACK run.
#pragma once

#include "kern.h"
#include "thread/thread.h"
#include <abi/signal.h>

// Returns true if `sp` is an address on the thread's alternate stack.
static inline bool altstack_contains(const struct thread *thread, uintptr_t sp)
{
	return sp > thread->altstack && sp - thread->altstack <= thread->altstack_size;
}

// Returns true if a program with the stack pointer `sp` runs on its alternate stack, which then may
// not change. With SS_AUTODISARM it never does: the stack is taken away while a handler runs on it.
bool altstack_active(const struct thread *thread, uintptr_t sp);

// Take the alternate stack away.
void altstack_reset(struct thread *thread);

// What sigaltstack reports to a program with the stack pointer `sp`.
stack_t altstack_get(const struct thread *thread, uintptr_t sp);

// Set the alternate stack of a program with the stack pointer `sp`. Returns 0, -EPERM while it runs
// on the present one, -EINVAL for unknown flags, -ENOMEM for one that is too small.
int altstack_set(struct thread *thread, const stack_t *stack, uintptr_t sp);
