// backtrace.c: walking frame pointers. Every function begins with push %ebp; mov %esp, %ebp. So
// EBP points to the caller's EBP, and the return address lies directly above it.
#include "debug/backtrace.h"

#include "debug/safe_read.h"
#include "debug/symbols.h"

#define MAX_DEPTH 32

// Frame pointers must rise from callee to caller: the stack grows down. A damaged chain could
// otherwise go round for ever.
size_t backtrace_collect(uintptr_t ebp, uintptr_t *returns, size_t max)
{
	struct {
		uintptr_t ebp, eip;
	} frame;
	size_t n = 0;

	while (n < max && ebp % sizeof(uintptr_t) == 0 && probe_read(&frame, ebp, sizeof(frame)) &&
	       is_kernel_text(frame.eip)) {
		returns[n++] = frame.eip;
		if (frame.ebp <= ebp)
			break;
		ebp = frame.ebp;
	}
	return n;
}

void backtrace_print_place(uintptr_t address, bool returns)
{
	char name[80];

	symbol_format(name, sizeof(name), address, returns);
	printk(LOG_EMERG, "  [%08x] %s\n", (uint32_t)address, name);
}

void backtrace_print(uintptr_t ebp)
{
	uintptr_t returns[MAX_DEPTH];
	size_t n = backtrace_collect(ebp, returns, MAX_DEPTH);

	for (size_t i = 0; i < n; i++)
		backtrace_print_place(returns[i], true);
}
