// pipe.h: pipes, and FIFOs, which are pipes with a name.
//
// The bytes in a pipe stand in up to 16 slots of a page each. A write of at most PIPE_BUF bytes
// goes into one slot, its own or the newest where it fits, so it is never torn; and a pipe is full
// when all slots are taken, as on Linux.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"

#define PIPE_SLOTS 16u

struct pipe_slot {
	char *page;      // PAGE_SIZE bytes
	uint16_t start;  // where its bytes begin in the page
	uint16_t length; // how many they are
};

// All fields: [l] lock.
struct pipe {
	struct spinlock lock; // RANK_PIPE
	uint32_t head,
		// numbers of the next slot to fill and of the oldest; they wrap; head - tail slots
		// are taken
		tail;
	char *spare;                         // a page for the next slot, or NULL
	uint32_t readers, writers;           // open ends
	uint32_t reader_opens, writer_opens; // how many were ever opened; they wrap
	struct waitq read_wait, write_wait;  // each wakeup is for one of them
	struct waitq poll_wait, open_wait;   // wakeups are for all
	struct pipe_slot slots[PIPE_SLOTS];
};

extern const struct file_ops pipe_ops;

// Registered by proc/: the current thread wrote to a pipe that nobody reads: send it SIGPIPE.
// Called without locks.
extern void (*sigpipe_hook)(void);

// Put bytes into a pipe, as pipe_ops.write does but without a signal: also for the kernel's own
// use, and with `nonblocking` in interrupt handlers. Returns how many, or -EPIPE, -EAGAIN,
// -ERESTARTSYS, -EFAULT, -ENOMEM.
ssize_t pipe_put(struct pipe *pipe, struct uio *uio, bool nonblocking);

// A new pipe: an open file for reading in ends[0], one for writing in ends[1]. `flags`: O_NONBLOCK
// or 0. 0 or -ENOMEM.
int pipe_create_files(uint32_t flags, struct file *ends[2]);

// Open an end of the FIFO `inode` as file->flags says; waits for the other end unless O_NONBLOCK.
// 0, -ENOMEM, -ENXIO, -ERESTARTSYS.
int pipe_open(struct inode *inode, struct file *file);

// Give back a pipe without ends, and what is in it; NULL does nothing.
void pipe_destroy(struct pipe *pipe);
