// trace_user_mem_assert.c: the grader's operations on user_mem_assert. There is no process yet that
// it could end.
#include "proc/user_mem_assert.h"

#include "debug/printk.h"
#include "proc/process.h"
#include "trace/trace.h"

// user_mem_assert VA LEN PERM: in the space that is entered. It must return.
TRACE_OP(user_mem_assert)
{
	user_mem_assert("the grader", (__force const void __user *)args[0], args[1], (int)args[2]);
}

// A process 1: if it ends, process_exit panics, and names the status.
static struct process first = { .pid = PID_INIT };

// assert_ends VA LEN PERM: user_mem_assert in a process that may not end.
TRACE_OP(assert_ends)
{
	thread_current()->process = &first;
	user_mem_assert("the grader", (__force const void __user *)args[0], args[1], (int)args[2]);
	thread_current()->process = NULL;
}

// last_line: leave that process. Reports the kernel's newest message, four characters in a value.
TRACE_OP(last_line)
{
	static char line[PRINTK_LINE];
	uint32_t position = 0;
	size_t len = 0, n;

	thread_current()->process = NULL;
	while ((n = printk_line(&position, line)))
		len = n;
	for (size_t i = 0; i < len; i += 4)
		trace_value(*(const uint32_t *)(line + i));
}
