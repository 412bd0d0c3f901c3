// altstack.c: the alternate stack for signal handlers.
#include "proc/altstack.h"

#define FLAG_BITS SS_AUTODISARM // flags that may be combined with a mode

bool altstack_active(const struct thread *thread, uintptr_t sp)
{
	return !(thread->altstack_flags & SS_AUTODISARM) && altstack_contains(thread, sp);
}

void altstack_reset(struct thread *thread)
{
	thread->altstack = thread->altstack_size = 0;
	thread->altstack_flags = SS_DISABLE;
}

// The flags that were set are returned with the present mode: active, disabled, or neither.
stack_t altstack_get(const struct thread *thread, uintptr_t sp)
{
	uint32_t mode = !thread->altstack_size      ? SS_DISABLE :
	                altstack_active(thread, sp) ? SS_ONSTACK :
	                                              0;

	return (stack_t){
		.ss_sp = (void *)thread->altstack,
		.ss_size = thread->altstack_size,
		.ss_flags = (int)(mode | (thread->altstack_flags & FLAG_BITS)),
	};
}

// The checks are in Linux's order, so that the same wrong call returns the same error.
int altstack_set(struct thread *thread, const stack_t *stack, uintptr_t sp)
{
	uint32_t flags = (uint32_t)stack->ss_flags, mode = flags & ~FLAG_BITS;
	bool disable = mode == SS_DISABLE;

	if (altstack_active(thread, sp))
		return -EPERM;
	if (!disable && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (!disable && stack->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	thread->altstack = disable ? 0 : (uintptr_t)stack->ss_sp;
	thread->altstack_size = disable ? 0 : stack->ss_size;
	thread->altstack_flags = flags;
	return 0;
}
