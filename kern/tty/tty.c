// tty.c: terminals as files (POSIX, chapter 11, "General Terminal Interface").
#include "tty/tty.h"

#include "fs/uio.h"
#include "thread/thread.h"
#include "thread/timer.h"
#include "tty/tty_line.h"
#include "vm/uaccess.h"
#include <abi/signal.h>

#define CHUNK 256 // bytes copied at once between a program and its terminal

// The settings of a new terminal: those of Linux (tty_std_termios), so that programs behave
// alike; but the erase key knows UTF-8. The control characters are written as numbers: 3 is ^C, 28 ^\, 21 ^U, 4 ^D.
static const struct termios usual_settings = {
	.c_iflag = ICRNL | IXON | IUTF8,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = { [VINTR] = 3,
	          [VQUIT] = 28,
	          [VERASE] = 127,
	          [VKILL] = 21,
	          [VEOF] = 4,
	          [VMIN] = 1,
	          [VSTART] = 17,
	          [VSTOP] = 19,
	          [VSUSP] = 26,
	          [VREPRINT] = 18,
	          [VDISCARD] = 15,
	          [VWERASE] = 23,
	          [VLNEXT] = 22 },
};

void tty_init(struct tty *tty)
{
	spin_init(&tty->lock, tty->name, RANK_TTY);
	tty->termios = usual_settings;
	tty->winsize = (struct winsize){ 0 }; // unknown
	waitq_init(&tty->read_wait);
	waitq_init(&tty->write_wait);
	waitq_init(&tty->poll_wait);
	async_set_init(&tty->async);
	tty_add(tty);
}

// The lock is released while a signal is sent: signal_group takes locks of lower rank.
size_t tty_input(struct tty *tty, const uint8_t *bytes, size_t n)
{
	size_t taken = 0;

	assert_only_spinlock(NULL);
	spin_lock(&tty->lock);
	while (taken < n && tty_has_room(tty)) {
		int signo = tty_type(tty, bytes[taken++]);
		pid_t group = tty->foreground_ended ? 0 : tty->foreground;

		if (signo && group && tty_hooks) {
			spin_unlock(&tty->lock);
			// The third of the four function pointers between ^C and its handler
			// (dev/serial.c: receive): proc/group_signals.c: signal_send_group.
			tty_hooks->signal_group(group, signo);
			spin_lock(&tty->lock);
		}
	}
	// Stays set until tty_resume_input: bytes of one device may wait while another one types.
	tty->refused |= taken < n;
	spin_unlock(&tty->lock);
	return taken;
}

void tty_output_room(struct tty *tty)
{
	spin_lock(&tty->lock);
	tty->full = false;
	waitq_wake_all(&tty->write_wait);
	waitq_wake_polls(&tty->poll_wait, POLLOUT | POLLWRNORM);
	async_wake_room(&tty->async);
	spin_unlock(&tty->lock);
}

void tty_end_input(struct tty *tty)
{
	spin_lock(&tty->lock);
	tty->ended = true;
	waitq_wake_all(&tty->read_wait);
	waitq_wake_all(&tty->poll_wait);
	spin_unlock(&tty->lock);
}

// --- Reading ---

// Wait until a read that has `done` bytes can continue: for a line, or, without ICANON, as VMIN
// and VTIME say (termios(3), "Canonical and noncanonical mode"). Returns 1: continue; 0: the
// read ends; -EAGAIN; -EIO; -ERESTARTSYS. Caller: holds the lock.
static int wait_for_input(struct tty *tty, bool nonblocking, size_t done)
{
	uint64_t deadline = NO_DEADLINE;
	bool canonical = tty->termios.c_lflag & ICANON;
	cc_t least = tty->termios.c_cc[VMIN], time = tty->termios.c_cc[VTIME];
	int error;

	assert_only_spinlock(&tty->lock);
	if (tty_available(tty))
		return 1;
	if (done && (canonical || done >= least))
		return 0;
	if (nonblocking)
		return done ? 0 : -EAGAIN;
	if (!canonical && !least && !time)
		return 0;
	// If VMIN is set, VTIME counts from the first byte on; if not, from the start of the read.
	if (!canonical && time && (done || !least))
		deadline = clock_ns() + time * (NS_PER_SECOND / 10);
	while (!tty_available(tty)) {
		if (tty->ended)
			return tty->hung_up ? -EIO : 0;
		error = waitq_sleep(&tty->read_wait, &tty->lock, WAIT_INTERRUPTIBLE, deadline);
		if (error == -ETIMEDOUT)
			return 0;
		if (error)
			return done ? 0 : -ERESTARTSYS;
	}
	return 1;
}

// Take the next bytes of input into bytes[n]. *over: the read ends with them. Returns how many
// bytes, or -errno.
static ssize_t take_chunk(struct tty *tty, bool nonblocking, char *bytes, size_t n, size_t done,
                          bool *over)
{
	size_t taken = 0;
	int go;

	spin_lock(&tty->lock);
	go = wait_for_input(tty, nonblocking, done);
	*over = go <= 0;
	if (go > 0)
		taken = tty_take(tty, bytes, n, over);
	// Input that is left is for another reader, who may have missed the only wakeup.
	if (tty_available(tty) && !waitq_empty(&tty->read_wait))
		waitq_wake_one(&tty->read_wait);
	spin_unlock(&tty->lock);
	return go < 0 ? go : (ssize_t)taken;
}

void tty_resume_input(struct tty *tty)
{
	bool due;

	assert_no_lock();
	spin_lock(&tty->lock);
	due = tty->refused && tty_has_room(tty);
	if (due)
		tty->refused = false;
	spin_unlock(&tty->lock);
	if (due && tty->resume)
		tty->resume(tty);
}

// The bytes are collected in the kernel's memory first, since no user memory may be touched
// under the lock. Bytes that the device could not deliver for lack of room are requested at the
// end.
static ssize_t tty_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct tty *tty = file->private;
	char bytes[CHUNK];
	bool over = !uio->left;
	size_t done = 0;
	ssize_t n = tty_check_foreground(tty, SIGTTIN);

	(void)pos;
	while (!over && n >= 0) {
		n = take_chunk(tty, file->flags & O_NONBLOCK, bytes, MIN(uio->left, sizeof(bytes)),
		               done, &over);
		if (n > 0 && uio_copyout(uio, bytes, (size_t)n) < (size_t)n)
			n = -EFAULT;
		if (n > 0)
			done += (size_t)n;
		over |= !uio->left;
	}
	tty_resume_input(tty);
	return done ? (ssize_t)done : n;
}

// --- Writing ---

static uint32_t waiting_for_room; // writes that wait for the room of a device; atomic

bool tty_output_waiting(void)
{
	return waiting_for_room;
}

// Wait until a write may go on: output was stopped (^S), the device was full, or another write was
// under way. Returns 0, -EAGAIN, -EIO or -ERESTARTSYS. Caller: holds the lock.
static int wait_to_write(struct tty *tty, bool nonblocking)
{
	uint32_t waits = tty->full && !tty->stopped && !tty->waits_for_program;
	int error;

	assert_only_spinlock(&tty->lock);
	if (tty->hung_up)
		return -EIO;
	if (nonblocking)
		return -EAGAIN;
	__atomic_add_fetch(&waiting_for_room, waits, __ATOMIC_RELAXED);
	error = waitq_sleep(&tty->write_wait, &tty->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	__atomic_sub_fetch(&waiting_for_room, waits, __ATOMIC_RELAXED);
	return error ? -ERESTARTSYS : 0;
}

// Show bytes[n] without another write's bytes in between. Adds to *done how many were shown. Returns
// 0, -EAGAIN, -EIO or -ERESTARTSYS.
static int show_chunk(struct tty *tty, bool nonblocking, const char *bytes, size_t n, size_t *done)
{
	size_t shown = 0, some;
	int error = 0;

	spin_lock(&tty->lock);
	while (tty->writing && !error)
		error = wait_to_write(tty, nonblocking);
	if (!error) {
		tty->writing = true;
		while (shown < n && !error) {
			some = tty->stopped || tty->hung_up ?
			               0 :
			               tty_show_some(tty, bytes + shown, n - shown);
			shown += some;
			if (!some)
				error = wait_to_write(tty, nonblocking);
		}
		tty->writing = false;
		waitq_wake_all(&tty->write_wait);
	}
	spin_unlock(&tty->lock);
	*done += shown;
	return error;
}

// A write has ended early, and files want signals.
static void want_room(struct tty *tty)
{
	spin_lock(&tty->lock);
	tty->async.room_wanted = true;
	spin_unlock(&tty->lock);
}

// TOSTOP is checked once, at the start, as in Linux. An error counts only if nothing was
// written.
static ssize_t tty_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct tty *tty = file->private;
	char bytes[CHUNK];
	size_t done = 0;
	bool stops;
	int error = 0;

	(void)pos;
	spin_lock(&tty->lock);
	stops = tty->termios.c_lflag & TOSTOP;
	spin_unlock(&tty->lock);
	if (stops)
		error = tty_check_foreground(tty, SIGTTOU);
	while (uio->left && !error) {
		size_t wanted = MIN(uio->left, sizeof(bytes));
		size_t n = uio_copyin(uio, bytes, wanted);

		if (n)
			error = show_chunk(tty, file->flags & O_NONBLOCK, bytes, n, &done);
		if (n < wanted && !error)
			error = -EFAULT;
		else if (!error && thread_yield_point())
			error = -ERESTARTSYS;
	}
	if (unlikely(error && !list_empty(&tty->async.files)))
		want_room(tty);
	return done ? (ssize_t)done : error;
}

// The end of input is readable: a read returns 0 at once.
static unsigned int tty_poll(struct file *file, struct poll_table *table)
{
	struct tty *tty = file->private;
	unsigned int events = 0;

	poll_wait(table, &tty->poll_wait);
	spin_lock(&tty->lock);
	if (tty_readable(tty) || tty->ended)
		events |= POLLIN | POLLRDNORM;
	if (tty->ended)
		events |= POLLHUP;
	if (!tty->stopped && !tty->full)
		events |= POLLOUT | POLLWRNORM;
	spin_unlock(&tty->lock);
	return events;
}

struct async_set *tty_async(struct file *file)
{
	struct tty *tty = file->private;

	return &tty->async;
}

const struct file_ops tty_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = tty_read,
	.write = tty_write,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
	.async = tty_async,
};
