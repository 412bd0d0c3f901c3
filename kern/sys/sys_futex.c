// sys_futex.c: futex: waiting for a word of memory. FUTEX_WAIT and FUTEX_WAKE; what else Linux has comes
// with threads.
#include <abi/futex.h>
#include "proc/futex.h"
#include "sys/sys_poll.h"
#include "sys/sys_restart.h"
#include "sys/syscall.h"
#include "thread/waitq.h"

static long resume_wait(void);

// FUTEX_WAIT up to `deadline`. After a signal without a handler it goes on: with a time-out as far as
// that is left, else from the start.
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

static long resume_wait(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return wait_until(restart->args[0], restart->args[1], restart->args[2], restart->deadline);
}

// The rest of both calls, once FUTEX_WAIT's time-out is known.
static long futex(uintptr_t va, uint32_t op, uint32_t value, uint64_t deadline)
{
	bool private = op & FUTEX_PRIVATE_FLAG;

	if (op & FUTEX_CLOCK_REALTIME)
		return -ENOSYS; // neither of the two has a clock to choose
	switch (op & ~FUTEX_PRIVATE_FLAG) {
	case FUTEX_WAIT:
		return wait_until(va, private, value, deadline);
	case FUTEX_WAKE:
		return futex_wake(va, private, (int)value);
	default:
		return -ENOSYS;
	}
}

// Is it an operation that reads the time-out, also where it is refused then?
static bool has_timeout(uint32_t op)
{
	return (op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) == FUTEX_WAIT;
}

SYSCALL4(futex, uintptr_t, va, uint32_t, op, uint32_t, value, const void __user *, timeout)
{
	uint64_t deadline = NO_DEADLINE;
	int error = has_timeout(op) ? poll_deadline(timeout, &deadline) : 0;

	return error ? error : futex(va, op, value, deadline);
}

SYSCALL4(futex_time64, uintptr_t, va, uint32_t, op, uint32_t, value, const void __user *, timeout)
{
	uint64_t deadline = NO_DEADLINE;
	int error = has_timeout(op) ? poll_deadline64(timeout, &deadline) : 0;

	return error ? error : futex(va, op, value, deadline);
}
