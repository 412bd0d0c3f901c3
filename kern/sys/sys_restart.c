// sys_restart.c: continuing a call that a signal interrupted.
#include "sys/sys_restart.h"

#include "sys/syscall.h"

// The kernel lets a program make this call (proc/signal_deliver.c). One that makes it by itself goes on
// with its last interrupted call, as on Linux, and harms nobody.
SYSCALL0(restart_syscall)
{
	const struct call_restart *restart = &thread_current()->restart;

	return restart->resume ? restart->resume() : -EINTR;
}
