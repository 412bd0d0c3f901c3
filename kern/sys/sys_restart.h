// sys_restart.h: calls that continue after a signal without a handler (a stop and SIGCONT, for
// example) as if nothing had happened, although their arguments do not say how much is left to
// do. Such a call returns
//
// 	return restart_later(&(struct call_restart){ .resume = ..., .deadline = ... });
//
// If no handler runs, the program makes the call restart_syscall next, which calls `resume`;
// that reads what the call noted in thread_current()->restart. If a handler runs, the call
// returns -EINTR.
#pragma once

#include "kern.h"
#include "thread/thread.h"

// Note in the current thread how its call is to continue, in place of what it noted before;
// *restart is copied, and restart->resume is not NULL. Returns the code that the call must return.
static inline long restart_later(const struct call_restart *restart)
{
	thread_current()->restart = *restart;
	return -ERESTART_RESTARTBLOCK;
}
