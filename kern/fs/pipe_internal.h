// pipe_internal.h: functions shared by the files of pipes. Their callers hold pipe->lock.
#pragma once

#include "fs/pipe.h"
#include "mem/heap.h"

#define PIPE_WRITTEN (POLLIN | POLLRDNORM) // what polls hear of after a write
#define PIPE_READ 0x10000u // after a read: no event of polls, but a signal for writers (O_ASYNC)

// Returns true if there is nothing to read. Called under pipe->lock.
static inline bool pipe_empty(const struct pipe *pipe)
{
	return !pipe->used;
}

// Returns true if no slot may be taken: all are, or splices have reserved the others. The newest
// slot may still have room for a short write. Called under pipe->lock.
static inline bool pipe_full(const struct pipe *pipe)
{
	return pipe->used >= pipe->limit;
}

// Returns how many slots the ring has, taken or not. Called under pipe->lock.
static inline uint32_t pipe_slot_count(const struct pipe *pipe)
{
	return (uint32_t)(pipe->end - pipe->slots);
}

// Returns the slot number `n` from the oldest one on (0: the oldest itself); n is at most the
// number of slots in the ring. Called under pipe->lock.
static inline struct pipe_slot *pipe_slot_after(const struct pipe *pipe, uint32_t n)
{
	struct pipe_slot *slot = pipe->oldest + n;

	return slot >= pipe->end ? slot - (pipe->end - pipe->slots) : slot;
}

#define PIPE_SPARES 2u // so many of the slots that are filled next may keep a page

// Free the oldest slot, which is taken and used up, and note if that makes room for polls
// (room_made); wakes nobody. A pipe that is now empty keeps the slot and its page for the next
// write: so a program that writes and reads by turns allocates nothing. Else the page goes to the
// next slot to fill, or is freed if that slot has one. Caller: holds pipe->lock.
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
// polls for `events` (PIPE_WRITTEN after a write, PIPE_READ after a read, else 0) and for room in a
// pipe that was full; files with O_ASYNC signal what `events` says, whether bytes were moved or
// not. Called under pipe->lock, if pipe->waiting is not 0.
void pipe_wake(struct pipe *pipe, uint32_t events);

// Do pipe_wake if threads wait. Called under pipe->lock.
static inline void pipe_wake_waiting(struct pipe *pipe, uint32_t events)
{
	if (unlikely(pipe->waiting))
		pipe_wake(pipe, events);
}

// Sleep on `wq`, read_wait or write_wait of the pipe, until woken; the caller then looks again.
// First wakes others, as pipe_wake with 0. Called under pipe->lock, and with no other lock: it is
// released meanwhile, and held again afterwards. Returns 0; -ERESTARTSYS if a signal waits.
int pipe_wait(struct pipe *pipe, struct waitq *wq);
