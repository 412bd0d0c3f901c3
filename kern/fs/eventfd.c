// eventfd.c: a counter as a file.
#include "fs/eventfd.h"

#include "fs/anonymous_file.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include <stdio.h>

// [l] lock   [c] constant
struct eventfd {
	struct spinlock lock;
	uint64_t count;    // [l] at most UINT64_MAX - 1
	bool semaphore;    // [c]
	uint32_t id;       // [c] for /proc/PID/fdinfo
	struct waitq wait; // readers, writers and polls
};

// Wait until the counter is not 0. Returns 0; -EAGAIN if the file does not wait; -ERESTARTSYS.
// Caller: holds the lock.
static int wait_for_count(const struct file *file, struct eventfd *eventfd)
{
	assert_only_spinlock(&eventfd->lock);
	while (!eventfd->count) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (waitq_sleep(&eventfd->wait, &eventfd->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE))
			return -ERESTARTSYS;
	}
	return 0;
}

// The value is taken before it is copied: a bad address loses it, as on Linux.
static ssize_t eventfd_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct eventfd *eventfd = file->private;
	uint64_t value;
	int error;

	(void)pos;
	if (uio->left < sizeof(value))
		return -EINVAL;
	spin_lock(&eventfd->lock);
	error = wait_for_count(file, eventfd);
	if (!error) {
		value = eventfd->semaphore ? 1 : eventfd->count;
		eventfd->count -= value;
		waitq_wake_polls(&eventfd->wait, POLLOUT);
	}
	spin_unlock(&eventfd->lock);
	if (error)
		return error;
	return uio_put(uio, &value, sizeof(value)) ?: (ssize_t)sizeof(value);
}

// Add the value that is the current range of `uio`. One that does not fit waits for a read; the greatest of
// all is refused. Returns 0, -EINVAL, -EFAULT, -EAGAIN or -ERESTARTSYS.
static int add_value(const struct file *file, struct eventfd *eventfd, struct uio *uio)
{
	uint64_t value;
	int error = 0;

	if (uio->len != sizeof(value))
		return -EINVAL;
	if (uio_copyin(uio, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	spin_lock(&eventfd->lock);
	while (!error && value > UINT64_MAX - 1 - eventfd->count) {
		if (file->flags & O_NONBLOCK)
			error = -EAGAIN;
		else if (waitq_sleep(&eventfd->wait, &eventfd->lock, WAIT_INTERRUPTIBLE,
		                     NO_DEADLINE))
			error = -ERESTARTSYS;
	}
	if (!error) {
		eventfd->count += value;
		if (value)
			waitq_wake_polls(&eventfd->wait, POLLIN);
	}
	spin_unlock(&eventfd->lock);
	return error;
}

// As on Linux, each range of a vector is a write of its own, of one value.
static ssize_t eventfd_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	ssize_t done = 0;
	int error;

	(void)pos;
	do {
		error = add_value(file, file->private, uio);
		if (!error)
			done += (ssize_t)sizeof(uint64_t);
	} while (!error && uio->left && !yield_after(UIO_RANGE_COST));
	return done ? done : error;
}

// A reader waits for a value, a writer for room; both are woken by the one queue.
static unsigned int eventfd_poll(struct file *file, struct poll_table *table)
{
	struct eventfd *eventfd = file->private;
	unsigned int events = 0;

	poll_wait(table, &eventfd->wait);
	spin_lock(&eventfd->lock);
	if (eventfd->count)
		events |= POLLIN;
	if (eventfd->count < UINT64_MAX - 1)
		events |= POLLOUT;
	spin_unlock(&eventfd->lock);
	return events;
}

// The number differs from that of every other eventfd.
static void eventfd_describe(struct file *file, struct text_writer *writer)
{
	struct eventfd *eventfd = file->private;
	uint64_t count;
	char text[96];

	spin_lock(&eventfd->lock);
	count = eventfd->count;
	spin_unlock(&eventfd->lock);
	snprintf(text, sizeof(text),
	         "eventfd-count: %16llx\neventfd-id: %u\neventfd-semaphore: %d\n", count,
	         eventfd->id, eventfd->semaphore);
	writer->write(writer, text);
}

static void eventfd_release(struct file *file)
{
	kfree(file->private);
}

static const struct file_ops eventfd_ops = {
	.kind = "[eventfd]",
	.read = eventfd_read,
	.write = eventfd_write,
	.lseek = anonymous_file_lseek,
	.poll = eventfd_poll,
	.describe = eventfd_describe,
	.release = eventfd_release,
};

int eventfd_create(uint32_t count, bool semaphore, uint32_t flags, struct file **store)
{
	static uint32_t next_id; // changed atomically
	struct eventfd *eventfd = kmalloc(sizeof(*eventfd));
	int error;

	assert_only_spinlock(NULL);
	if (!eventfd)
		return -ENOMEM;
	spin_init(&eventfd->lock, "eventfd", RANK_PIPE);
	eventfd->count = count;
	eventfd->semaphore = semaphore;
	eventfd->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	waitq_init(&eventfd->wait);
	error = anonymous_file_create(O_RDWR | flags, &eventfd_ops, eventfd, store);
	if (error)
		kfree(eventfd);
	return error;
}
