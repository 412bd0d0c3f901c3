// failed_call.c: the option `why`: a line on the log for each system call that fails (debug builds
// only). The call notes the reason where it decides on its error (thread/why.h).
#include "thread/why.h"

#include "sys/syscall_table.h"
#include "thread/thread.h"
#include <abi/errno.h>

#define LAST_ERROR 511 // larger numbers are the kernel's own: the call is made again

#define E(name) [name] = #name
static const char *const error_names[] = {
	E(EPERM),           E(ENOENT),          E(ESRCH),        E(EINTR),      E(EIO),
	E(ENXIO),           E(E2BIG),           E(ENOEXEC),      E(EBADF),      E(ECHILD),
	E(EAGAIN),          E(ENOMEM),          E(EACCES),       E(EFAULT),     E(EBUSY),
	E(EEXIST),          E(EXDEV),           E(ENODEV),       E(ENOTDIR),    E(EISDIR),
	E(EINVAL),          E(EMFILE),          E(ENOTTY),       E(ETXTBSY),    E(EFBIG),
	E(ENOSPC),          E(ESPIPE),          E(EPIPE),        E(ERANGE),     E(ENAMETOOLONG),
	E(ENOSYS),          E(ENOTEMPTY),       E(ELOOP),        E(EOVERFLOW),  E(EOPNOTSUPP),
	E(ETIMEDOUT),       E(ENOTSOCK),        E(EMSGSIZE),     E(EPROTOTYPE), E(ENOPROTOOPT),
	E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EAFNOSUPPORT), E(EADDRINUSE), E(ECONNRESET),
	E(ENOBUFS),         E(EIDRM),           E(ENOMSG),       E(EISCONN),    E(ENOTCONN),
	E(ETOOMANYREFS),    E(ECONNREFUSED),
};
#undef E

long call_returns(long result, const struct trapframe *frame);

// Log a line if a call fails: `result` is what it returns, `frame` the program's. A note goes with
// the call: one that succeeds has found another way, and one that fails with another error than
// the note's has failed elsewhere. Returns `result`. Called by syscall_entry.S.
long call_returns(long result, const struct trapframe *frame)
{
	struct why *why = &thread_current()->why;
	size_t error = -(size_t)result;

	if (why_enabled && result < 0 && result >= -LAST_ERROR) {
		const char *call = syscall_name(frame->err);
		const char *name = error < ARRAY_SIZE(error_names) ? error_names[error] : NULL;

		if (call)
			printk(LOG_INFO, "why: %s: %s: %s (%zu): %s\n", thread_current()->name,
			       call, name ? name : "error", error,
			       why->error == result ? why->text : "no reason is noted");
		else
			printk(LOG_INFO, "why: %s: there is no call %u\n", thread_current()->name,
			       frame->err);
	}
	why->error = 0;
	return result;
}
