// tty_ioctl.c: the ioctl requests of terminals: settings, and control of sessions
// (ioctl_tty(2)). A request that changes the terminal checks first that the caller's group is in
// the foreground, as Linux does.
#include "tty/tty_line.h"

#include "fs/uio.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/signal.h>

#define TIOCOUTQ 0x5411

// TCXONC
#define TCOOFF 0
#define TCOON 1
#define TCION 3

// TCGETS. The settings are copied under the lock, and then to the program without it.
static int get_settings(struct tty *tty, void __user *arg)
{
	struct termios termios;

	spin_lock(&tty->lock);
	termios = tty->termios;
	spin_unlock(&tty->lock);
	return copyout(aspace_current(), arg, &termios, sizeof(termios));
}

// Returns true if ^S and ^Q stop and start output, and no other characters do.
static bool has_usual_flow(const struct termios *termios)
{
	return (termios->c_iflag & IXON) && termios->c_cc[VSTOP] == 'S' - '@' &&
	       termios->c_cc[VSTART] == 'Q' - '@';
}

// Report what the settings `termios`, which replace the present ones, change for a program that edits lines.
// Caller: holds tty->lock.
static void report_settings(struct tty *tty, const struct termios *termios)
{
	bool flow = has_usual_flow(termios);
	uint8_t changes = 0;

	assert_spin_held(&tty->lock);
	if (flow != has_usual_flow(&tty->termios))
		changes = flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
	if ((termios->c_lflag | tty->termios.c_lflag) & EXTPROC)
		changes |= TIOCPKT_IOCTL;
	if (changes)
		tty_report(tty, changes);
}

// TCSETS, TCSETSW (after output has drained: it always has) and TCSETSF (`flush`: also discard
// input).
static int set_settings(struct tty *tty, const void __user *arg, bool flush)
{
	struct termios termios;
	bool was_canonical;
	int error = tty_check_foreground(tty, SIGTTOU);

	if (error)
		return error;
	if (copyin(aspace_current(), &termios, arg, sizeof(termios)))
		return -EFAULT;
	spin_lock(&tty->lock);
	if (flush) {
		tty_flush_input(tty);
		tty_report(tty, TIOCPKT_FLUSHREAD);
	}
	report_settings(tty, &termios);
	was_canonical = tty_canonical(tty);
	tty->termios = termios;
	if (was_canonical != tty_canonical(tty))
		tty_switch_canonical(tty, !was_canonical);
	if (!(termios.c_iflag & IXON) && tty->stopped)
		tty_set_stopped(tty, false);
	// A reader may have waited under other rules, such as VMIN or ICANON.
	waitq_wake_all(&tty->read_wait);
	waitq_wake_all(&tty->poll_wait);
	spin_unlock(&tty->lock);
	tty_resume_input(tty);
	return 0;
}

// TIOCGWINSZ.
static int get_window(struct tty *tty, void __user *arg)
{
	struct winsize winsize;

	spin_lock(&tty->lock);
	winsize = tty->winsize;
	spin_unlock(&tty->lock);
	return copyout(aspace_current(), arg, &winsize, sizeof(winsize));
}

void tty_set_window(struct tty *tty, const struct winsize *winsize)
{
	pid_t group = 0;

	assert_not_held(&tty->lock);
	spin_lock(&tty->lock);
	if (memcmp(winsize, &tty->winsize, sizeof(*winsize)) != 0 && !tty->foreground_ended)
		group = tty->foreground;
	tty->winsize = *winsize;
	spin_unlock(&tty->lock);
	if (group && tty_hooks)
		tty_hooks->signal_group(group, SIGWINCH);
}

// TIOCSWINSZ.
static int set_window(struct tty *tty, const void __user *arg)
{
	struct winsize winsize;

	if (copyin(aspace_current(), &winsize, arg, sizeof(winsize)))
		return -EFAULT;
	tty_set_window(tty, &winsize);
	return 0;
}

// TCFLSH. There is no output to flush: it is shown at once.
static int flush(struct tty *tty, uint32_t which)
{
	int error = tty_check_foreground(tty, SIGTTOU);

	if (error)
		return error;
	if (which > TCIOFLUSH)
		return -EINVAL;
	spin_lock(&tty->lock);
	if (which != TCOFLUSH)
		tty_flush_input(tty);
	tty_report(tty, which == TCIFLUSH ? TIOCPKT_FLUSHREAD :
	                which == TCOFLUSH ? TIOCPKT_FLUSHWRITE :
	                                    TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
	spin_unlock(&tty->lock);
	tty_resume_input(tty);
	return 0;
}

// TCXONC: TCOOFF and TCOON stop and start output. TCIOFF and TCION would send ^S and ^Q to a
// device that understands them; here they do nothing.
static int stop_or_start(struct tty *tty, uint32_t action)
{
	int error = tty_check_foreground(tty, SIGTTOU);

	if (error)
		return error;
	if (action > TCION)
		return -EINVAL;
	spin_lock(&tty->lock);
	if (action <= TCOON)
		tty_set_stopped(tty, action == TCOOFF);
	spin_unlock(&tty->lock);
	return 0;
}

// Returns the current process's place in job control, all zeroes as long as there are no
// processes.
static struct tty_caller caller_of(void)
{
	return tty_hooks ? tty_hooks->caller() : (struct tty_caller){ 0, 0, 0 };
}

// TIOCGPGRP and TIOCGSID. Only processes of the terminal's session may ask: ENOTTY for others.
// `number` is read under the lock.
static int get_number(struct tty *tty, const pid_t *number, void __user *arg)
{
	pid_t session = caller_of().session, value;

	spin_lock(&tty->lock);
	value = session && session == tty->session ? *number : -1;
	spin_unlock(&tty->lock);
	if (value < 0)
		return -ENOTTY;
	return put_user(aspace_current(), (pid_t __user *)arg, value);
}

// TIOCSPGRP: the group must exist, and belong to the caller's session. The order of checks is
// that of Linux's tiocspgrp.
static int set_foreground(struct tty *tty, const void __user *arg)
{
	struct tty_caller caller = caller_of();
	pid_t group, session;
	int error = tty_check_foreground(tty, SIGTTOU);

	if (error)
		return error;
	if (!caller.session || caller.session != tty_control_of(tty).session)
		return -ENOTTY;
	if (get_user(aspace_current(), &group, (const pid_t __user *)arg))
		return -EFAULT;
	if (group < 0)
		return -EINVAL;
	session = tty_hooks->group_session(group);
	if (!session)
		return -ESRCH;
	if (session != caller.session)
		return -EPERM;
	spin_lock(&tty->lock);
	tty->foreground = group;
	tty->foreground_ended = false;
	spin_unlock(&tty->lock);
	if (!tty_hooks->group_session(group)) // it has ended meanwhile
		tty_group_ended(group);
	return 0;
}

// TIOCSCTTY: make this the controlling terminal of the caller's session. Only a leader without a
// terminal may. The terminal must be free: with `steal` 1, CAP_SYS_ADMIN takes it from another
// session. Without CAP_SYS_ADMIN the descriptor must be open for reading. It is no error if the
// leader has the terminal already. The order of checks is that of Linux's tiocsctty.
static int set_controlling(struct tty *tty, const struct file *file, uint32_t steal)
{
	struct tty_caller caller = caller_of();
	bool leader = caller.pid && caller.pid == caller.session;
	bool admin = capable(CAP_SYS_ADMIN);
	int error = 0;

	if (leader && tty_control_of(tty).session == caller.session)
		return 0;
	if (!leader || tty_has_controlling())
		return WHY(-EPERM, "only a session's leader without a terminal may take one");
	if (!file_readable(file) && !admin)
		return WHY(-EPERM, "the descriptor is not open for reading");
	spin_lock(&tty->lock);
	if (tty->session && !(steal == 1 && admin))
		error = WHY(-EPERM, "session %d has the terminal", tty->session);
	if (!error) {
		tty->session = tty->foreground = caller.session;
		tty->foreground_ended = false;
	}
	spin_unlock(&tty->lock);
	return error;
}

// TIOCNOTTY. If the session's leader gives the terminal up, the whole session loses it, and the
// foreground group gets SIGHUP and SIGCONT, so that stopped processes see SIGHUP, too. Another
// process would, on Linux, give up the terminal for itself alone; here nothing changes.
static int give_up_controlling(struct tty *tty)
{
	struct tty_caller caller = caller_of();
	struct tty_control control = tty_control_of(tty);

	if (!caller.session || control.session != caller.session)
		return -ENOTTY;
	if (caller.pid != caller.session)
		return 0;
	if (tty_leave_session(tty, caller.session) && control.foreground &&
	    !control.foreground_ended) {
		tty_hooks->kill_group(control.foreground, SIGHUP);
		tty_hooks->kill_group(control.foreground, SIGCONT);
	}
	return 0;
}

// FIONREAD (`input`) and TIOCOUTQ. Output never waits: 0.
static int get_count(struct tty *tty, bool input, void __user *arg)
{
	int count = 0;

	spin_lock(&tty->lock);
	if (input)
		count = (int)tty_available(tty);
	spin_unlock(&tty->lock);
	return put_user(aspace_current(), (int __user *)arg, count);
}

// Requests without a pointer have their number in `arg`.
int tty_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct tty *tty = file->private;
	uint32_t number = (uint32_t)(__force uintptr_t)arg;

	switch (request) {
	case TCGETS:
		return get_settings(tty, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_settings(tty, arg, request == TCSETSF);
	case TCSBRK:
		return tty_check_foreground(tty, SIGTTOU);
	case TCXONC:
		return stop_or_start(tty, number);
	case TCFLSH:
		return flush(tty, number);
	case TIOCGWINSZ:
		return get_window(tty, arg);
	case TIOCSWINSZ:
		return set_window(tty, arg);
	case TIOCGPGRP:
		return get_number(tty, &tty->foreground, arg);
	case TIOCGSID:
		return get_number(tty, &tty->session, arg);
	case TIOCSPGRP:
		return set_foreground(tty, arg);
	case TIOCSCTTY:
		return set_controlling(tty, file, number);
	case TIOCNOTTY:
		return give_up_controlling(tty);
	case FIONREAD:
		return get_count(tty, true, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		tty->exclusive = request == TIOCEXCL;
		return 0;
	case TIOCGEXCL:
		return put_user(aspace_current(), (int __user *)arg, tty->exclusive);
	case TIOCOUTQ:
		return get_count(tty, false, arg);
	default:
		return -ENOTTY;
	}
}
