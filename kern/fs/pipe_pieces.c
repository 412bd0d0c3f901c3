// pipe_pieces.c: whole slots leave a pipe and come into it. A call that has taken a slot out, or is about
// to put one in, has a place in the ring reserved: the pipe cannot become so full that the bytes have no
// place.
#include "fs/pipe_pieces.h"

#include "fs/pipe_internal.h"
#include "thread/waitq.h"

int pipe_wait_bytes(struct pipe *pipe, bool nonblocking)
{
	int error = 0;

	spin_lock(&pipe->lock);
	while (!error && pipe_empty(pipe) && pipe->writers)
		error = nonblocking ? -EAGAIN : pipe_wait(pipe, &pipe->read_wait);
	pipe_wake_waiting(pipe, 0); // this thread may yet take no bytes
	spin_unlock(&pipe->lock);
	return error;
}

int pipe_broken(void)
{
	assert_no_lock();
	if (sigpipe_hook)
		sigpipe_hook();
	return -EPIPE;
}

int pipe_wait_room(struct pipe *pipe, bool nonblocking)
{
	int error = 0;

	spin_lock(&pipe->lock);
	while (!error && pipe->readers && pipe_full(pipe))
		error = nonblocking ? -EAGAIN : pipe_wait(pipe, &pipe->write_wait);
	if (!error && !pipe->readers)
		error = -EPIPE;
	pipe_wake_waiting(pipe, 0); // this thread may yet need no room
	spin_unlock(&pipe->lock);
	return error == -EPIPE ? pipe_broken() : error;
}

int pipe_reserve(struct pipe *pipe)
{
	int error = 0;

	spin_lock(&pipe->lock);
	if (!pipe->readers)
		error = -EPIPE;
	else if (pipe_full(pipe))
		error = -EAGAIN;
	else
		pipe->limit--;
	spin_unlock(&pipe->lock);
	return error;
}

void pipe_unreserve(struct pipe *pipe)
{
	spin_lock(&pipe->lock);
	pipe->room_made |= pipe_full(pipe);
	pipe->limit++;
	pipe_wake_waiting(pipe, PIPE_READ);
	spin_unlock(&pipe->lock);
}

// Store a piece in a slot, whose spare page is freed, and end the reservation. Caller: holds the lock.
static void fill(struct pipe *pipe, struct pipe_slot *slot, struct pipe_slot piece)
{
	assert_spin_held(&pipe->lock);
	kfree(slot->page);
	*slot = piece;
	pipe->used++;
	pipe->limit++;
	pipe_wake_waiting(pipe, PIPE_WRITTEN);
}

void pipe_put_piece(struct pipe *pipe, struct pipe_slot piece)
{
	spin_lock(&pipe->lock);
	fill(pipe, pipe_slot_after(pipe, pipe->used), piece);
	spin_unlock(&pipe->lock);
}

bool pipe_take_piece(struct pipe *pipe, struct pipe_slot *piece)
{
	bool taken;

	spin_lock(&pipe->lock);
	taken = !pipe_empty(pipe);
	if (taken) {
		*piece = *pipe->oldest;
		*pipe->oldest = (struct pipe_slot){ 0 };
		pipe->limit--;
		if (--pipe->used)
			pipe->oldest = pipe_slot_after(pipe, 1);
	}
	spin_unlock(&pipe->lock);
	return taken;
}

void pipe_return_piece(struct pipe *pipe, struct pipe_slot piece)
{
	spin_lock(&pipe->lock);
	if (pipe->used)
		pipe->oldest = pipe_slot_after(pipe, pipe_slot_count(pipe) - 1);
	fill(pipe, pipe->oldest, piece);
	spin_unlock(&pipe->lock);
}

// Bytes in a slot that ends with its page stay apart from a later write, as those of a page do that
// Linux's pipes share.
struct pipe_slot pipe_piece_apart(char *page, size_t n)
{
	return (struct pipe_slot){ page, (uint16_t)(PAGE_SIZE - n), PAGE_SIZE };
}

size_t pipe_copy_piece(struct pipe *pipe, uint32_t index, char *page, size_t max)
{
	size_t n = 0;

	spin_lock(&pipe->lock);
	if (index < pipe->used) {
		const struct pipe_slot *slot = pipe_slot_after(pipe, index);

		n = MIN((size_t)(slot->end - slot->start), max);
		memcpy(page + PAGE_SIZE - n, slot->page + slot->start, n);
	}
	spin_unlock(&pipe->lock);
	return n;
}
