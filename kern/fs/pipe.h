// pipe.h: pipes, and FIFOs, which are pipes with a name.
//
// The bytes in a pipe stand in up to 16 slots of a page each. A write of at most PIPE_BUF bytes
// goes into one slot, its own or the newest where it fits, so it is never torn; and a pipe is full
// when all slots are taken, as on Linux.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"

#define PIPE_SLOTS 16u

// A slot that is not taken has start and end 0, and may have a page for the next write.
struct pipe_slot {
	char *page;          // PAGE_SIZE bytes, or NULL
	uint16_t start, end; // where in the page its bytes lie
};

// [l] lock
struct pipe {
	struct spinlock lock; // RANK_PIPE
	uint32_t head, tail;  // [l] numbers of the next slot to fill and of the oldest; they wrap
	uint32_t waiting;     // [l] threads that sleep here; with PIPE_POLLED, also some that poll
	uint32_t readers, writers;           // [l] open ends
	uint32_t reader_opens, writer_opens; // [l] how many were ever opened; they wrap
	struct waitq read_wait, write_wait;  // each wakeup is for one of them
	struct waitq poll_wait, open_wait;   // wakeups are for all
	struct pipe_slot slots[PIPE_SLOTS];  // [l]
};

#define PIPE_POLLED 0x80000000u

extern const struct file_ops pipe_ops;

// Operations of it, for files that are the reading end of a pipe and a little more.
ssize_t pipe_read(struct file *file, struct uio *uio, uint64_t *pos);
unsigned int pipe_poll(struct file *file, struct poll_table *table);
int pipe_ioctl(struct file *file, unsigned int request, void __user *arg);
void pipe_release(struct file *file);

// Registered by proc/: the current thread wrote to a pipe that nobody reads: send it SIGPIPE.
// Called without locks.
extern void (*sigpipe_hook)(void);

// Put bytes into a pipe from the kernel, also in an interrupt handler. Returns how many there was
// room for; -EPIPE when nobody reads, -EAGAIN when it is full, -ENOMEM.
ssize_t pipe_feed(struct pipe *pipe, struct uio *uio);

// Give a new pipe the page that it keeps when it is empty. So it always takes some bytes when it is
// empty, even if memory is short. Returns 0 or -ENOMEM.
int pipe_prepare(struct pipe *pipe);

// A new pipe: an open file for reading in ends[0], one for writing in ends[1]. `flags`: O_NONBLOCK
// or 0. 0 or -ENOMEM.
int pipe_create_files(uint32_t flags, struct file *ends[2]);

// Open an end of the FIFO `inode` as file->flags says; waits for the other end unless O_NONBLOCK.
// 0, -ENOMEM, -ENXIO, -ERESTARTSYS.
int pipe_open(struct inode *inode, struct file *file);

// How many bytes of memory each open end of the pipe has as its share. Caller: may hold spinlocks of
// smaller rank than RANK_PIPE.
size_t pipe_held_bytes(struct pipe *pipe);

// Forget what is in the pipe. Caller: holds the lock, or nobody else has the pipe.
void pipe_clear(struct pipe *pipe);

// Give back a pipe without ends, and what is in it; NULL does nothing.
void pipe_destroy(struct pipe *pipe);
