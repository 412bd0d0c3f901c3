// sys_futex.c: waiting for words of memory (futex(2), futex_waitv(2)). kern/proc does the work.
#include "mem/heap.h"
#include "proc/futex.h"
#include "sys/sys_poll.h"
#include "sys/sys_restart.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/waitq.h"
#include "vm/uaccess.h"
#include <abi/futex.h>
#include <abi/time.h>

static long resume_wait(void);

// Wait until `deadline`. After a signal without a handler a wait with a time-out continues for the
// time that is left, and one without starts again: it checks the word anew.
static long wait_until(uintptr_t va, bool private, uint32_t value, uint32_t bitset,
                       uint64_t deadline)
{
	// Only an aligned address comes to a sleep, so its lowest bit is free.
	struct call_restart restart = {
		.resume = resume_wait,
		.deadline = deadline,
		.args = { va | private, value, bitset },
	};
	int error = futex_wait(va, private, value, bitset, deadline);

	if (error != -EINTR)
		return error;
	return deadline == NO_DEADLINE ? -ERESTARTSYS : restart_later(&restart);
}

// The arguments are those of the first call, and the deadline stays: a program that is stopped and
// continued again and again still wakes in time.
static long resume_wait(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return wait_until(restart->args[0] & ~1u, restart->args[0] & 1, restart->args[1],
	                  restart->args[2], restart->deadline);
}

// The arguments of a call. `timeout` is a number for the operations without a time-out.
struct futex_call {
	uintptr_t va;
	uint32_t op, value;
	uint32_t timeout;
	uintptr_t second; // another word
	uint32_t value3;
	uint64_t deadline;
};

// Do an operation on locks with priority inheritance. Time-outs are absolute, so a call that a signal
// has ended is made again.
static long do_pi(const struct futex_call *call, uint32_t op, bool private)
{
	int result;

	switch (op) {
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		result = futex_lock_pi(call->va, private, false, call->deadline);
		break;
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(call->va, private, true, NO_DEADLINE);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(call->va, private);
	case FUTEX_WAIT_REQUEUE_PI:
		result = futex_wait_requeue_pi(call->va, private, call->value, call->deadline,
		                               call->second);
		break;
	case FUTEX_CMP_REQUEUE_PI:
		return futex_requeue_pi(call->va, call->second, private, (int)call->value,
		                        (int)call->timeout, call->value3);
	default:
		return -ENOSYS;
	}
	return result == -EINTR ? -ERESTARTNOINTR : result;
}

// Do an operation whose time-out is known. FUTEX_CLOCK_REALTIME chooses the clock of operations with
// an absolute time-out; with others it is ENOSYS. FUTEX_LOCK_PI knows only that clock.
static long do_futex(const struct futex_call *call)
{
	bool private = call->op & FUTEX_PRIVATE_FLAG;
	uint32_t op = call->op & FUTEX_CMD_MASK;

	if ((call->op & FUTEX_CLOCK_REALTIME) && op != FUTEX_WAIT_BITSET &&
	    op != FUTEX_WAIT_REQUEUE_PI && op != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (op) {
	case FUTEX_WAIT:
		return wait_until(call->va, private, call->value, FUTEX_BITSET_MATCH_ANY,
		                  call->deadline);
	case FUTEX_WAIT_BITSET:
		return wait_until(call->va, private, call->value, call->value3, call->deadline);
	case FUTEX_WAKE:
		return futex_wake(call->va, private, (int)call->value, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(call->va, private, (int)call->value, call->value3);
	case FUTEX_REQUEUE:
		return futex_requeue(call->va, call->second, private, (int)call->value,
		                     (int)call->timeout, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(call->va, call->second, private, (int)call->value,
		                     (int)call->timeout, &call->value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(call->va, call->second, private, (int)call->value,
		                     (int)call->timeout, call->value3);
	default:
		return do_pi(call, op, private);
	}
}

// Fetch the time-out of a call. Other operations use the argument for something else, so it is not
// fetched for them. FUTEX_WAIT has a relative one.
static int fetch_timeout(struct futex_call *call, const void __user *timeout, bool wide)
{
	call->deadline = NO_DEADLINE;
	switch (call->op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return wide ? poll_deadline64(timeout, &call->deadline) :
		              poll_deadline(timeout, &call->deadline);
	case FUTEX_LOCK_PI:
		return get_absolute_deadline(timeout, wide, true, &call->deadline);
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_WAIT_BITSET:
		return get_absolute_deadline(timeout, wide, call->op & FUTEX_CLOCK_REALTIME,
		                             &call->deadline);
	default:
		return 0;
	}
}

// Do futex(2). The time-out is fetched first: EFAULT and EINVAL come before all errors of the word.
static long futex_call(struct futex_call call, const void __user *timeout, bool wide)
{
	int error = fetch_timeout(&call, timeout, wide);

	return error ? error : do_futex(&call);
}

// futex(2).
SYSCALL6(futex, uintptr_t, va, uint32_t, op, uint32_t, value, uint32_t, timeout, uintptr_t, second,
         uint32_t, value3)
{
	return futex_call((struct futex_call){ va, op, value, timeout, second, value3, 0 },
	                  (const void __user *)timeout, false);
}

// futex(2) with a time-out of 64 bits.
SYSCALL6(futex_time64, uintptr_t, va, uint32_t, op, uint32_t, value, uint32_t, timeout, uintptr_t,
         second, uint32_t, value3)
{
	return futex_call((struct futex_call){ va, op, value, timeout, second, value3, 0 },
	                  (const void __user *)timeout, true);
}

// Fetch the words of futex_waitv. Returns 0; -EFAULT; -EINVAL for flags that are not those of a word
// of 32 bits, for reserved bits, and for a value or an address that does not fit.
static int fetch_words(struct futex_word *words, uint32_t count, const void __user *user)
{
	struct futex_waitv one;

	for (uint32_t i = 0; i < count; i++) {
		if (copyin(aspace_current(), &one, (const char __user *)user + i * sizeof(one),
		           sizeof(one)))
			return -EFAULT;
		if ((one.flags & ~(uint32_t)FUTEX_PRIVATE_FLAG) != FUTEX2_SIZE_U32 ||
		    one.reserved || one.val >> 32)
			return -EINVAL;
		words[i] = (struct futex_word){ (uintptr_t)one.uaddr, (uint32_t)one.val,
			                        one.flags & FUTEX_PRIVATE_FLAG };
	}
	return 0;
}

// futex_waitv(2). The time-out is absolute, on one of two clocks. A call that a signal has ended is
// made again, since the time-out stays the same.
SYSCALL5(futex_waitv, const void __user *, user, uint32_t, count, uint32_t, flags,
         const void __user *, timeout, int, clock)
{
	struct futex_word *words;
	uint64_t deadline = NO_DEADLINE;
	long result = 0;

	if (flags || !count || count > FUTEX_WORDS_MAX || !user)
		return -EINVAL;
	if (timeout) {
		if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
			return -EINVAL;
		result = get_absolute_deadline(timeout, true, clock == CLOCK_REALTIME, &deadline);
		if (result)
			return result;
	}
	words = kmalloc(count * sizeof(*words));
	if (!words)
		return -ENOMEM;
	result = fetch_words(words, count, user);
	if (!result)
		result = futex_wait_any(words, count, deadline);
	kfree(words);
	return result == -EINTR ? -ERESTARTSYS : result;
}
