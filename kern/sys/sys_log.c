// sys_log.c: syslog(2): programs read the kernel's log.
#include "debug/log_ring.h"
#include "debug/printk.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/syslog.h>

#define LINE_COST 300 // about how many instructions it takes to copy a line

// Readers begin here, where the log was last cleared: a position of printk_line.
static uint32_t cleared_at; // only through __atomic functions

// Copy the newest lines, at most `size` bytes of whole ones, to the user, and then clear the log if
// `clear` says so. The ring may drop lines while the user's memory faults: the copy goes on with
// the next.
// Returns the number of bytes, or -EFAULT. Caller: holds no lock.
static int read_log(char __user *store, size_t size, bool clear)
{
	uint32_t at = printk_tail(__atomic_load_n(&cleared_at, __ATOMIC_RELAXED), size);
	uint32_t end = printk_end();
	char line[PRINTK_LINE];
	size_t done = 0, n;
	int error = 0;

	assert_no_lock();
	while (at != end && !error && (n = printk_line(&at, line)) > 0 && n <= size - done) {
		error = copyout(aspace_current(), store + done, line, n);
		done += n;
		(void)yield_after(LINE_COST);
	}
	if (clear)
		__atomic_store_n(&cleared_at, end, __ATOMIC_RELAXED);
	return error ? error : (int)done;
}

// syslog(2), to read all of the log and to clear it. (The actions that wait for messages or choose
// what the consoles show are EINVAL.) As on a Linux with dmesg_restrict, everything takes CAP_SYSLOG.
SYSCALL3(syslog, int, action, char __user *, store, int, size)
{
	if (!capable(CAP_SYSLOG))
		return -EPERM;
	switch (action) {
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
		return 0;
	case SYSLOG_ACTION_READ_ALL:
	case SYSLOG_ACTION_READ_CLEAR:
		if (!store || size < 0)
			return -EINVAL;
		if (size == 0)
			return 0;
		return read_log(store, (size_t)size, action == SYSLOG_ACTION_READ_CLEAR);
	case SYSLOG_ACTION_CLEAR:
		__atomic_store_n(&cleared_at, printk_end(), __ATOMIC_RELAXED);
		return 0;
	case SYSLOG_ACTION_SIZE_BUFFER:
		return PRINTK_RING;
	default:
		return -EINVAL;
	}
}
