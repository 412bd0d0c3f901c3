// signalfd.c: signals as a file.
#include "proc/signalfd.h"

#include "fs/anonymous_file.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/signalfd.h>
#include <stdio.h>

#define TAKE_COST 500   // about how many instructions it takes to take a signal and return it
#define LOOK_COST 10u   // and to look at a file of a process
#define FILES_MAX 4000u // such files in the machine: one signal may wake all of them

// Guards which process a file is watched for, and the number of files.
static struct spinlock signalfd_lock = SPINLOCK_INIT("signalfd", RANK_ACTIONS);

static uint32_t file_count; // [signalfd_lock]

// A set of files watches such a file for one process: the first whose thread asked. So it is on Linux.
// [-] a single value, stored without a lock
struct signalfd {
	sigmask_t set;                // [-] read and stored by threads that use the file
	struct waitq wait;            // sets of files
	struct signal_state *signals; // [signalfd_lock] of the process; NULL: of none
	struct list link;             // [signalfd_lock] in signals->fds
};

void signalfd_notify(struct signal_state *signals)
{
	struct signalfd *signalfd;

	spin_lock(&signalfd_lock);
	list_for_each(signalfd, &signals->fds, link)
		waitq_wake_all(&signalfd->wait);
	spin_unlock(&signalfd_lock);
}

void signalfd_process_ended(struct signal_state *signals)
{
	spin_lock(&signalfd_lock);
	while (!list_empty(&signals->fds)) {
		struct signalfd *signalfd = list_first(&signals->fds, struct signalfd, link);

		list_remove(&signalfd->link);
		signalfd->signals = NULL;
	}
	spin_unlock(&signalfd_lock);
}

// Returns how many watches the files of a process have. Caller: holds signalfd_lock.
static uint32_t watches_of(const struct signal_state *signals)
{
	const struct signalfd *signalfd;
	uint32_t watches = 0;

	assert_spin_held(&signalfd_lock);
	list_for_each(signalfd, &signals->fds, link) {
		watches += signalfd->wait.watches;
		(void)yield_due(LOOK_COST);
	}
	return watches;
}

// Put the watch of a set of files on the queue of the file, which is watched from now on for the process
// of `signals`, unless it is watched for one already. A signal wakes the watches of all files of a
// process at once; so together they are at most WATCHES_MAX. One more is put on no queue (poll_wait).
static void watch_for(struct signalfd *signalfd, struct signal_state *signals,
                      struct poll_table *table)
{
	bool bound, has_home = table->watch->home;
	uint32_t more;

	spin_lock(&signalfd_lock);
	bound = signalfd->signals;
	more = (bound ? 0 : signalfd->wait.watches) + !has_home;
	if (!more || watches_of(bound ? signalfd->signals : signals) + more <= WATCHES_MAX) {
		if (!bound) {
			signalfd->signals = signals;
			list_add_tail(&signals->fds, &signalfd->link);
		}
		poll_wait(table, &signalfd->wait);
	}
	spin_unlock(&signalfd_lock);
}

// Convert a description to the form of this file. The sender's fields, those of timers and those of
// children and faults are all apart here.
static void fill(struct signalfd_siginfo *user, int signo, const struct signal_info *info)
{
	*user = (struct signalfd_siginfo){ .ssi_signo = (uint32_t)signo, .ssi_code = info->code };
	if (signal_is_of_file(signo, info)) {
		user->ssi_band = info->band;
		user->ssi_fd = info->fd;
		return;
	}
	if (info->code == SI_TIMER) {
		user->ssi_tid = (uint32_t)info->pid;
		user->ssi_overrun = info->uid;
	} else if (info->code <= 0 || info->code == SI_KERNEL) {
		user->ssi_pid = (uint32_t)info->pid;
		user->ssi_uid = info->uid;
	} else if (FAULT_SIGNALS & signal_bit(signo)) {
		user->ssi_addr = info->addr;
	} else {
		user->ssi_pid = (uint32_t)info->pid;
		user->ssi_status = info->status;
	}
	if (info->code < 0) {
		user->ssi_int = (int32_t)info->value;
		user->ssi_ptr = info->value;
	}
}

// Take the next signal of the set, and sleep until there is one. Returns it with its description;
// -EAGAIN without `wait`; -ERESTARTSYS.
static int take(const struct signalfd *signalfd, bool wait, struct signal_info *info)
{
	struct signal_state *signals = &process_current()->signals;
	int signo;

	for (;;) {
		int error = 0;

		signo = signal_take_from(signalfd->set, info);
		if (signo)
			return signo;
		if (!wait)
			return -EAGAIN;
		spin_lock(&signals->lock);
		if (!(signal_pending() & signalfd->set))
			error = waitq_sleep(&signals->fd_wait, &signals->lock, WAIT_INTERRUPTIBLE,
			                    NO_DEADLINE);
		spin_unlock(&signals->lock);
		if (error)
			return -ERESTARTSYS;
	}
}

// Return as many signals as there are and as fit; sleep until there is one.
static ssize_t signalfd_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct signalfd *signalfd = file->private;
	struct signalfd_siginfo user;
	struct signal_info info;
	ssize_t done = 0;

	(void)pos;
	if (uio->left < sizeof(user))
		return -EINVAL;
	while (uio->left >= sizeof(user)) {
		int signo = take(signalfd, !done && !(file->flags & O_NONBLOCK), &info);

		if (signo < 0)
			return done ? done : signo;
		fill(&user, signo, &info);
		if (uio_put(uio, &user, sizeof(user)))
			return done ? done : -EFAULT;
		done += (ssize_t)sizeof(user);
		if (yield_after(TAKE_COST))
			break;
	}
	return done;
}

// Readable when a signal of the set is pending for the thread that asks.
static unsigned int signalfd_poll(struct file *file, struct poll_table *table)
{
	struct signalfd *signalfd = file->private;
	struct process *process = process_current();

	if (!process)
		return 0;
	if (table->watch) {
		watch_for(signalfd, &process->signals, table);
	} else {
		poll_wait(table, &process->signals.fd_wait);
	}
	return signal_pending() & signalfd->set ? POLLIN : 0;
}

// Free a signalfd that has been counted.
static void destroy(struct signalfd *signalfd)
{
	spin_lock(&signalfd_lock);
	list_remove(&signalfd->link);
	file_count--;
	spin_unlock(&signalfd_lock);
	kfree(signalfd);
}

static void signalfd_release(struct file *file)
{
	destroy(file->private);
}

static void signalfd_describe(struct file *file, struct text_writer *writer)
{
	const struct signalfd *signalfd = file->private;
	char text[32];

	snprintf(text, sizeof(text), "sigmask:\t%016llx\n", signalfd->set);
	writer->write(writer, text);
}

static const struct file_ops signalfd_ops = {
	.kind = "[signalfd]",
	.read = signalfd_read,
	.lseek = anonymous_file_lseek,
	.poll = signalfd_poll,
	.describe = signalfd_describe,
	.release = signalfd_release,
};

bool file_is_signalfd(const struct file *file)
{
	return file->ops == &signalfd_ops;
}

// Returns false if there are too many such files; otherwise counts one more.
static bool count_file(void)
{
	bool room;

	spin_lock(&signalfd_lock);
	room = file_count < FILES_MAX;
	if (room)
		file_count++;
	spin_unlock(&signalfd_lock);
	return room;
}

int signalfd_create(sigmask_t set, uint32_t flags, struct file **store)
{
	struct signalfd *signalfd = kmalloc(sizeof(*signalfd));
	int error;

	if (!signalfd)
		return -ENOMEM;
	if (!count_file()) {
		kfree(signalfd);
		return WHY(-ENFILE, "%u signalfds are open", FILES_MAX);
	}
	signalfd->set = set & ~UNBLOCKABLE_SIGNALS;
	waitq_init(&signalfd->wait);
	signalfd->signals = NULL;
	list_init(&signalfd->link);
	error = anonymous_file_create(O_RDWR | flags, &signalfd_ops, signalfd, store);
	if (error)
		destroy(signalfd);
	return error;
}

void signalfd_set(struct file *file, sigmask_t set)
{
	struct signalfd *signalfd = file->private;
	struct signal_state *signals = &process_current()->signals;

	spin_lock(&signals->lock);
	signalfd->set = set & ~UNBLOCKABLE_SIGNALS;
	waitq_wake_all(&signals->fd_wait);
	waitq_wake_all(&signalfd->wait);
	spin_unlock(&signals->lock);
}
