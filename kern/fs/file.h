// file.h: open files: what a descriptor stands for. open() makes one, dup() and fork() share it,
// and with it the position.
#pragma once

#include "kern.h"
#include "thread/waitq.h"
#include <abi/fcntl.h>
#include <abi/poll.h>

struct dirent_buffer;
struct file;
struct inode;
struct map_request;
struct uio;

// The queues that a poll waits on: one waiter for each file.
struct poll_table {
	struct waiter *next; // the next unused waiter; NULL: do not wait, only look
};

// Let the poll wait for wakeups of `wq`, which wakes all its waiters. An operation calls it at most
// once, before it looks.
static inline void poll_wait(struct poll_table *table, struct waitq *wq)
{
	if (table->next)
		waiter_add(wq, table->next++);
}

// What can be done with an open file. No lock is held at the call of any of these; all may sleep.
// An operation that is missing gives the error in brackets.
struct file_ops {
	// Move up to uio->left bytes, from *pos where the file has positions, moving it on. Returns
	// how many bytes, 0 at the end, or -errno when there were none. [EINVAL]
	ssize_t (*read)(struct file *file, struct uio *uio, uint64_t *pos);
	ssize_t (*write)(struct file *file, struct uio *uio, uint64_t *pos);

	// Set file->position and return it. [ESPIPE, as do reads and writes at an offset]
	int64_t (*lseek)(struct file *file, int64_t offset, int whence);

	// [ENOTTY]
	int (*ioctl)(struct file *file, unsigned int request, void __user *arg);

	// Which of POLLIN, POLLOUT, ... hold now. [all that never wait: POLLIN | POLLOUT |
	// POLLRDNORM | POLLWRNORM]
	unsigned int (*poll)(struct file *file, struct poll_table *table);

	// Complete a request that maps the file: its object or its ops, given protection, flags and
	// `offset` in the file; neither where the file is nothing but zeroes. 0 or -errno. [ENODEV]
	int (*mmap)(struct file *file, struct map_request *request);

	// Fill a buffer with directory entries from file->position on. [ENOTDIR]
	int (*getdents)(struct file *file, struct dirent_buffer *buffer);

	// The last reference is gone. [nothing]
	void (*release)(struct file *file);
};

// [c] constant once open   [a] atomic   [-] a single word, stored without a lock
struct file {
	const struct file_ops *ops; // [c]
	uint32_t refs;              // [a] descriptors and calls under way
	uint32_t flags;      // [-] O_ACCMODE [c] and O_APPEND, O_NONBLOCK, ...: what F_GETFL tells
	struct inode *inode; // [c] a reference; never NULL
	void *private;       // [c] of ops
	uint64_t position;   // [-] read before a transfer and stored after it
	bool write_open;     // [c] counts in the write_opens of the inode's object
};

// An open file on `inode` with ops as the inode's type has them and one reference, which takes over
// the caller's reference on `inode` (also on failure). `flags`: O_ACCMODE and what F_GETFL tells.
// Runs the inode's own open operation. 0 or -errno; -ETXTBSY for a file that is to be written while a
// program runs from it.
int file_create(struct inode *inode, uint32_t flags, struct file **store);

// The same for a file without a name whose operations are `ops`.
int file_create_nameless(struct inode *inode, uint32_t flags, const struct file_ops *ops,
                         void *private, struct file **store);

static inline struct file *file_get(struct file *file)
{
	__atomic_add_fetch(&file->refs, 1, __ATOMIC_RELAXED);
	return file;
}

void file_free(struct file *file);

// Drop a reference; the last one closes the file. Caller: holds no lock.
static inline void file_put(struct file *file)
{
	if (__atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) == 0)
		file_free(file);
}

// How many bytes of memory one of the references to `file` holds: its share of the open file, of the
// pipe of which that is an end, and of contents that no name leads to any more. Caller: may hold
// spinlocks of smaller rank than RANK_PIPE.
size_t file_held_bytes(const struct file *file);

// O_RDONLY is 0, O_WRONLY 1, O_RDWR 2; a file opened with 3 can be neither read nor written.
static inline bool file_readable(const struct file *file)
{
	return (file->flags + 1) & 1;
}

static inline bool file_writable(const struct file *file)
{
	return (file->flags + 1) & 2;
}

// Let a file that was opened for writing not keep its inode from being executed.
void file_allow_exec(struct file *file);

// Returns true if O_DIRECT means something for `inode`: the file's pages are moved directly anyhow.
bool file_admits_direct(const struct inode *inode);

// Why a file cannot be read or written: -EBADF when it was not opened for that, -EINVAL when there
// is no such operation.
int file_refusal(const struct file *file, bool allowed);

// Move bytes, as the program that opened `file` may; or what file_refusal says. `pos` NULL: at the
// file's own position.
static inline ssize_t file_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	if (unlikely(!file_readable(file) || !file->ops->read))
		return file_refusal(file, file_readable(file));
	return file->ops->read(file, uio, pos ? pos : &file->position);
}

static inline ssize_t file_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	if (unlikely(!file_writable(file) || !file->ops->write))
		return file_refusal(file, file_writable(file));
	return file->ops->write(file, uio, pos ? pos : &file->position);
}

// Move up to `count` bytes from `in` to `out` through the kernel, at *in_pos and *out_pos (NULL: at
// the files' own positions). Returns how many, or -errno when there were none.
ssize_t file_copy(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                  size_t count);

// lseek for a file of `size` bytes: SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA and SEEK_HOLE as if it
// had no holes. Moves to 0 <= position <= INT64_MAX, else -EINVAL; -ENXIO beyond the data.
int64_t file_seek(struct file *file, int64_t offset, int whence, uint64_t size);

// What regular files share with others whose bytes are an object's.
ssize_t regular_read(struct file *file, struct uio *uio, uint64_t *pos);
int64_t regular_lseek(struct file *file, int64_t offset, int whence);

// The operations of the types of files that are not in one of the other headers.
extern const struct file_ops regular_ops;   // regular.c
extern const struct file_ops directory_ops; // directory.c
extern const struct file_ops path_only_ops; // file.c: O_PATH
