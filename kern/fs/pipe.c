// pipe.c: pipes, and moving bytes through them. Bytes are copied between the program's memory and a
// slot under the pipe's spinlock, where no page fault can be handled. If the copy meets a page that
// is not present, the lock is released, the rest of the piece's pages faulted in, and the whole piece
// copied again: a piece goes in or out whole or not at all.
//
// The first piece of a read or a write has a fast path. It is the whole transfer for most
// programs; take_rest and put_rest handle everything else, and do not slow it down.
#include "fs/pipe.h"

#include "debug/notice.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include <abi/ioctl.h>

// For a function of the fast path with two callers, one of them the slow path. Without it the
// compiler would keep one copy and call it.
#define ALWAYS_INLINE inline __attribute__((always_inline))

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

void pipe_clear(struct pipe *pipe)
{
	for (uint32_t i = 0; i < PIPE_SLOTS; i++) {
		kfree(pipe->slots[i].page);
		pipe->slots[i] = (struct pipe_slot){ 0 };
	}
	pipe->head = pipe->tail = 0;
}

// A pipe may outlive the process that makes it, so it comes from lasting memory.
struct pipe *pipe_create(void)
{
	struct pipe *pipe = kzalloc_lasting(sizeof(*pipe));

	if (!pipe)
		return NULL;
	spin_init(&pipe->lock, "pipe", RANK_PIPE);
	waitq_init(&pipe->read_wait);
	waitq_init(&pipe->write_wait);
	waitq_init(&pipe->poll_wait);
	waitq_init(&pipe->open_wait);
	return pipe;
}

size_t pipe_held_bytes(const struct file *file)
{
	struct pipe *pipe = file->private;
	size_t bytes = sizeof(*pipe);

	spin_lock(&pipe->lock);
	for (uint32_t i = 0; i < PIPE_SLOTS; i++)
		if (pipe->slots[i].page)
			bytes += PAGE_SIZE;
	spin_unlock(&pipe->lock);
	return bytes;
}

void pipe_destroy(struct pipe *pipe)
{
	if (!pipe)
		return;
	pipe_clear(pipe);
	kfree(pipe);
}

int pipe_prepare(struct pipe *pipe)
{
	pipe->slots[0].page = kmalloc(PAGE_SIZE);
	return pipe->slots[0].page ? 0 : -ENOMEM;
}

#define WRITTEN (POLLIN | POLLRDNORM)

// Wake polls for `events`, and for room in a pipe that was full.
static __noinline void wake_polls(struct pipe *pipe, uint32_t events)
{
	events |= pipe->room_made ? POLLOUT | POLLWRNORM : 0;
	pipe->room_made = false;
	waitq_wake_polls(&pipe->poll_wait, events);
	if (waitq_empty(&pipe->poll_wait))
		pipe->waiting &= ~PIPE_POLLED;
}

// The pipe has changed and threads wait: wake one reader and one writer that can continue, and
// polls. One is enough, because a thread that leaves bytes or room calls this function again.
// `events`: WRITTEN after a write, else 0. No set of files hears of a read that made no room.
static void wake_waiting(struct pipe *pipe, uint32_t events)
{
	if (!pipe_empty(pipe) && !waitq_empty(&pipe->read_wait))
		waitq_wake_one(&pipe->read_wait);
	if (!pipe_full(pipe) && !waitq_empty(&pipe->write_wait))
		waitq_wake_one(&pipe->write_wait);
	if (unlikely(pipe->waiting & PIPE_POLLED))
		wake_polls(pipe, events);
}

// Sleep on `wq` until woken. Others are woken first, as wake_waiting with `events`: this thread may have
// moved bytes before it had to wait. Returns 0; -ERESTARTSYS if a signal waits. Caller: holds the lock,
// which is held again on return.
static ALWAYS_INLINE int wait_on(struct pipe *pipe, struct waitq *wq, uint32_t events)
{
	int error;

	assert_only_spinlock(&pipe->lock);
	if (pipe->waiting)
		wake_waiting(pipe, events);
	pipe->waiting++;
	notice(NOTICE_WAIT);
	error = waitq_sleep(wq, &pipe->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	pipe->waiting--;
	return error ? -ERESTARTSYS : 0;
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

// Free the oldest slot, which is used up. A pipe that is now empty keeps the slot and its page
// for the next write: so a program that writes and reads by turns allocates nothing. Else the
// page goes to the next slot to fill, or is freed if that slot has one.
static inline void drop_slot(struct pipe *pipe, struct pipe_slot *slot)
{
	struct pipe_slot *next;

	slot->start = slot->end = 0;
	if (likely(pipe->head - pipe->tail == 1)) {
		pipe->head--; // the pipe is empty: fill the same slot again
		return;
	}
	pipe->tail++;
	next = slot_at(pipe, pipe->head);
	if (next == slot) {
		pipe->room_made = true; // the pipe was full
		return;
	}
	if (next->page)
		kfree(slot->page);
	else
		next->page = slot->page;
	slot->page = NULL;
}

// Move the next piece out of the oldest slot. Returns its length; 0: try again; -EAGAIN if the
// pipe is empty; -EFAULT; -EINTR. Caller: holds the lock.
static ALWAYS_INLINE ssize_t take_piece(struct pipe *pipe, struct uio *uio)
{
	struct pipe_slot *slot = slot_at(pipe, pipe->tail);
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
		drop_slot(pipe, slot);
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
			n = wait_on(pipe, &pipe->read_wait, 0);
		if (n < 0 || !uio->left)
			return total ? total : n;
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
	if (unlikely(pipe->waiting))
		wake_waiting(pipe, 0);
	spin_unlock(&pipe->lock);
	return n;
}

// Choose a slot for the next piece of a write of `left` bytes, and store the piece's length in
// *n. The part of the write that fills no page is appended to the newest slot if there is room;
// everything else gets a slot of its own. Returns NULL if all slots are taken.
static inline struct pipe_slot *choose_slot(struct pipe *pipe, size_t left, size_t *n)
{
	struct pipe_slot *newest = slot_at(pipe, pipe->head - 1);
	size_t odd = left % PAGE_SIZE;

	if (!pipe_empty(pipe) && odd && newest->end + odd <= PAGE_SIZE) {
		*n = odd;
		return newest;
	}
	if (pipe_full(pipe))
		return NULL;
	*n = MIN(left, PAGE_SIZE);
	return slot_at(pipe, pipe->head);
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
		pipe->head++;
	slot->end += (uint16_t)n;
	return (ssize_t)n;
}

// Complete a write whose first piece returned `n`. Unlike a read, a write waits until everything
// is written, unless it is nonblocking. Caller: holds the lock.
static ssize_t put_rest(struct pipe *pipe, struct uio *uio, bool nonblocking, ssize_t n)
{
	ssize_t total = 0;

	assert_spin_held(&pipe->lock);
	for (;;) {
		if (n >= 0)
			total += n;
		else if (n == -EAGAIN && !nonblocking)
			n = wait_on(pipe, &pipe->write_wait, WRITTEN);
		if (n < 0 || !uio->left)
			return total ? total : n;
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
		n = put_rest(pipe, uio, !file || file->flags & O_NONBLOCK, n);
	if (unlikely(pipe->waiting))
		wake_waiting(pipe, WRITTEN);
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

int pipe_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct pipe *pipe = file->private;
	int bytes = 0;

	if (request != FIONREAD)
		return -ENOTTY;
	spin_lock(&pipe->lock);
	for (uint32_t i = 0; i < PIPE_SLOTS; i++)
		bytes += pipe->slots[i].end - pipe->slots[i].start;
	spin_unlock(&pipe->lock);
	return put_user(aspace_current(), (int __user *)arg, bytes);
}

// Close an end. When all readers or all writers have gone, everybody must look again: readers
// see the end of the file, writers get EPIPE, polls see POLLHUP or POLLERR.
void pipe_release(struct file *file)
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
	.held_bytes = pipe_held_bytes,
	.release = pipe_release,
};
