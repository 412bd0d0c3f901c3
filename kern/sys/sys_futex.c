// sys_futex.c: waiting for a word of memory (futex(2)): FUTEX_WAIT and FUTEX_WAKE. Other
// operations serve threads, and come with them.
#include <abi/futex.h>
#include "proc/futex.h"
#include "sys/sys_poll.h"
#include "sys/sys_restart.h"
#include "sys/syscall.h"
#include "thread/waitq.h"

static long resume_wait(void);

// FUTEX_WAIT until `deadline`. After a signal without a handler a wait with a time-out continues
// for the time that is left, and one without starts again: it checks the word anew.
static long wait_until(uintptr_t va, bool private, uint32_t value, uint64_t deadline)
{
	struct call_restart restart = {
		.resume = resume_wait,
		.deadline = deadline,
		.args = { va, private, value },
	};
	int error = futex_wait(va, private, value, deadline);

	if (error != -EINTR)
		return error;
	return deadline == NO_DEADLINE ? -ERESTARTSYS : restart_later(&restart);
}

// The arguments are those of the first call, and the deadline stays: a program that is stopped and
// continued again and again still wakes in time.
static long resume_wait(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return wait_until(restart->args[0], restart->args[1], restart->args[2], restart->deadline);
}

// Do an operation whose time-out is known. FUTEX_CLOCK_REALTIME chooses the clock of other
// operations; with these two it is ENOSYS.
static long futex(uintptr_t va, uint32_t op, uint32_t value, uint64_t deadline)
{
	bool private = op & FUTEX_PRIVATE_FLAG;

	if (op & FUTEX_CLOCK_REALTIME)
		return -ENOSYS;
	switch (op & ~FUTEX_PRIVATE_FLAG) {
	case FUTEX_WAIT:
		return wait_until(va, private, value, deadline);
	case FUTEX_WAKE:
		return futex_wake(va, private, (int)value);
	default:
		return -ENOSYS;
	}
}

// Returns true if the operation reads its time-out. Others use the argument for something else,
// so it must not be fetched.
static bool has_timeout(uint32_t op)
{
	return (op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) == FUTEX_WAIT;
}

// futex(2). The time-out is relative. It is fetched first: EFAULT and EINVAL come before all
// errors of the word.
SYSCALL4(futex, uintptr_t, va, uint32_t, op, uint32_t, value, const void __user *, timeout)
{
	uint64_t deadline = NO_DEADLINE;
	int error = has_timeout(op) ? poll_deadline(timeout, &deadline) : 0;

	return error ? error : futex(va, op, value, deadline);
}

// futex(2) with a time-out of 64 bits.
SYSCALL4(futex_time64, uintptr_t, va, uint32_t, op, uint32_t, value, const void __user *, timeout)
{
	uint64_t deadline = NO_DEADLINE;
	int error = has_timeout(op) ? poll_deadline64(timeout, &deadline) : 0;

	return error ? error : futex(va, op, value, deadline);
}
