// pipe_internal.h: functions shared by the files of pipes. Their callers hold pipe->lock.
#pragma once

#include "fs/pipe.h"
#include "mem/heap.h"

#define PIPE_WRITTEN (POLLIN | POLLRDNORM) // what polls hear of after a write

// Returns true if there is nothing to read.
static inline bool pipe_empty(const struct pipe *pipe)
{
	return !pipe->used;
}

// Returns true if no slot may be taken.
static inline bool pipe_full(const struct pipe *pipe)
{
	return pipe->used >= pipe->limit;
}

// Returns how many slots the ring has.
static inline uint32_t pipe_slot_count(const struct pipe *pipe)
{
	return (uint32_t)(pipe->end - pipe->slots);
}

// Returns the slot number `n` from the oldest one on; n is at most the number of slots in the ring.
static inline struct pipe_slot *pipe_slot_after(const struct pipe *pipe, uint32_t n)
{
	struct pipe_slot *slot = pipe->oldest + n;

	return slot >= pipe->end ? slot - (pipe->end - pipe->slots) : slot;
}

#define PIPE_SPARES 2u // so many of the slots that are filled next may keep a page

// Free the oldest slot, which is used up. A pipe that is now empty keeps the slot and its page
// for the next write: so a program that writes and reads by turns allocates nothing. Else the
// page goes to the next slot to fill, or is freed if that slot has one.
static inline void pipe_drop_oldest(struct pipe *pipe)
{
	struct pipe_slot *slot = pipe->oldest, *next;

	assert_spin_held(&pipe->lock);
	slot->start = slot->end = 0;
	if (unlikely(pipe->used == pipe->limit))
		pipe->room_made = true; // the pipe was full
	if (likely(--pipe->used == 0))
		return; // the pipe is empty: fill the same slot again
	pipe->oldest = pipe_slot_after(pipe, 1);
	next = pipe_slot_after(pipe, pipe->used);
	if (next == slot)
		return;
	if (next->page)
		kfree(slot->page);
	else
		next->page = slot->page;
	slot->page = NULL;
}

// The pipe has changed and threads wait: wake one reader and one writer that can continue, and
// polls. `events`: PIPE_WRITTEN after a write, else 0.
void pipe_wake(struct pipe *pipe, uint32_t events);

// Sleep on `wq`, one of the pipe's queues, until woken. The lock is released meanwhile. Returns 0;
// -ERESTARTSYS if a signal waits.
int pipe_wait(struct pipe *pipe, struct waitq *wq);
