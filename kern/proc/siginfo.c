// siginfo.c: the description of a signal in the form that programs get.
#include "proc/signal_frame.h"
#include "proc/signal_queue.h"

bool signal_is_of_file(int signo, const struct signal_info *info)
{
	return info->code == SI_SIGIO || (info->code >= POLL_IN && info->code <= POLL_HUP &&
	                                  !(signal_bit(signo) & SIGNALS_WITH_CODES));
}

// Which fields are valid depends on the origin: a file, a sender, a fault, or a child.
void signal_fill_siginfo(siginfo_t *user, int signo, const struct signal_info *info)
{
	memset(user, 0, sizeof(*user));
	user->si_signo = signo;
	user->si_code = info->code;
	if (signal_is_of_file(signo, info)) {
		user->fields.poll.band = (long)info->band;
		user->fields.poll.fd = info->fd;
	} else if (info->code <= 0 || info->code == SI_KERNEL) {
		user->fields.sender.pid = info->pid;
		user->fields.sender.uid = info->uid;
		if (info->code < 0)
			user->fields.sender.value.sival_ptr = (void *)info->value;
	} else if (FAULT_SIGNALS & signal_bit(signo)) {
		user->fields.fault.addr = (void *)info->addr;
	} else { // a child has ended, whichever signal reports it
		user->fields.child.pid = info->pid;
		user->fields.child.uid = info->uid;
		user->fields.child.status = info->status;
	}
}
