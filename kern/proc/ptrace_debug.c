// ptrace_debug.c: the debug registers of a tracee (Intel SDM vol. 3, 17.2): breakpoints at instructions,
// and at reads and writes of memory. Only the next switch to the thread loads them.
#include "layout.h"
#include "proc/ptrace.h"
#include "thread/mutex.h"

#define DR_STATUS 6
#define DR_CONTROL 7
#define CONTROL_RESERVED 0xFC00u // not kept, as on Linux; GD among them
#define CONTROL_FIXED 0x400u     // always 1 in the processor

// Returns 0 if the processor may have breakpoint `n` of *debug; -EINVAL for a kind or length that it does not
// have, for an address that is not aligned to the length, or that is not the user's.
static int check_breakpoint(const struct debug_registers *debug, unsigned int n)
{
	uint32_t kind = DEBUG_KIND(n, debug->control), length = DEBUG_LENGTH(n, debug->control);

	if (kind == DEBUG_IO || length == 2 || (kind == DEBUG_EXECUTE && length))
		return -EINVAL;
	if (debug->address[n] & length)
		return -EINVAL;
	return debug->address[n] < ULIM ? 0 : -EINVAL;
}

// Give the tracee the breakpoints *debug, if the processor may have those that are on; as on Linux, those
// that have an address too. Returns 0 or -EINVAL.
static int set_breakpoints(struct tracee *tracee, const struct debug_registers *debug)
{
	uint32_t on = 0;

	for (unsigned int i = 0; i < DEBUG_BREAKPOINTS; i++) {
		bool is_on = debug->control & DEBUG_ON(i);

		if ((is_on || debug->address[i]) && check_breakpoint(debug, i))
			return -EINVAL;
		if (is_on)
			on |= (debug->control & DEBUG_ON(i)) |
			      (debug->control & 0xFu << (16 + 4 * i));
	}
	tracee->debug = *debug;
	tracee->debug.control = on | CONTROL_FIXED;
	tracee->thread->debug = &tracee->debug;
	if (on)
		tracee->thread->loads |= LOAD_DEBUG;
	else
		tracee->thread->loads &= (uint8_t)~LOAD_DEBUG;
	return 0;
}

uint32_t trace_get_debug(const struct tracee *tracee, unsigned int n)
{
	assert_spin_held(&process_lock);
	if (n < DEBUG_BREAKPOINTS)
		return tracee->debug.address[n];
	if (n == DR_STATUS)
		return tracee->debug_reasons ^ DEBUG_RESERVED;
	return n == DR_CONTROL ? tracee->debug_control : 0;
}

int trace_set_debug(struct tracee *tracee, unsigned int n, uint32_t value)
{
	struct debug_registers debug = tracee->debug;
	int error = -EIO;

	assert_spin_held(&process_lock);
	debug.control = tracee->debug_control;
	if (n < DEBUG_BREAKPOINTS) {
		if (value >= ULIM)
			return -EINVAL;
		debug.address[n] = value;
		error = set_breakpoints(tracee, &debug);
	} else if (n == DR_CONTROL) {
		debug.control = value & ~CONTROL_RESERVED;
		error = set_breakpoints(tracee, &debug);
		if (!error)
			tracee->debug_control = debug.control;
	} else if (n == DR_STATUS) {
		tracee->debug_reasons = value ^ DEBUG_RESERVED;
		error = 0;
	}
	return error;
}

void trace_clear_debug(struct tracee *tracee)
{
	tracee->debug = (struct debug_registers){ .control = 0 };
	tracee->debug_control = tracee->debug_reasons = 0;
}

void trace_debug_hit(uint32_t reasons)
{
	struct tracee *tracee = thread_current()->trace;

	if (tracee)
		tracee->debug_reasons = reasons;
}
