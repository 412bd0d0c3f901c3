// altstack.h: the alternate signal stack of a thread, on which handlers with SA_ONSTACK run
// (sigaltstack(2)).
#pragma once

#include "kern.h"
#include "thread/thread.h"
#include <abi/signal.h>

// Returns true if `sp` is an address on the thread's alternate stack. False without one.
static inline bool altstack_contains(const struct thread *thread, uintptr_t sp)
{
	return sp > thread->altstack && sp - thread->altstack <= thread->altstack_size;
}

// Returns true if a program with the stack pointer `sp` runs on its alternate stack: then that
// stack must not change. Always false with SS_AUTODISARM, because the thread has no alternate
// stack while a handler runs on it.
bool altstack_active(const struct thread *thread, uintptr_t sp);

// Let the thread have no alternate stack from now on.
void altstack_reset(struct thread *thread);

// Returns the alternate stack as sigaltstack(2) reports it to a program with the stack pointer
// `sp`: ss_flags has SS_ONSTACK if the program runs on it, SS_DISABLE if there is none (then
// ss_size is 0).
stack_t altstack_get(const struct thread *thread, uintptr_t sp);

// Set the alternate stack of `thread`, whose program has the stack pointer `sp`, to *stack, which
// is kernel memory; with SS_DISABLE in ss_flags the thread has none afterwards. The address is not
// checked. Returns 0; -EPERM while `sp` lies on the present stack, unless that was set with
// SS_AUTODISARM; -EINVAL for unknown flags; -ENOMEM for fewer than MINSIGSTKSZ bytes, without
// SS_DISABLE. After an error nothing has changed.
int altstack_set(struct thread *thread, const stack_t *stack, uintptr_t sp);
