// pipe_pieces.h: whole slots leave a pipe and come into it (pipe_pieces.c), for splices. All functions
// take pipe->lock. Their callers hold no lock.
#pragma once

#include "fs/pipe.h"

// Sleep until there are bytes or no writers, unless `nonblocking`. Takes no bytes: another reader
// may have them before the caller. Takes pipe->lock. Returns 0, also without writers; -EAGAIN if it
// would sleep and is `nonblocking`; -ERESTARTSYS for a signal.
int pipe_wait_bytes(struct pipe *pipe, bool nonblocking);

// Sleep until there is a free slot or no readers, unless `nonblocking`. Reserves nothing. Takes
// pipe->lock. Returns 0; -EAGAIN if it would sleep and is `nonblocking`; -ERESTARTSYS for a signal;
// -EPIPE, after sending SIGPIPE, if there are no readers.
int pipe_wait_room(struct pipe *pipe, bool nonblocking);

// Send the current thread SIGPIPE. Caller: holds no lock. Returns -EPIPE.
int pipe_broken(void);

// Reserve a free slot for one piece, until pipe_put_piece or pipe_unreserve. Takes pipe->lock.
// Returns 0; -EPIPE if there are no readers, without a signal; -EAGAIN if no slot is free.
int pipe_reserve(struct pipe *pipe);

// End the reservation of one slot without a piece, and wake those that wait for room. Takes
// pipe->lock.
void pipe_unreserve(struct pipe *pipe);

// Append a piece, whose page (from kmalloc) now belongs to the pipe, in a slot of its own, and wake
// those that wait for bytes. Uses up one reservation, of pipe_reserve. Takes pipe->lock.
void pipe_put_piece(struct pipe *pipe, struct pipe_slot piece);

// Take the oldest slot's bytes and page out of the pipe, and keep a slot reserved: the caller calls
// pipe_return_piece, or frees the page or passes it on, and calls pipe_unreserve. Takes pipe->lock.
// Returns true with the piece in *piece; false, with *piece unchanged and nothing reserved, if the
// pipe is empty.
bool pipe_take_piece(struct pipe *pipe, struct pipe_slot *piece);

// Put a piece, which is not empty and whose page now belongs to the pipe, back as the pipe's first
// bytes, and wake those that wait for bytes. Uses up the reservation that pipe_take_piece made.
// Takes pipe->lock.
void pipe_return_piece(struct pipe *pipe, struct pipe_slot piece);

// Returns a piece of the last `n` bytes of page[PAGE_SIZE], 0 < n <= PAGE_SIZE. No later write is
// appended to it.
struct pipe_slot pipe_piece_apart(char *page, size_t n);

// Copy up to `max` bytes of the slot number `index`, from the oldest one (0) on, to the end of
// page[PAGE_SIZE]; they stay in the pipe. Takes pipe->lock. Returns how many; 0 if there is no such
// slot.
size_t pipe_copy_piece(struct pipe *pipe, uint32_t index, char *page, size_t max);
