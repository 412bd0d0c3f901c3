// pipe_pieces.h: whole slots leave a pipe and come into it (pipe_pieces.c), for splices. All functions
// take pipe->lock. Their callers hold no lock.
#pragma once

#include "fs/pipe.h"

// Sleep until there are bytes or no writers, unless `nonblocking`. Returns 0; -EAGAIN; -ERESTARTSYS.
int pipe_wait_bytes(struct pipe *pipe, bool nonblocking);

// Sleep until there is a free slot, unless `nonblocking`. Returns 0; -EAGAIN; -ERESTARTSYS; -EPIPE, after
// sending SIGPIPE, if there are no readers.
int pipe_wait_room(struct pipe *pipe, bool nonblocking);

// Send the current thread SIGPIPE. Returns -EPIPE.
int pipe_broken(void);

// Reserve a slot for one piece. Returns 0; -EPIPE if there are no readers, without a signal; -EAGAIN
// if no slot is free.
int pipe_reserve(struct pipe *pipe);

// End the reservation of one slot without a piece, and wake those that wait for room.
void pipe_unreserve(struct pipe *pipe);

// Append a piece, whose page now belongs to the pipe. Uses up one reservation.
void pipe_put_piece(struct pipe *pipe, struct pipe_slot piece);

// Take the oldest slot's bytes and page out of the pipe, and keep a slot reserved. Returns false if the
// pipe is empty.
bool pipe_take_piece(struct pipe *pipe, struct pipe_slot *piece);

// Put a piece back as the pipe's first bytes. Uses up the reservation that pipe_take_piece made.
void pipe_return_piece(struct pipe *pipe, struct pipe_slot piece);

// Returns a piece of the last `n` > 0 bytes of a page. No later write is appended to it.
struct pipe_slot pipe_piece_apart(char *page, size_t n);

// Copy up to `max` bytes of the slot number `index`, from the oldest one on, to the end of page[PAGE_SIZE].
// Returns how many; 0 if there is no such slot.
size_t pipe_copy_piece(struct pipe *pipe, uint32_t index, char *page, size_t max);
