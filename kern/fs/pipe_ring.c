// pipe_ring.c: the slots of a pipe: how they come, change in number, and go.
#include "fs/inode.h"
#include "fs/pipe_internal.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/uaccess.h"
#include <abi/capability.h>
#include <abi/ioctl.h>

#define SLOT_COST 60 // about how many instructions it takes to free a slot

// Let the pipe have a ring, whose first `used` slots are taken.
static void use_ring(struct pipe *pipe, struct pipe_slot *slots, uint32_t count, uint32_t used)
{
	pipe->slots = pipe->oldest = slots;
	pipe->end = slots + count;
	pipe->limit = count;
	pipe->used = used;
}

// A pipe may outlive the process that makes it, so it comes from lasting memory.
struct pipe *pipe_create(void)
{
	struct pipe *pipe = kzalloc_lasting(sizeof(*pipe));

	if (!pipe)
		return NULL;
	spin_init(&pipe->lock, "pipe", RANK_PIPE);
	use_ring(pipe, pipe->few, PIPE_SLOTS, 0);
	waitq_init(&pipe->read_wait);
	waitq_init(&pipe->write_wait);
	waitq_init(&pipe->poll_wait);
	waitq_init(&pipe->open_wait);
	async_set_init(&pipe->async);
	return pipe;
}

int pipe_prepare(struct pipe *pipe)
{
	pipe->oldest->page = kmalloc(PAGE_SIZE);
	return pipe->oldest->page ? 0 : -ENOMEM;
}

// Returns how many of the slots that are not taken may have a page.
static uint32_t spare_slots(const struct pipe *pipe)
{
	return MIN(pipe_slot_count(pipe) - pipe->used, PIPE_SPARES);
}

size_t pipe_held_bytes(const struct file *file)
{
	struct pipe *pipe = file->private;
	size_t bytes = sizeof(*pipe);

	spin_lock(&pipe->lock);
	bytes += pipe->used * PAGE_SIZE;
	if (pipe->slots != pipe->few)
		bytes += kmalloc_footprint(pipe_slot_count(pipe) * sizeof(*pipe->slots));
	for (uint32_t i = 0; i < spare_slots(pipe); i++)
		if (pipe_slot_after(pipe, pipe->used + i)->page)
			bytes += PAGE_SIZE;
	spin_unlock(&pipe->lock);
	return bytes;
}

// Free the pages of a ring, and the ring itself if it is not the pipe's own. Yields for a large one.
static void free_ring(struct pipe_slot *slots, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		kfree(slots[i].page);
		if (count > PIPE_SLOTS && yield_due(SLOT_COST))
			thread_yield_point();
	}
}

void pipe_destroy(struct pipe *pipe)
{
	if (!pipe)
		return;
	free_ring(pipe->few, PIPE_SLOTS); // an open end is needed to have another one
	kfree(pipe);
}

int pipe_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct pipe *pipe = file->private;
	int bytes = 0;

	if (request != FIONREAD)
		return -ENOTTY;
	spin_lock(&pipe->lock);
	for (uint32_t i = 0; i < pipe->used; i++) {
		const struct pipe_slot *slot = pipe_slot_after(pipe, i);

		bytes += slot->end - slot->start;
	}
	spin_unlock(&pipe->lock);
	return put_user(aspace_current(), (int __user *)arg, bytes);
}

// Close an end. When all readers or all writers have gone, everybody must look again: readers
// see the end of the file, writers get EPIPE, polls see POLLHUP or POLLERR. A FIFO without open ends
// has a new pipe's size again. Yields only if the pipe has another ring than its own, which the pipe
// that an interrupt handler closes has not.
void pipe_release(struct file *file)
{
	struct pipe *pipe = file->private;
	struct pipe_slot *slots;
	uint32_t count = 0;

	spin_lock(&pipe->lock);
	slots = pipe->slots;
	if (file_readable(file))
		pipe->readers--;
	if (file_writable(file))
		pipe->writers--;
	if (!pipe->readers && !pipe->writers) {
		count = pipe_slot_count(pipe);
		if (slots == pipe->few) {
			free_ring(slots, count);
			memset(slots, 0, sizeof(pipe->few));
		}
		use_ring(pipe, pipe->few, PIPE_SLOTS, 0);
		pipe->waiting &= ~PIPE_ASYNC;
	}
	if (!pipe->readers != !pipe->writers) // all files left are of one end
		async_wake(&pipe->async, pipe->readers ? POLL_IN : POLL_OUT);
	if (!pipe->readers || !pipe->writers) {
		waitq_wake_all(&pipe->read_wait);
		waitq_wake_all(&pipe->write_wait);
		waitq_wake_all(&pipe->poll_wait);
	}
	spin_unlock(&pipe->lock);
	if (count && slots != pipe->few) {
		free_ring(slots, count);
		kfree(slots);
	}
}

int pipe_size(struct pipe *pipe)
{
	int bytes;

	spin_lock(&pipe->lock);
	bytes = (int)(pipe_slot_count(pipe) * PAGE_SIZE);
	spin_unlock(&pipe->lock);
	return bytes;
}

// Let the pipe use a fresh ring of `count` slots, which are empty, and wake those that wait for room.
// Returns 0, with the old ring in *old; -EBUSY if it has too few slots for those taken or reserved.
static int change_ring(struct pipe *pipe, struct pipe_slot *fresh, uint32_t count,
                       struct pipe_slot **old)
{
	uint32_t used = pipe->used, reserved = pipe_slot_count(pipe) - pipe->limit;
	bool was_full = pipe_full(pipe);

	assert_spin_held(&pipe->lock);
	if (count < used + reserved)
		return -EBUSY;
	for (uint32_t i = 0; i < used; i++)
		fresh[i] = *pipe_slot_after(pipe, i);
	for (uint32_t i = 0; i < spare_slots(pipe); i++)
		kfree(pipe_slot_after(pipe, used + i)->page);
	*old = pipe->slots;
	use_ring(pipe, fresh, count, used);
	pipe->limit -= reserved;
	if (was_full && !pipe_full(pipe)) {
		pipe->room_made = true;
		waitq_wake_all(&pipe->write_wait);
		pipe_wake(pipe, 0);
	}
	return 0;
}

// The order of checks is Linux's: EINVAL, EPERM, then memory, then what is in use.
int pipe_set_size(struct pipe *pipe, uint32_t bytes)
{
	struct pipe_slot *fresh, *old;
	uint32_t count = 1;
	int error;

	assert_no_lock();
	if (bytes > 1u << 31)
		return WHY(-EINVAL, "a pipe holds at most 2 GiB, not %u bytes", bytes);
	while (count * PAGE_SIZE < bytes)
		count *= 2;
	if ((int)count > pipe_size(pipe) / (int)PAGE_SIZE && count > PIPE_SLOTS_USER &&
	    !capable(CAP_SYS_RESOURCE))
		return WHY(-EPERM, "%u pages are more than sys/fs/pipe-max-size", count);
	fresh = count > PIPE_SLOTS_MAX ? NULL : kzalloc_lasting(count * sizeof(*fresh));
	if (!fresh)
		return -ENOMEM;
	(void)yield_after(count * 2); // for zeroing and copying
	spin_lock(&pipe->lock);
	error = change_ring(pipe, fresh, count, &old);
	if (!error && old == pipe->few)
		memset(old, 0, sizeof(pipe->few));
	spin_unlock(&pipe->lock);
	if (error)
		kfree(fresh);
	else if (old != pipe->few)
		kfree(old);
	return error ? error : (int)(count * PAGE_SIZE);
}
