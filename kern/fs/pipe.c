// pipe.c: bytes through a pipe. A copy between the program and a slot runs under the pipe's
// spinlock. Where it meets a page of the program's that is not there, the lock is dropped, the page
// brought in, and the piece begun again: a piece goes in or out whole or not at all.
#include "fs/pipe.h"

#include "fs/inode.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include <abi/ioctl.h>

void (*sigpipe_hook)(void);

static inline bool pipe_empty(const struct pipe *pipe)
{
	return pipe->head == pipe->tail;
}

static inline bool pipe_full(const struct pipe *pipe)
{
	return pipe->head - pipe->tail == PIPE_SLOTS;
}

static inline struct pipe_slot *slot_at(struct pipe *pipe, uint32_t number)
{
	return &pipe->slots[number % PIPE_SLOTS];
}

// The oldest slot is empty: keep its page for the next write, or give it back.
static void drop_slot(struct pipe *pipe)
{
	struct pipe_slot *slot = slot_at(pipe, pipe->tail++);

	if (pipe->spare)
		kfree(slot->page);
	else
		pipe->spare = slot->page;
}

// Forget what is in the pipe.
static void pipe_clear(struct pipe *pipe)
{
	while (!pipe_empty(pipe))
		drop_slot(pipe);
	kfree(pipe->spare);
	pipe->spare = NULL;
}

void pipe_destroy(struct pipe *pipe)
{
	if (!pipe)
		return;
	pipe_clear(pipe);
	kfree(pipe);
}

// The pipe has become readable or writable: wake one of those who wait on `wq` for that, and
// whoever polls.
static inline void pipe_wake(struct pipe *pipe, struct waitq *wq)
{
	if (!waitq_empty(wq))
		waitq_wake_one(wq);
	if (unlikely(!waitq_empty(&pipe->poll_wait)))
		waitq_wake_all(&pipe->poll_wait);
}

// A copy stopped after `copied` bytes: bring the page there in, without the lock. 0: try again; or
// -EFAULT.
static int fault_in(struct pipe *pipe, const struct uio *uio, size_t copied, bool write)
{
	int error;

	spin_unlock(&pipe->lock);
	error = uio_fault_in(uio, copied, write);
	spin_lock(&pipe->lock);
	return error;
}

// Sleep until woken. 0 or -ERESTARTSYS.
static int wait_on(struct pipe *pipe, struct waitq *wq)
{
	return waitq_sleep(wq, &pipe->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE) ? -ERESTARTSYS : 0;
}

// Move the next piece out of the oldest slot. Returns its length; 0: try again; or -EFAULT. Caller:
// the pipe is not empty.
static ssize_t take_piece(struct pipe *pipe, struct uio *uio)
{
	struct pipe_slot *slot = slot_at(pipe, pipe->tail);
	size_t n = MIN(slot->length, uio->left);
	size_t copied = uio_copyout_nofault(uio, slot->page + slot->start, n);

	if (unlikely(copied < n))
		return fault_in(pipe, uio, copied, true);
	uio_advance(uio, n);
	slot->start += n;
	slot->length -= n;
	if (slot->length == 0)
		drop_slot(pipe);
	return (ssize_t)n;
}

static ssize_t pipe_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->private;
	ssize_t total = 0;
	ssize_t n = 0;

	(void)pos;
	spin_lock(&pipe->lock);
	while (uio->left) {
		if (!pipe_empty(pipe))
			n = take_piece(pipe, uio);
		else if (total || !pipe->writers)
			break;
		else if (file->flags & O_NONBLOCK)
			n = -EAGAIN;
		else
			n = wait_on(pipe, &pipe->read_wait);
		if (n < 0)
			break;
		total += n;
	}
	if (total && !pipe_full(pipe))
		pipe_wake(pipe, &pipe->write_wait);
	if (!pipe_empty(pipe) && !waitq_empty(&pipe->read_wait))
		waitq_wake_one(&pipe->read_wait); // what is left is the next reader's
	spin_unlock(&pipe->lock);
	return total ? total : n;
}

// Copy the next `n` bytes of a write behind those of `slot`. As take_piece.
static ssize_t fill_slot(struct pipe *pipe, struct pipe_slot *slot, struct uio *uio, size_t n)
{
	size_t copied = uio_copyin_nofault(uio, slot->page + slot->start + slot->length, n);

	if (unlikely(copied < n))
		return fault_in(pipe, uio, copied, false);
	uio_advance(uio, n);
	slot->length += n;
	return (ssize_t)n;
}

// Put the next piece of a write into a slot of its own. As take_piece; also -ENOMEM. Caller: the
// pipe is not full.
static ssize_t put_piece(struct pipe *pipe, struct uio *uio)
{
	struct pipe_slot *slot = slot_at(pipe, pipe->head);
	ssize_t n;

	if (!pipe->spare) {
		pipe->spare = kmalloc(PAGE_SIZE);
		if (!pipe->spare)
			return -ENOMEM;
	}
	*slot = (struct pipe_slot){ .page = pipe->spare };
	n = fill_slot(pipe, slot, uio, MIN(uio->left, PAGE_SIZE));
	if (n > 0) {
		pipe->spare = NULL;
		pipe->head++;
	}
	return n;
}

// The newest slot, if `n` bytes fit behind those it has; or NULL.
static struct pipe_slot *slot_with_room(struct pipe *pipe, size_t n)
{
	struct pipe_slot *newest = slot_at(pipe, pipe->head - 1);

	if (pipe_empty(pipe) || n == 0 || newest->start + newest->length + n > PAGE_SIZE)
		return NULL;
	return newest;
}

static int wait_for_room(struct pipe *pipe)
{
	pipe_wake(pipe, &pipe->read_wait);
	return wait_on(pipe, &pipe->write_wait);
}

ssize_t pipe_put(struct pipe *pipe, struct uio *uio, bool nonblocking)
{
	ssize_t total = 0;
	ssize_t n = 0;

	spin_lock(&pipe->lock);
	while (uio->left) {
		// What is more than full pages goes first, where there is room for it.
		size_t odd = uio->left % PAGE_SIZE;
		struct pipe_slot *newest = slot_with_room(pipe, odd);

		if (unlikely(!pipe->readers))
			n = -EPIPE;
		else if (newest)
			n = fill_slot(pipe, newest, uio, odd);
		else if (!pipe_full(pipe))
			n = put_piece(pipe, uio);
		else if (nonblocking)
			n = -EAGAIN;
		else
			n = wait_for_room(pipe);
		if (n < 0)
			break;
		total += n;
	}
	if (total)
		pipe_wake(pipe, &pipe->read_wait);
	if (!pipe_full(pipe) && !waitq_empty(&pipe->write_wait))
		waitq_wake_one(&pipe->write_wait); // the room that is left is the next writer's
	spin_unlock(&pipe->lock);
	return total ? total : n;
}

static ssize_t pipe_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	ssize_t n = pipe_put(file->private, uio, file->flags & O_NONBLOCK);

	(void)pos;
	// Readers may have gone in the middle: that is told even though some bytes went through.
	if (unlikely(uio->left) && !((struct pipe *)file->private)->readers && sigpipe_hook)
		sigpipe_hook();
	return n;
}

static unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = file->private;
	unsigned int events = 0;

	poll_wait(table, &pipe->poll_wait);
	spin_lock(&pipe->lock);
	if (file_readable(file)) {
		if (!pipe_empty(pipe))
			events |= POLLIN | POLLRDNORM;
		// A FIFO that no writer has opened since this end was opened has not been hung up.
		if (!pipe->writers && pipe->writer_opens != (uint32_t)file->position)
			events |= POLLHUP;
	}
	if (file_writable(file)) {
		if (!pipe_full(pipe))
			events |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			events |= POLLERR;
	}
	spin_unlock(&pipe->lock);
	return events;
}

static int pipe_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct pipe *pipe = file->private;
	int bytes = 0;

	if (request != FIONREAD)
		return -ENOTTY;
	spin_lock(&pipe->lock);
	for (uint32_t i = pipe->tail; i != pipe->head; i++)
		bytes += slot_at(pipe, i)->length;
	spin_unlock(&pipe->lock);
	return copyout(aspace_current(), arg, &bytes, sizeof(bytes));
}

// An end is closed.
static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->private;

	spin_lock(&pipe->lock);
	if (file_readable(file))
		pipe->readers--;
	if (file_writable(file))
		pipe->writers--;
	if (!pipe->readers && !pipe->writers)
		pipe_clear(pipe);
	if (!pipe->readers || !pipe->writers) {
		waitq_wake_all(&pipe->read_wait);
		waitq_wake_all(&pipe->write_wait);
		waitq_wake_all(&pipe->poll_wait);
	}
	spin_unlock(&pipe->lock);
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.release = pipe_release,
};
