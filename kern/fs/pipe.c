// pipe.c: pipes, and moving bytes through them. Bytes are copied between the program's memory and a
// slot under the pipe's spinlock, where no page fault can be handled. If the copy meets a page that
// is not present, the lock is released, the rest of the piece's pages faulted in, and the whole piece
// copied again: a piece goes in or out whole or not at all.
//
// The first piece of a read or a write has a fast path. It is the whole transfer for most
// programs; take_rest and put_rest handle everything else, and do not slow it down.
#include "fs/pipe.h"

#include "debug/notice.h"
#include "fs/pipe_internal.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/yield.h"

// For a function of the fast path with two callers, one of them the slow path. Without it the
// compiler would keep one copy and call it.
#define ALWAYS_INLINE inline __attribute__((always_inline))

void (*sigpipe_hook)(void);

// Wake polls for `events`, and for room in a pipe that was full.
static __noinline void wake_polls(struct pipe *pipe, uint32_t events)
{
	events |= pipe->room_made ? POLLOUT | POLLWRNORM : 0;
	pipe->room_made = false;
	waitq_wake_polls(&pipe->poll_wait, events);
	if (waitq_empty(&pipe->poll_wait))
		pipe->waiting &= ~PIPE_POLLED;
}

// Let files with O_ASYNC signal a write or a read. As on Linux, also one that has moved no byte.
static __noinline void signal_owners(struct pipe *pipe, uint32_t events)
{
	if (events & POLLIN)
		async_post(&pipe->async, POLL_IN, ASYNC_READERS);
	if (events & PIPE_READ)
		async_post(&pipe->async, POLL_OUT, ASYNC_WRITERS);
}

// One reader and one writer are enough, because a thread that leaves bytes or room calls this function
// again. No set of files hears of a read that made no room.
void pipe_wake(struct pipe *pipe, uint32_t events)
{
	if (!pipe_empty(pipe) && !waitq_empty(&pipe->read_wait))
		waitq_wake_one(&pipe->read_wait);
	if (!pipe_full(pipe) && !waitq_empty(&pipe->write_wait))
		waitq_wake_one(&pipe->write_wait);
	if (unlikely(pipe->waiting & PIPE_POLLED))
		wake_polls(pipe, events & ~PIPE_READ);
	if (unlikely(pipe->waiting & PIPE_ASYNC))
		signal_owners(pipe, events);
}

// Sleep on `wq` until woken. Others are woken first, as pipe_wake with `events`: this thread may have
// moved bytes before it had to wait. Returns 0; -ERESTARTSYS if a signal waits. Caller: holds the lock,
// which is held again on return.
static ALWAYS_INLINE int wait_on(struct pipe *pipe, struct waitq *wq, uint32_t events)
{
	int error;

	assert_only_spinlock(&pipe->lock);
	pipe_wake_waiting(pipe, events);
	pipe->waiting++;
	notice(NOTICE_WAIT);
	error = waitq_sleep(wq, &pipe->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	pipe->waiting--;
	return error ? -ERESTARTSYS : 0;
}

int pipe_wait(struct pipe *pipe, struct waitq *wq)
{
	return wait_on(pipe, wq, 0);
}

#define PIECE_COST 300 // instructions for a piece, besides copying its bytes

// Count a piece of `n` bytes, which is not the last of its transfer, and yield if it is time, with the
// lock released meanwhile. Returns 0, or -EINTR if the thread must die. Caller: holds the lock.
static int yield_between(struct pipe *pipe, ssize_t n)
{
	int error;

	assert_only_spinlock(&pipe->lock);
	if (n <= 0 || !yield_due((uint32_t)n / 2 + PIECE_COST))
		return 0;
	spin_unlock(&pipe->lock);
	error = thread_yield_point_killable();
	spin_lock(&pipe->lock);
	return error;
}

// The copy of a piece of `n` bytes stopped after `copied` bytes: handle the faults there and beyond,
// with the lock released. Returns 0: try again; -EFAULT; or -EINTR if the thread must die. Everything
// about the pipe may have changed meanwhile.
static int fault_in(struct pipe *pipe, const struct uio *uio, size_t copied, size_t n, bool write)
{
	int error;

	spin_unlock(&pipe->lock);
	error = uio_fault_in(uio, copied, n, write);
	spin_lock(&pipe->lock);
	return error;
}

// Move the next piece out of the oldest slot. Returns its length; 0: try again; -EAGAIN if the
// pipe is empty; -EFAULT; -EINTR. Caller: holds the lock.
static ALWAYS_INLINE ssize_t take_piece(struct pipe *pipe, struct uio *uio)
{
	struct pipe_slot *slot = pipe->oldest;
	size_t n = MIN((size_t)(slot->end - slot->start), uio->left);
	size_t copied;

	assert_spin_held(&pipe->lock);
	if (unlikely(pipe_empty(pipe)))
		return -EAGAIN;
	copied = uio_copyout_nofault(uio, slot->page + slot->start, n);
	if (unlikely(copied < n))
		return fault_in(pipe, uio, copied, n, true);
	uio_advance(uio, n);
	slot->start += (uint16_t)n;
	if (slot->start == slot->end)
		pipe_drop_oldest(pipe);
	return (ssize_t)n;
}

// Complete a read whose first piece returned `n`: continue until all is read or the pipe is
// empty. Only the first byte is waited for (POSIX: read). No bytes and no writers is the end of
// the file: 0. Caller: holds the lock.
static ssize_t take_rest(struct pipe *pipe, struct uio *uio, bool nonblocking, ssize_t n)
{
	ssize_t total = 0;

	assert_spin_held(&pipe->lock);
	for (;;) {
		if (n >= 0)
			total += n;
		else if (n == -EAGAIN && !total && !pipe->writers)
			break;
		else if (n == -EAGAIN && !total && !nonblocking)
			n = wait_on(pipe, &pipe->read_wait, PIPE_READ);
		if (n < 0 || !uio->left)
			return total ? total : n;
		n = yield_between(pipe, n);
		if (!n)
			n = take_piece(pipe, uio);
	}
	return 0;
}

ssize_t pipe_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->private;
	ssize_t all = (ssize_t)uio->left, n;

	(void)pos;
	if (!all)
		return 0;
	spin_lock(&pipe->lock);
	n = take_piece(pipe, uio);
	if (unlikely(n != all))
		n = take_rest(pipe, uio, file->flags & O_NONBLOCK, n);
	pipe_wake_waiting(pipe, PIPE_READ);
	spin_unlock(&pipe->lock);
	return n;
}

// Choose a slot for the next piece of a write of `left` bytes, and store the piece's length in
// *n. The part of the write that fills no page is appended to the newest slot if there is room;
// everything else gets a slot of its own. Returns NULL if all slots are taken.
static inline struct pipe_slot *choose_slot(struct pipe *pipe, size_t left, size_t *n)
{
	size_t odd = left % PAGE_SIZE;

	if (!pipe_empty(pipe) && odd) {
		struct pipe_slot *newest = pipe_slot_after(pipe, pipe->used - 1);

		*n = odd;
		if (newest->end + odd <= PAGE_SIZE)
			return newest;
	}
	if (pipe_full(pipe))
		return NULL;
	*n = MIN(left, PAGE_SIZE);
	return pipe_slot_after(pipe, pipe->used);
}

// Move the next piece of a write into the pipe. Returns its length; 0: try again; -EPIPE if
// there are no readers; -EAGAIN if the pipe is full; -ENOMEM; -EFAULT; -EINTR. Caller: holds the lock.
static ALWAYS_INLINE ssize_t put_piece(struct pipe *pipe, struct uio *uio)
{
	size_t n, copied;
	struct pipe_slot *slot;

	assert_spin_held(&pipe->lock);
	if (unlikely(!pipe->readers))
		return -EPIPE;
	slot = choose_slot(pipe, uio->left, &n);
	if (unlikely(!slot))
		return -EAGAIN;
	if (unlikely(!slot->page)) {
		slot->page = kmalloc_lasting(PAGE_SIZE);
		if (!slot->page)
			return -ENOMEM;
	}
	copied = uio_copyin_nofault(uio, slot->page + slot->end, n);
	if (unlikely(copied < n))
		return fault_in(pipe, uio, copied, n, false);
	uio_advance(uio, n);
	if (slot->end == 0)
		pipe->used++;
	slot->end += (uint16_t)n;
	return (ssize_t)n;
}

// Complete a write whose first piece returned `n`. Unlike a read, a write waits until everything
// is written, unless it is nonblocking. `file`: as in put. Caller: holds the lock.
static ssize_t put_rest(struct pipe *pipe, struct uio *uio, const struct file *file, ssize_t n)
{
	ssize_t total = 0;

	assert_spin_held(&pipe->lock);
	for (;;) {
		if (n >= 0)
			total += n;
		else if (n == -EAGAIN && file && !(file->flags & O_NONBLOCK))
			n = wait_on(pipe, &pipe->write_wait, PIPE_WRITTEN);
		if (n < 0 || !uio->left)
			return total ? total : n;
		n = file ? yield_between(pipe, n) : 0;
		if (!n)
			n = put_piece(pipe, uio);
	}
}

// Write everything that `uio` has. `file` NULL: by the kernel, without sleeping.
static ALWAYS_INLINE ssize_t put(struct pipe *pipe, struct uio *uio, const struct file *file)
{
	ssize_t all = (ssize_t)uio->left, n;

	if (!all)
		return 0;
	spin_lock(&pipe->lock);
	n = put_piece(pipe, uio);
	if (unlikely(n != all))
		n = put_rest(pipe, uio, file, n);
	pipe_wake_waiting(pipe, PIPE_WRITTEN);
	spin_unlock(&pipe->lock);
	return n;
}

ssize_t pipe_feed(struct pipe *pipe, struct uio *uio)
{
	return put(pipe, uio, NULL);
}

static ssize_t pipe_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct pipe *pipe = file->private;
	ssize_t all = (ssize_t)uio->left, n = put(pipe, uio, file);

	(void)pos;
	// The last reader may go during the write: SIGPIPE is sent even if bytes got through.
	if (unlikely(n != all) && !pipe->readers && sigpipe_hook)
		sigpipe_hook();
	return n;
}

unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = file->private;
	unsigned int events = 0;

	spin_lock(&pipe->lock);
	if (poll_waits(table)) {
		pipe->room_made &= (pipe->waiting & PIPE_POLLED) != 0; // else for nobody
		pipe->waiting |= PIPE_POLLED;
	}
	poll_wait(table, &pipe->poll_wait);
	if (file_readable(file)) {
		if (!pipe_empty(pipe))
			events |= POLLIN | POLLRDNORM;
		// POLLHUP means that writers have gone. A FIFO that no writer has opened since this
		// end was opened (pipe_open stored the count) has not been hung up.
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

struct async_set *pipe_async(struct file *file)
{
	struct pipe *pipe = file->private;

	spin_lock(&pipe->lock);
	pipe->waiting |= PIPE_ASYNC;
	spin_unlock(&pipe->lock);
	return &pipe->async;
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.async = pipe_async,
	.held_bytes = pipe_held_bytes,
	.release = pipe_release,
};
