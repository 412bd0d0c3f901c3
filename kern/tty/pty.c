// pty.c: how pseudoterminals come and go: their numbers, their names in /dev/pts, opening and closing
// both ends.
#include "tty/pty.h"

#include "fs/device.h"
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/name_changes.h"
#include "fs/permission.h"
#include "mem/heap.h"
#include "thread/thread.h"
#include "thread/why.h"
#include "tty/tty_line.h"
#include <abi/signal.h>
#include <stdio.h>

#define SLAVE_MAJOR 136 // Linux's number ("Linux allocated devices")

static struct spinlock numbers_lock = SPINLOCK_INIT("ptys", RANK_PTY);
static struct pty *ptys[PTYS]; // [numbers_lock] by number
static uint32_t count;         // [numbers_lock] how many there are

uint32_t pty_count(void)
{
	return count;
}

// --- The slave ---

// The operations of a slave's open file: those of any terminal, until it has been hung up. Then reads
// find the end, and all else fails, as on Linux.
static ssize_t slave_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct tty *tty = file->private;

	return tty->hung_up ? 0 : tty_ops.read(file, uio, pos);
}

static ssize_t slave_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct tty *tty = file->private;

	return tty->hung_up ? -EIO : tty_ops.write(file, uio, pos);
}

static int slave_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct tty *tty = file->private;

	if (tty->hung_up)
		return request == TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ops.ioctl(file, request, arg);
}

static unsigned int slave_poll(struct file *file, struct poll_table *table)
{
	struct tty *tty = file->private;
	unsigned int events = tty_ops.poll(file, table);

	if (tty->hung_up)
		events = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	return events;
}

// Drop a reference on a pseudoterminal. The last one frees it, and its number.
static void pty_put(struct pty *pty)
{
	uint32_t left;

	spin_lock(&pty->tty.lock);
	left = --pty->refs;
	spin_unlock(&pty->tty.lock);
	if (left)
		return;
	spin_lock(&numbers_lock);
	ptys[pty->number] = NULL;
	count--;
	spin_unlock(&numbers_lock);
	tty_remove(&pty->tty);
	kfree(pty);
}

// Close an open file of the slave. The master learns of the last one. The terminal stays the session's, as
// on Linux.
static void slave_release(struct file *file)
{
	struct pty *pty = file->private;

	spin_lock(&pty->tty.lock);
	if (--pty->slaves == 0) {
		waitq_wake_all(&pty->read_wait);
		waitq_wake_all(&pty->poll_wait);
	}
	spin_unlock(&pty->tty.lock);
	pty_put(pty);
}

// The memory of a slave without its master counts for the processes that have it open.
static size_t slave_held_bytes(const struct file *file)
{
	const struct pty *pty = file->private;

	return pty->closed ? kmalloc_footprint(sizeof(*pty)) / MAX(pty->slaves, 1u) : 0;
}

static const struct file_ops slave_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = slave_read,
	.write = slave_write,
	.ioctl = slave_ioctl,
	.poll = slave_poll,
	.async = tty_async,
	.held_bytes = slave_held_bytes,
	.release = slave_release,
};

// Count another open file of the slave (tty.open). Returns 0; -EIO if the slave is locked or the master
// closed; -EBUSY.
static int count_slave(struct tty *tty, struct file *file)
{
	struct pty *pty = (struct pty *)tty;
	int error = 0;

	spin_lock(&tty->lock);
	if (pty->locked || pty->closed)
		error = -EIO;
	else
		error = tty_check_exclusive(tty);
	if (!error) {
		pty->refs++;
		pty->slaves++;
		pty->was_open = true;
		file->ops = &slave_ops;
		file->private = pty;
	}
	spin_unlock(&tty->lock);
	return error;
}

// Complete an open file of /dev/pts/NUMBER. An inode that was made for an earlier terminal with the
// number, or by mknod, leads to none: its permissions are not those of this terminal.
static int open_slave(struct device *device, struct file *file)
{
	uint32_t number = minor(file->inode->rdev) - device->minor_number;
	struct pty *pty;
	int error = -EIO;

	spin_lock(&numbers_lock);
	pty = number < PTYS ? ptys[number] : NULL;
	if (pty && pty->node == file->inode)
		error = count_slave(&pty->tty, file);
	spin_unlock(&numbers_lock);
	if (!error)
		tty_opened_by_leader(&pty->tty, file);
	return error;
}

int pty_open_peer(struct pty *pty, uint32_t flags)
{
	struct fdtable *files = thread_current()->files;
	struct file *file;
	int error, fd = fd_reserve(files, 0);

	assert_no_lock();
	if (fd < 0)
		return fd;
	error = file_create(inode_get(pty->node),
	                    flags & (O_ACCMODE | O_NONBLOCK | O_NOCTTY | O_LARGEFILE), &file);
	if (error) {
		fd_unreserve(files, fd);
		return error;
	}
	file->flags &= ~(uint32_t)O_NOCTTY;
	fd_install(files, fd, file, flags & O_CLOEXEC);
	return fd;
}

// --- The master ---

// The name of the slave.
static void store_path(const struct pty *pty, char path[24])
{
	snprintf(path, 24, "/dev/pts/%u", pty->number);
}

// Give the pseudoterminal the lowest free number. Returns 0; -ENOSPC if there are too many.
static int take_number(struct pty *pty)
{
	uint32_t number = 0;

	spin_lock(&numbers_lock);
	while (number < PTYS && ptys[number])
		number++;
	if (number < PTYS) {
		pty->number = number;
		ptys[number] = pty;
		count++;
	}
	spin_unlock(&numbers_lock);
	return number < PTYS ? 0 : WHY(-ENOSPC, "there are %u pseudoterminals", PTYS);
}

// Make the name of the slave, which belongs to the current user. Returns 0 or -errno.
static int make_node(struct pty *pty)
{
	char path[24];

	pty->tty.device = makedev(SLAVE_MAJOR, pty->number);
	pty->node = inode_create(S_IFCHR | 0620, VOLUME_TREE, NULL);
	if (!pty->node)
		return -ENOMEM;
	pty->node->rdev = pty->tty.device;
	inode_set_first_owner(pty->node, tree_root);
	store_path(pty, path);
	return names_place(path, pty->node);
}

// Store all bytes[n] for the master (tty.output).
static bool store_output(struct tty *tty, const char *bytes, size_t n)
{
	struct pty *pty = (struct pty *)tty;

	assert_spin_held(&tty->lock);
	if (n > PTY_RING - (pty->head - pty->tail))
		return false;
	for (size_t i = 0; i < n; i++)
		pty->out[pty->head++ % PTY_RING] = bytes[i];
	waitq_wake_one(&pty->read_wait);
	waitq_wake_polls(&pty->poll_wait, POLLIN | POLLRDNORM);
	async_wake_once(&pty->async, POLL_IN);
	return true;
}

// Keep what has changed for the master in packet mode (tty.report). Of opposites the last one counts.
static void keep_changes(struct tty *tty, uint8_t changes)
{
	struct pty *pty = (struct pty *)tty;
	uint8_t opposite = 0;

	assert_spin_held(&tty->lock);
	if (!pty->packet)
		return;
	if (changes & (TIOCPKT_STOP | TIOCPKT_START))
		opposite |= TIOCPKT_STOP | TIOCPKT_START;
	if (changes & (TIOCPKT_NOSTOP | TIOCPKT_DOSTOP))
		opposite |= TIOCPKT_NOSTOP | TIOCPKT_DOSTOP;
	pty->changes = (pty->changes & (uint8_t)~opposite) | changes;
	waitq_wake_one(&pty->read_wait);
	waitq_wake_polls(&pty->poll_wait, POLLIN | POLLRDNORM | POLLPRI);
}

// Wake the writers of the master (tty.resume).
static void wake_writers(struct tty *tty)
{
	struct pty *pty = (struct pty *)tty;

	spin_lock(&tty->lock);
	waitq_wake_all(&pty->write_wait);
	waitq_wake_polls(&pty->poll_wait, POLLOUT | POLLWRNORM);
	async_wake_room(&pty->async);
	spin_unlock(&tty->lock);
}

// Returns a pseudoterminal that is on no list yet, or NULL if out of memory.
static struct pty *create(void)
{
	struct pty *pty = kzalloc_lasting(sizeof(*pty));

	if (!pty)
		return NULL;
	pty->tty.name = "pts";
	pty->tty.output = store_output;
	pty->tty.resume = wake_writers;
	pty->tty.open = count_slave;
	pty->tty.report = keep_changes;
	pty->tty.waits_for_program = true;
	pty->locked = true;
	pty->refs = 1;
	waitq_init(&pty->read_wait);
	waitq_init(&pty->write_wait);
	waitq_init(&pty->poll_wait);
	async_set_init(&pty->async);
	return pty;
}

// Complete an open file of /dev/ptmx: a new master, whose slave is locked. The slave's settings are
// Linux's, which differ a little from those of other terminals.
static int open_master(struct device *device, struct file *file)
{
	struct pty *pty = create();
	int error;

	(void)device;
	if (!pty)
		return -ENOMEM;
	tty_init(&pty->tty);
	pty->tty.termios.c_iflag &= ~(tcflag_t)IUTF8;
	pty->tty.termios.c_cflag &= ~(tcflag_t)HUPCL;
	error = take_number(pty);
	if (error) {
		tty_remove(&pty->tty);
		kfree(pty);
		return error;
	}
	error = make_node(pty);
	if (error) {
		if (pty->node)
			inode_put(pty->node);
		pty->closed = true;
		pty_put(pty);
		return error;
	}
	file->private = pty;
	return 0;
}

// The master is closed: let the slave's users find the end, and its session's leader hear of it.
static void hang_up(struct pty *pty)
{
	struct tty *tty = &pty->tty;
	pid_t session;

	spin_lock(&tty->lock);
	session = tty->session;
	pty->closed = true;
	tty->hung_up = tty->ended = true;
	waitq_wake_all(&tty->read_wait);
	waitq_wake_all(&tty->write_wait);
	waitq_wake_all(&tty->poll_wait);
	async_set_end(&tty->async);
	spin_unlock(&tty->lock);
	if (session && tty_hooks) {
		tty_hooks->signal_leader(session, SIGHUP);
		tty_hooks->signal_leader(session, SIGCONT);
	}
}

void pty_master_release(struct file *file)
{
	struct pty *pty = file->private;
	struct inode *node = pty->node;
	char path[24];

	store_path(pty, path);
	spin_lock(&numbers_lock);
	pty->node = NULL; // no inode leads to this terminal any more
	spin_unlock(&numbers_lock);
	names_unplace(path, node);
	inode_put(node);
	hang_up(pty);
	pty_put(pty);
}

static struct device devices[] = {
	{ .name = "ptmx",
	  .major_number = 5,
	  .minor_number = 2,
	  .permissions = 0666,
	  .ops = &pty_master_ops,
	  .open = open_master },
	{ .major_number = SLAVE_MAJOR, .minor_more = PTYS - 1, .open = open_slave },
};

void pty_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		device_register(&devices[i]);
}
