// tty_job_control.c: which session a terminal belongs to, and which group of processes may use it (POSIX, 11.1.2 to
// 11.1.4): others that read from it, in the background, get SIGTTIN.
#include "thread/thread.h"
#include "tty/tty_line.h"
#include <abi/signal.h>

const struct tty_hooks *tty_hooks;

static struct list ttys = LIST_INIT(ttys); // only grows, at boot

void tty_add(struct tty *tty)
{
	list_add_tail(&ttys, &tty->link);
}

void tty_set_session(struct tty *tty, pid_t session)
{
	spin_lock(&tty->lock);
	tty->session = tty->foreground = session;
	tty->foreground_ended = false;
	spin_unlock(&tty->lock);
}

void tty_session_ended(pid_t session)
{
	struct tty *tty;

	list_for_each(tty, &ttys, link)
		(void)tty_leave_session(tty, session);
}

// The number stays, since a process of another group must not read; programs see it too, as on Linux.
void tty_group_ended(pid_t group)
{
	struct tty *tty;

	list_for_each(tty, &ttys, link) {
		spin_lock(&tty->lock);
		tty->foreground_ended |= tty->foreground == group;
		spin_unlock(&tty->lock);
	}
}

bool tty_leave_session(struct tty *tty, pid_t session)
{
	bool left;

	spin_lock(&tty->lock);
	left = tty->session == session;
	if (left)
		tty->session = tty->foreground = 0;
	spin_unlock(&tty->lock);
	return left;
}

struct tty_control tty_control_of(struct tty *tty)
{
	struct tty_control control;

	spin_lock(&tty->lock);
	control = (struct tty_control){ tty->session, tty->foreground, tty->foreground_ended };
	spin_unlock(&tty->lock);
	return control;
}

struct tty *tty_controlling(void)
{
	pid_t session = tty_hooks ? tty_hooks->caller().session : 0;
	struct tty *tty;

	list_for_each(tty, &ttys, link)
		if (session && tty_control_of(tty).session == session)
			return tty;
	return NULL;
}

bool tty_of_session(pid_t session, dev_t *device, pid_t *foreground)
{
	struct tty *tty;

	list_for_each(tty, &ttys, link) {
		struct tty_control control = tty_control_of(tty);

		if (!session || control.session != session)
			continue;
		*device = tty->device;
		*foreground = control.foreground;
		return true;
	}
	return false;
}

// The order is that of Linux's __tty_check_change. A process that ignores SIGTTOU may write, but
// one that ignores SIGTTIN must not read: two groups would compete for the input.
int tty_check_foreground(struct tty *tty, int signo)
{
	struct tty_control control = tty_control_of(tty);
	struct tty_caller caller;
	bool reading = signo == SIGTTIN;

	assert_no_lock();
	if (!tty_hooks || !control.foreground)
		return 0;
	caller = tty_hooks->caller();
	if (caller.session != control.session ||
	    (caller.group == control.foreground && !control.foreground_ended))
		return 0;
	if (tty_hooks->ignores(signo))
		return reading ? -EIO : 0;
	if (tty_hooks->orphaned())
		return -EIO;
	tty_hooks->kill_group(caller.group, signo);
	return -ERESTARTSYS;
}
