// pty_master.c: the master of a pseudoterminal as a file: it reads what the slave shows, and types what
// is written.
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "tty/pty.h"
#include "tty/tty_line.h"
#include <abi/signal.h>

#define CHUNK 256u       // bytes copied at once between a program and the terminal
#define TYPED_AT_ONCE 4u // bytes typed under the lock: each may show a whole line anew
#define TYPED_COST 20000 // about how many instructions that takes

// Returns true if all open files of the slave have been closed. Caller: holds the lock.
static bool slave_gone(const struct pty *pty)
{
	assert_spin_held(&pty->tty.lock);
	return pty->was_open && !pty->slaves;
}

// Returns true if the first read has something to return: bytes, or changes in packet mode. Caller: holds the
// lock.
static bool has_news(const struct pty *pty)
{
	assert_spin_held(&pty->tty.lock);
	return pty->head != pty->tail || (pty->packet && pty->changes);
}

// Store the first byte of a read in packet mode in *bytes: what has changed, after which no bytes follow, or
// TIOCPKT_DATA. Returns true if bytes follow. Caller: holds the lock.
static bool take_changes(struct pty *pty, char *bytes)
{
	bool data = !pty->changes;

	assert_spin_held(&pty->tty.lock);
	*bytes = (char)pty->changes;
	pty->changes = 0;
	return data;
}

// Take up to `n` > 0 bytes that the slave has shown; with `waits`, sleep until there is something. `first`: the
// read has none yet, and in packet mode begins with a byte of its own. Returns how many, with *over set if the
// read ends with them; 0 in packet mode if there are changes, and `first` is not set; -EIO if there are none and
// the slave is closed; -EAGAIN; -ERESTARTSYS.
static ssize_t take_shown(struct pty *pty, char *bytes, size_t n, bool first, bool waits, bool *over)
{
	ssize_t done = 0;

	spin_lock(&pty->tty.lock);
	while (!has_news(pty) && !done) {
		if (slave_gone(pty))
			done = -EIO;
		else if (!waits)
			done = -EAGAIN;
		else if (waitq_sleep(&pty->read_wait, &pty->tty.lock, WAIT_INTERRUPTIBLE,
		                     NO_DEADLINE))
			done = -ERESTARTSYS;
	}
	*over = done < 0 || (pty->packet && pty->changes);
	if (!done && first && pty->packet)
		*over = !take_changes(pty, &bytes[done++]);
	for (; !*over && (size_t)done < n && pty->head != pty->tail; done++)
		bytes[done] = pty->out[pty->tail++ % PTY_RING];
	if (has_news(pty)) // for another reader, who may have missed the only wakeup
		waitq_wake_one(&pty->read_wait);
	spin_unlock(&pty->tty.lock);
	if (done > 0)
		tty_output_room(&pty->tty);
	return done;
}

// Read what there is; only the first byte is waited for.
static ssize_t master_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pty *pty = file->private;
	char bytes[CHUNK];
	size_t done = 0;
	bool over = false;
	ssize_t n = 0;

	(void)pos;
	while (uio->left && !over) {
		n = take_shown(pty, bytes, MIN(uio->left, sizeof(bytes)), !done,
		               !done && !(file->flags & O_NONBLOCK), &over);
		if (n > 0 && uio_copyout(uio, bytes, (size_t)n) < (size_t)n)
			n = -EFAULT;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	return done ? (ssize_t)done : n;
}

// Sleep until the slave's input has room again. Returns 0, -EAGAIN or -ERESTARTSYS.
static int wait_for_room(struct pty *pty, bool nonblocking)
{
	int error = 0;

	spin_lock(&pty->tty.lock);
	while (!error && !tty_has_room(&pty->tty)) {
		pty->tty.refused = true; // the next read of the slave wakes who waits
		pty->async.room_wanted = !list_empty(&pty->async.files);
		if (nonblocking)
			error = -EAGAIN;
		else if (waitq_sleep(&pty->write_wait, &pty->tty.lock, WAIT_INTERRUPTIBLE,
		                     NO_DEADLINE))
			error = -ERESTARTSYS;
	}
	spin_unlock(&pty->tty.lock);
	return error;
}

// Type bytes[n], and add to *done how many were typed. Returns 0; -EAGAIN; -ERESTARTSYS.
static int type(struct pty *pty, const char *bytes, size_t n, bool nonblocking, size_t *done)
{
	size_t typed = 0;
	int error = 0;

	while (typed < n && !error) {
		size_t some = MIN(n - typed, TYPED_AT_ONCE);
		size_t taken = tty_input(&pty->tty, (const uint8_t *)bytes + typed, some);

		typed += taken;
		if (taken < some)
			error = wait_for_room(pty, nonblocking);
		else if (yield_due(TYPED_COST) && thread_yield_point())
			error = -ERESTARTSYS;
	}
	*done += typed;
	return error;
}

// Type all that is written.
static ssize_t master_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pty *pty = file->private;
	char bytes[CHUNK];
	size_t done = 0;
	int error = 0;

	(void)pos;
	while (uio->left && !error) {
		size_t wanted = MIN(uio->left, sizeof(bytes));
		size_t n = uio_copyin(uio, bytes, wanted);

		error = type(pty, bytes, n, file->flags & O_NONBLOCK, &done);
		if (n < wanted && !error)
			error = -EFAULT;
	}
	return done ? (ssize_t)done : error;
}

// The end is readable when the slave has shown bytes, and hung up while nobody has the slave open.
static unsigned int master_poll(struct file *file, struct poll_table *table)
{
	struct pty *pty = file->private;
	unsigned int events = 0;

	poll_wait(table, &pty->poll_wait);
	spin_lock(&pty->tty.lock);
	if (pty->head != pty->tail)
		events |= POLLIN | POLLRDNORM;
	if (pty->packet && pty->changes)
		events |= POLLPRI | POLLIN | POLLRDNORM;
	if (slave_gone(pty))
		events |= POLLHUP;
	if (tty_has_room(&pty->tty))
		events |= POLLOUT | POLLWRNORM;
	else
		pty->tty.refused = true; // the next read of the slave wakes polls
	spin_unlock(&pty->tty.lock);
	return events;
}

static size_t master_held_bytes(const struct file *file)
{
	return kmalloc_footprint(sizeof(struct pty)) + sizeof(*file);
}

// TIOCGPTLCK, TIOCGPKT, TIOCGEXCL, TIOCGPGRP, TIOCGSID and FIONREAD: a number that may change. The
// master may ask whose the terminal is, although it is not the caller's own.
static int get_number(struct pty *pty, unsigned int request, int __user *arg)
{
	int value;

	spin_lock(&pty->tty.lock);
	switch (request) {
	case TIOCGPTLCK:
		value = pty->locked;
		break;
	case TIOCGPKT:
		value = pty->packet;
		break;
	case TIOCGEXCL:
		value = pty->exclusive;
		break;
	case TIOCGPGRP:
		value = pty->tty.foreground;
		break;
	case TIOCGSID:
		value = pty->tty.session ? pty->tty.session : -1;
		break;
	default:
		value = (int)(pty->head - pty->tail);
	}
	spin_unlock(&pty->tty.lock);
	return value < 0 ? -ENOTTY : put_user(aspace_current(), arg, value);
}

// TIOCSPTLCK.
static int set_locked(struct pty *pty, const int __user *arg)
{
	int locked;

	if (get_user(aspace_current(), &locked, arg))
		return -EFAULT;
	spin_lock(&pty->tty.lock);
	pty->locked = locked != 0;
	spin_unlock(&pty->tty.lock);
	return 0;
}

// TIOCPKT: what changed before does not count.
static int set_packet(struct pty *pty, const int __user *arg)
{
	int on;

	if (get_user(aspace_current(), &on, arg))
		return -EFAULT;
	spin_lock(&pty->tty.lock);
	if (on && !pty->packet)
		pty->changes = 0;
	pty->packet = on != 0;
	spin_unlock(&pty->tty.lock);
	return 0;
}

// TIOCSIG: what a key would send.
static int send_signal(struct pty *pty, uint32_t signo)
{
	struct tty_control control = tty_control_of(&pty->tty);

	if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
		return WHY(-EINVAL, "no key sends signal %u", signo);
	if (control.foreground && !control.foreground_ended)
		tty_hooks->kill_group(control.foreground, (int)signo);
	return 0;
}

// TCFLSH: the input of the master is the output of the slave.
static int flush(struct pty *pty, uint32_t which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	spin_lock(&pty->tty.lock);
	if (which != TCOFLUSH)
		pty->tail = pty->head;
	if (which != TCIFLUSH)
		tty_flush_input(&pty->tty);
	spin_unlock(&pty->tty.lock);
	tty_output_room(&pty->tty);
	tty_resume_input(&pty->tty);
	return 0;
}

// What the master has for itself; settings and the size of the window are those of the slave.
static int master_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct pty *pty = file->private;
	uint32_t number = (uint32_t)(__force uintptr_t)arg;

	switch (request) {
	case TIOCGPTN:
		return put_user(aspace_current(), (uint32_t __user *)arg, pty->number);
	case TIOCSPTLCK:
		return set_locked(pty, arg);
	case TIOCGPTPEER:
		return pty_open_peer(pty, number);
	case TIOCSIG:
		return send_signal(pty, number);
	case TIOCPKT:
		return set_packet(pty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		pty->exclusive = request == TIOCEXCL;
		return 0;
	case TIOCGPTLCK:
	case TIOCGPKT:
	case TIOCGEXCL:
	case TIOCGPGRP:
	case TIOCGSID:
	case FIONREAD:
		return get_number(pty, request, arg);
	case TCFLSH:
		return flush(pty, number);
	case TIOCNOTTY:
		return -ENOTTY;
	case TCXONC:
		return number <= 3 ? 0 : -EINVAL;
	default:
		return tty_ioctl(file, request, arg);
	}
}

static struct async_set *master_async(struct file *file)
{
	struct pty *pty = file->private;

	return &pty->async;
}

bool tty_foreground_of(const struct file *file, pid_t *foreground)
{
	struct tty_control control;

	if (file->ops->async == master_async) {
		*foreground = 0;
		return true;
	}
	if (file->ops->async != tty_async)
		return false;
	control = tty_control_of(file->private);
	*foreground = control.foreground_ended ? 0 : control.foreground;
	return true;
}

const struct file_ops pty_master_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = master_read,
	.write = master_write,
	.ioctl = master_ioctl,
	.poll = master_poll,
	.async = master_async,
	.held_bytes = master_held_bytes,
	.release = pty_master_release,
};
