// altstack.h: the alternate signal stack of a thread, on which handlers with SA_ONSTACK run
// (sigaltstack(2)).
#pragma once

#include "kern.h"
#include "thread/thread.h"
#include <abi/signal.h>

// Returns true if the stack pointer `sp` lies on the thread's alternate stack, with SS_AUTODISARM
// too: above its lowest address, and up to its end, which is the stack pointer of an empty stack.
// False without an alternate stack.
static inline bool altstack_contains(const struct thread *thread, uintptr_t sp)
{
	return sp > thread->altstack && sp - thread->altstack <= thread->altstack_size;
}

// Returns true if a program with the stack pointer `sp` runs on the thread's alternate stack
// (altstack_contains): then that stack must not change. Always false if the stack was set with
// SS_AUTODISARM, because the thread has no alternate stack while a handler runs on it.
bool altstack_active(const struct thread *thread, uintptr_t sp);

// Let the thread have no alternate stack from now on, with no flags but SS_DISABLE; also if it runs
// on the stack.
void altstack_reset(struct thread *thread);

// Returns the alternate stack as sigaltstack(2) reports it to a program with the stack pointer
// `sp`. ss_flags is SS_DISABLE if there is none (then ss_sp is NULL and ss_size 0), SS_ONSTACK if
// the program runs on it (altstack_active), else 0; and SS_AUTODISARM if altstack_set got that
// flag.
stack_t altstack_get(const struct thread *thread, uintptr_t sp);

// Set the alternate stack of `thread`, whose program has the stack pointer `sp`, to *stack, which
// is kernel memory. stack->ss_flags is 0, SS_ONSTACK (means the same) or SS_DISABLE (the thread has
// no stack afterwards; the other fields do not count), each perhaps with SS_AUTODISARM. The
// addresses are not checked.
// Returns 0; with nothing changed, in this order: -EPERM if `sp` lies on the present stack, unless
// that was set with SS_AUTODISARM; -EINVAL for other flags; -ENOMEM for fewer than MINSIGSTKSZ
// bytes, without SS_DISABLE.
int altstack_set(struct thread *thread, const stack_t *stack, uintptr_t sp);
