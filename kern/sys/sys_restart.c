// sys_restart.c: continuing a call that a signal interrupted.
#include "sys/sys_restart.h"

#include "sys/syscall.h"

// restart_syscall(2). The kernel makes the program issue this call (proc/signal_deliver.c). A
// program that does so by itself continues its last interrupted call, as on Linux, which harms
// nobody.
SYSCALL0(restart_syscall)
{
	const struct call_restart *restart = &thread_current()->restart;

	return restart->resume ? restart->resume() : -EINTR;
}
