// pipe.h: pipes, and FIFOs, which are pipes with a name (pipe(7)).
//
// The bytes in a pipe lie in slots of a page each, 16 unless F_SETPIPE_SZ changes that. A write of
// at most PIPE_BUF bytes goes into one slot, its own or the newest one if it fits there. So no
// reader sees half of it, and a pipe is full when all slots are taken, as on Linux.
#pragma once

#include "cpu/spinlock.h"
#include "fs/async_file.h"
#include "fs/file.h"

#define PIPE_SLOTS 16u        // of a new pipe
#define PIPE_SLOTS_USER 256u  // that a program without CAP_SYS_RESOURCE may ask for
#define PIPE_SLOTS_MAX 16384u // that any program may

// A slot that is not taken has start = end = 0. Each of the next two to fill may keep a page.
struct pipe_slot {
	char *page;          // PAGE_SIZE bytes, or NULL
	uint16_t start, end; // its bytes are page[start, end)
};

// [l] lock
struct pipe {
	struct spinlock lock;     // RANK_PIPE
	struct pipe_slot *oldest; // [l] of the slots that are taken; the next to fill if none is
	struct pipe_slot *slots, *end; // [l] the ring; after the slot before `end` comes `slots`
	uint32_t used;                 // [l] slots that are taken: the oldest and those after it
	uint32_t limit;            // [l] how many may be taken: all but those that splices reserve
	uint32_t waiting;          // [l] how many threads sleep here, and PIPE_POLLED, PIPE_ASYNC
	bool room_made;            // [l] was full, and is not; polls have not been woken for that
	uint32_t readers, writers; // [l] open ends
	uint32_t held_mark;        // mem/held.h
	uint32_t reader_opens, writer_opens; // [l] how many ends were ever opened; they wrap
	struct waitq read_wait, write_wait;  // a wakeup is for one thread: it uses up the bytes
	struct waitq poll_wait, open_wait;   // a wakeup is for all threads
	struct async_set async;              // files that want signals: both ends
	struct pipe_slot few[PIPE_SLOTS];    // [l] the ring of a pipe whose size has not changed
};

// Bits of `waiting`: somebody may be on poll_wait; a file has wanted signals (O_ASYNC).
#define PIPE_POLLED 0x80000000u
#define PIPE_ASYNC 0x40000000u

extern const struct file_ops pipe_ops;

// Operations of pipe_ops (struct file_ops says what each does). Other files that read from a pipe
// and do a little more have them too (tty/standard_files.c). file->private is the pipe.
// pipe_read: `pos` may be NULL. Waits for the first byte unless O_NONBLOCK is set, then takes what
// is there. Returns how many bytes; 0 if uio->left is 0, or if the pipe is empty and has no writer;
// if it took none: -EAGAIN; -ERESTARTSYS for a signal; -EFAULT; -EINTR if the thread must die.
// pipe_poll: a reader gets POLLHUP if there are no writers (not in a FIFO that no writer has opened
// since), a writer POLLERR if there are no readers. Takes pipe->lock.
// pipe_ioctl knows FIONREAD, the number of bytes in the pipe: 0, -EFAULT, or -ENOTTY for other
// requests.
// pipe_async takes pipe->lock, and lets writes and reads look for files with O_ASYNC from now on.
// pipe_release closes the ends that `file` has; the last one frees the bytes and pages, but not the
// pipe. Yields only if pipe_set_size has been used.
ssize_t pipe_read(struct file *file, struct uio *uio, uint64_t *pos);
unsigned int pipe_poll(struct file *file, struct poll_table *table);
struct async_set *pipe_async(struct file *file);
int pipe_ioctl(struct file *file, unsigned int request, void __user *arg);
void pipe_release(struct file *file);

// Called when the current thread has written to a pipe that has no readers: sends it SIGPIPE.
// Registered by proc/, which lies above this layer. Called without locks.
extern void (*sigpipe_hook)(void);

// Put bytes of `uio`, which is kernel memory, into a pipe, without sleeping: also in an interrupt
// handler. Advances `uio` by what it has put. Takes pipe->lock. Returns how many bytes it has put,
// perhaps fewer than `uio` has; 0 if `uio` has none; if none were put: -EPIPE if there are no
// readers (no SIGPIPE is sent); -EAGAIN if the pipe is full; -ENOMEM.
ssize_t pipe_feed(struct pipe *pipe, struct uio *uio);

// Give a new pipe, which nobody else knows yet, the page that it keeps while it is empty. So an
// empty pipe takes some bytes even if the machine is out of memory. Returns 0; -ENOMEM with nothing
// changed.
int pipe_prepare(struct pipe *pipe);

// Create a pipe of PIPE_SLOTS slots, without pages and without open ends, which pipe_destroy frees.
// Returns NULL if out of memory but for the last free pages (kmalloc_lasting).
struct pipe *pipe_create(void);

// Create a pipe with two open files: ends[0] for reading, ends[1] for writing. `flags`: O_NONBLOCK,
// which then holds for both, or 0. Its inode belongs to the current thread's user, with the
// permissions 0600. Makes no descriptors. Sleeps and yields. Caller: holds no lock. Returns 0 with
// one reference on each for the caller; -ENOMEM with ends[] undefined and nothing to drop.
int pipe_create_files(uint32_t flags, struct file *ends[2]);

// Open an end of the FIFO `inode` as file->flags say, and set file->private. Waits until the other
// end is open, too, unless O_NONBLOCK or for reading and writing (fifo(7)); a pipe without a name
// never waits. Sleeps and yields: takes tree_lock. Caller: holds no lock. Returns 0; with the end
// not open (file->private may be set), in this order: -EINVAL for an end that neither reads nor
// writes (the access mode 3); -ENOMEM; -ENXIO for a nonblocking writer without a reader;
// -ERESTARTSYS if a signal ends the wait.
int pipe_open(struct inode *inode, struct file *file);

// file_ops.held_bytes of an end of a pipe: returns the bytes of the whole pipe, with its pages,
// also for each further end. Takes the pipe's lock.
size_t pipe_held_bytes(const struct file *file);

// Give the pipe of an open end room for `bytes` bytes, rounded up to a power of two pages (0: one
// page), and wake those that wait for room (F_SETPIPE_SZ). The bytes in it stay. Yields. Caller:
// holds no lock; keeps the end open. Returns the room in bytes; with the pipe unchanged, in this
// order: -EINVAL (more than 2 GiB); -EPERM (more than PIPE_SLOTS_USER pages, and more than it has,
// without CAP_SYS_RESOURCE); -ENOMEM, also beyond PIPE_SLOTS_MAX pages; -EBUSY (more pages are in
// use).
int pipe_set_size(struct pipe *pipe, uint32_t bytes);

// Returns the room of the pipe in bytes, whether used or not (F_GETPIPE_SZ): PAGE_SIZE for each
// slot of its ring. Takes pipe->lock.
int pipe_size(struct pipe *pipe);

// Free a pipe and the bytes in it. Does nothing for NULL. Does not yield. Caller: no end of the
// pipe is open, and nobody else uses it.
void pipe_destroy(struct pipe *pipe);
