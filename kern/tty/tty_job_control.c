// tty_job_control.c: which session a terminal belongs to, and which group of processes may use it (POSIX, 11.1.2 to
// 11.1.4): others that read from it, in the background, get SIGTTIN.
#include "thread/credentials.h"
#include "thread/thread.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "tty/tty_line.h"
#include <abi/signal.h>

#define LOOK_COST 20u    // instructions, roughly, to look at a terminal
#define LIST_COST 30000u // instructions, roughly, of a walk over the longest list of terminals

const struct tty_hooks *tty_hooks;

static struct spinlock list_lock = SPINLOCK_INIT("terminals", RANK_TTY_LIST);
static struct list ttys = LIST_INIT(ttys); // [list_lock]

void tty_add(struct tty *tty)
{
	spin_lock(&list_lock);
	list_add_tail(&ttys, &tty->link);
	spin_unlock(&list_lock);
}

void tty_remove(struct tty *tty)
{
	spin_lock(&list_lock);
	list_remove(&tty->link);
	spin_unlock(&list_lock);
}

void tty_set_session(struct tty *tty, pid_t session)
{
	spin_lock(&tty->lock);
	tty->session = tty->foreground = session;
	tty->foreground_ended = false;
	spin_unlock(&tty->lock);
}

// Returns the foreground group that must hear of the end of the session's leader, or 0. A session has
// one terminal at most, and one that was hung up.
static pid_t leave_one(pid_t session, bool *found, bool *hung_up)
{
	struct tty *tty;
	pid_t group = 0;

	*found = false;
	spin_lock(&list_lock);
	list_for_each(tty, &ttys, link) {
		struct tty_control control = tty_control_of(tty);

		*found = tty_leave_session(tty, session);
		if (!*found)
			continue;
		*hung_up = tty->hung_up;
		if (tty->waits_for_program && !control.foreground_ended)
			group = control.foreground;
		break;
	}
	spin_unlock(&list_lock);
	return group;
}

void tty_session_ended(pid_t session)
{
	bool found = true, hung_up;

	assert_no_lock();
	while (found) {
		pid_t group = leave_one(session, &found, &hung_up);

		(void)yield_after(LIST_COST);
		if (!group || !tty_hooks)
			continue;
		tty_hooks->kill_group(group, SIGHUP);
		if (hung_up)
			tty_hooks->kill_group(group, SIGCONT);
	}
}

// The number stays, since a process of another group must not read; programs see it too, as on Linux.
void tty_group_ended(pid_t group)
{
	struct tty *tty;

	spin_lock(&list_lock);
	list_for_each(tty, &ttys, link) {
		spin_lock(&tty->lock);
		tty->foreground_ended |= tty->foreground == group;
		spin_unlock(&tty->lock);
		(void)yield_due(LOOK_COST);
	}
	spin_unlock(&list_lock);
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

// Returns the terminal of a session, or NULL. One that was hung up is nobody's, although it keeps the
// session's number until the leader ends. Caller: holds list_lock.
static struct tty *tty_of(pid_t session)
{
	struct tty *tty;

	assert_spin_held(&list_lock);
	list_for_each(tty, &ttys, link)
		if (session && !tty->hung_up && tty_control_of(tty).session == session)
			return tty;
	return NULL;
}

bool tty_has_controlling(void)
{
	pid_t session = tty_hooks ? tty_hooks->caller().session : 0;
	bool has;

	spin_lock(&list_lock);
	has = tty_of(session) != NULL;
	spin_unlock(&list_lock);
	return has;
}

int tty_check_exclusive(const struct tty *tty)
{
	if (!tty->exclusive || capable(CAP_SYS_ADMIN))
		return 0;
	return WHY(-EBUSY, "the terminal is open for one program only (TIOCEXCL)");
}

int tty_open_controlling(struct file *file)
{
	pid_t session = tty_hooks ? tty_hooks->caller().session : 0;
	struct tty *tty;
	int error = -ENXIO;

	spin_lock(&list_lock);
	tty = tty_of(session);
	if (tty) {
		file->private = tty;
		error = tty->open ? tty->open(tty, file) : tty_check_exclusive(tty);
	}
	spin_unlock(&list_lock);
	return error;
}

void tty_opened_by_leader(struct tty *tty, const struct file *file)
{
	struct tty_caller caller = tty_hooks ? tty_hooks->caller() : (struct tty_caller){ 0, 0, 0 };

	if ((file->flags & O_NOCTTY) || !file_readable(file) || !caller.pid ||
	    caller.pid != caller.session || tty_has_controlling())
		return;
	spin_lock(&tty->lock);
	if (!tty->session) {
		tty->session = tty->foreground = caller.session;
		tty->foreground_ended = false;
	}
	spin_unlock(&tty->lock);
}

bool tty_of_session(pid_t session, dev_t *device, pid_t *foreground)
{
	struct tty *tty;

	spin_lock(&list_lock);
	tty = tty_of(session);
	if (tty) {
		*device = tty->device;
		*foreground = tty_control_of(tty).foreground;
	}
	spin_unlock(&list_lock);
	return tty != NULL;
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
