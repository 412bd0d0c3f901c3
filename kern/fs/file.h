// file.h: open files. An open file is what a descriptor refers to (POSIX: open file description).
// open() makes one; dup() and fork() share it, and with it the position and the flags.
#pragma once

#include "fs/claim.h"
#include "kern.h"
#include "thread/mutex.h"
#include <abi/fcntl.h>
#include <abi/poll.h>

struct async_file;
struct async_set;
struct dirent_buffer;
struct file;
struct inode;
struct map_request;
struct mount;
struct uio;

// The waiters of a poll, one for each file. Without a waiter and a watch it only looks.
struct poll_table {
	struct waiter *next; // the next unused waiter
	struct watch *watch; // or the watch of a file in a set (fs/epoll.h)
};

// Returns true if the poll waits for wakeups.
static inline bool poll_waits(const struct poll_table *table)
{
	return table->next || table->watch;
}

// Let the poll wait for wakeups of `wq`; a poll that only looks puts nothing on the queue, nor does
// a watch if the queue has WATCHES_MAX watches. A poll operation calls it at most once, and before
// it looks at the file's state: in the other order a wakeup between the two is lost, and the poll
// sleeps on. `wq` must wake all its waiters (waitq_wake_all, waitq_wake_polls), since a poll takes
// nothing from the file. Takes sched_lock.
static inline void poll_wait(struct poll_table *table, struct waitq *wq)
{
	if (table->next)
		waiter_add(wq, table->next++);
	else if (table->watch)
		watch_add(wq, table->watch);
}

#define SPLICES_FROM 1
#define SPLICES_TO 2

// Where text about open files goes: a file of /proc, which lies above this layer.
struct text_writer {
	// Append `text`, which ends with a NUL. Takes the heap's locks; does not sleep. Returns
	// false if nothing more is wanted: then the caller writes no more.
	bool (*write)(struct text_writer *writer, const char *text);
};

// The operations of an open file. Except for poll and held_bytes, their callers hold no lock, and
// they may sleep and yield. An operation may be NULL: the caller then gets the error in brackets.
struct file_ops {
	// Of anonymous files (fs/anonymous_file.h): Linux's name of their kind, with its brackets.
	const char *kind;

	// SPLICES_FROM and SPLICES_TO: whether splice(2) moves bytes from the file to a pipe, and to
	// the file from a pipe.
	uint8_t splices;

	// Move up to uio->left bytes between the file and `uio`. A file with positions starts at
	// *pos and advances it. Returns how many bytes were moved; 0 at the end of the file;
	// -errno if no byte was moved. [EINVAL]
	ssize_t (*read)(struct file *file, struct uio *uio, uint64_t *pos);
	ssize_t (*write)(struct file *file, struct uio *uio, uint64_t *pos);

	// Set file->position and return it. A file without this operation has no positions: pread()
	// and pwrite() fail too. [ESPIPE]
	int64_t (*lseek)(struct file *file, int64_t offset, int whence);

	// Do what ioctl(2) does. `arg` is the third argument, mostly a pointer. [ENOTTY]
	int (*ioctl)(struct file *file, unsigned int request, void __user *arg);

	// Call poll_wait, then return which of POLLIN, POLLOUT, ... hold now. [no error: such a
	// file never waits, POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM] May be called under
	// epoll_lock: may sleep for a lock of higher rank, but must neither yield nor touch user
	// memory.
	unsigned int (*poll)(struct file *file, struct poll_table *table);

	// Complete a request to map the file: set its object, or its area operations, according
	// to the protection, the flags and the offset in it. A file of zeroes sets neither: the
	// mapping is anonymous memory. Returns 0 or -errno. [ENODEV]
	int (*mmap)(struct file *file, struct map_request *request);

	// Fill a buffer with directory entries from file->position on. Returns 0 or -errno.
	// [ENOTDIR]
	int (*getdents)(struct file *file, struct dirent_buffer *buffer);

	// Returns how many bytes of memory `private` holds, besides what others count. Takes no
	// sleeping lock. [none]
	size_t (*held_bytes)(const struct file *file);

	// Returns the set of files whose owners get a signal when this one is ready
	// (fs/async_file.h); it stays valid while the file is open. [O_ASYNC has no effect]
	struct async_set *(*async)(struct file *file);

	// Write the lines that /proc/PID/fdinfo shows of this kind of file (proc(5)). [none]
	void (*describe)(struct file *file, struct text_writer *writer);

	// A descriptor of the file, which may have others, was closed by the current process, or
	// its end or exec closed it. [no error]
	void (*flush)(struct file *file);

	// Release what `private` holds: the last reference is gone. [no error]
	void (*release)(struct file *file);
};

// [c] constant once open   [a] atomic   [-] a single word, stored without a lock
struct file {
	const struct file_ops *ops; // [c]
	uint32_t refs;              // [a] descriptors and calls under way
	uint32_t flags;             // [-] as F_GETFL returns them: O_ACCMODE [c], O_APPEND, ...
	struct inode *inode;        // [c] a reference; never NULL
	struct mount *mount;        // [c] through which it was opened, a reference; or NULL
	void *private;              // [c] belongs to ops
	uint64_t position;          // [-] read before a transfer and stored after it
	struct claim claim;         // held meanwhile, if others can use the file
	uint32_t locks;             // [file_locks] how many locks it owns (fs/file_locks.h)
	bool write_open;            // [c] counted in the write_opens of the inode's object
	bool read_open;             // [c] counted in the read_opens of the inode
	uint32_t held_mark;         // mem/held.h
	struct list watchers;       // [RANK_EPOLL] its items in sets of files (fs/epoll.c)
	struct async_file *async;   // [c] once made: whom it signals (fs/async_file.h); or NULL
};

// Create an open file on `inode`, at position 0, with the operations of its type and one reference,
// and run the open operation of its type or device; none with O_PATH. Checks no permission. A
// regular file with an object that is opened for writing counts as written to (file_allow_exec).
// `flags`: O_ACCMODE and the other flags that F_GETFL returns; for a terminal also O_NOCTTY.
// Consumes the caller's reference on `inode`, also on failure. Sleeps and yields. Caller: holds no
// lock.
// Returns 0 with the file in *store; with *store unchanged, in this order: -ENOMEM; -ETXTBSY for
// writing to a file from which a program runs; -ENXIO for a type or a device that cannot be opened;
// another negative errno of the open operation, for example -ERESTARTSYS of a FIFO, or -EACCES in
// /proc.
int file_create(struct inode *inode, uint32_t flags, struct file **store);

// Create an open file on `inode`, at position 0, with the operations `ops`, which own `private`,
// and one reference. No open operation runs, and the file does not count as one that writes to
// `inode`. `flags`: as F_GETFL returns them, with the access mode. Consumes the caller's reference
// on `inode`, also on failure: then inode_put may yield. Caller: holds no spinlock. Returns 0 with
// the file in *store; -ENOMEM with *store unchanged: `private` stays the caller's.
int file_create_nameless(struct inode *inode, uint32_t flags, const struct file_ops *ops,
                         void *private, struct file **store);

// Take a reference on `file`. Returns `file`.
static inline struct file *file_get(struct file *file)
{
	__atomic_add_fetch(&file->refs, 1, __ATOMIC_RELAXED);
	return file;
}

// Close and free a file without references: end the locks and the lease that it owns, send the
// signals that are due and let it signal nobody any more, take it out of all sets (epoll), run its
// release operation, stop counting it as a writer, and drop its reference on its inode. Sleeps and
// yields; a killed thread completes the work. Only file_put calls it. Caller: holds no lock.
void file_free(struct file *file);

// Drop a reference on `file`, not NULL. The last one closes the file (file_free), sleeps and
// yields. Caller: holds no lock.
static inline void file_put(struct file *file)
{
	assert_no_lock();
	if (__atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) == 0)
		file_free(file);
}

// Returns how many bytes of memory one reference on `file` accounts for: what all references hold,
// divided by file->refs and rounded down. That is the open file with its locks, and what its
// operations hold (file_ops.held_bytes); without such an operation the pages of a regular file that
// has no name, unless they are large. Used to choose a victim when the machine is out of memory.
// Takes spinlocks of the file's operations. Caller: holds no spinlock of a higher rank than
// RANK_FILE; keeps the file open.
size_t file_held_bytes(const struct file *file);

// Returns true if the file was opened for reading. O_RDONLY is 0, O_WRONLY 1, O_RDWR 2: plus 1, bit
// 0 says reading and bit 1 says writing. A file opened with 3 can be neither read nor written
// (open(2)). Also true with O_PATH, which has no operation to read: file_read refuses it.
static inline bool file_readable(const struct file *file)
{
	return (file->flags + 1) & 1;
}

// Returns true if the file was opened for writing.
static inline bool file_writable(const struct file *file)
{
	return (file->flags + 1) & 2;
}

// Stop counting `file` as a writer of its inode, so that a program in the inode can be executed
// although the file is open for writing. Does nothing if it is not counted. The file can still be
// written to.
void file_allow_exec(struct file *file);

// Stop counting `file` as one that reads its inode alone. Does nothing if it is not counted.
void file_end_read(struct file *file);

// Returns true if O_DIRECT can be honoured for `inode`: it is a regular file with contents in
// memory, not made at each read. Reads and writes move its pages directly anyhow.
bool file_admits_direct(const struct inode *inode);

// Returns the error for a file that cannot be read or written: -EBADF if it was not opened for that
// (`allowed` is false) or was opened with O_PATH; else -EINVAL, because its kind has no such
// operation. Never 0.
int file_refusal(const struct file *file, bool allowed);

// Move up to uio->left bytes from the file to `uio`, after checking that `file` was opened for
// reading. Starts at *pos, or at the file's own position if `pos` is NULL, and advances it; files
// without positions leave it alone. What `uio` describes afterwards is undefined. Sleeps and
// yields. Caller: holds no lock.
// Returns how many bytes were moved; 0 at the end of the file; if none were, with *pos unchanged:
// -EBADF (not open for reading, or O_PATH), -EINVAL (the file has no such operation), or a negative
// errno of the operation: -EFAULT for a bad address in `uio`, -EAGAIN with O_NONBLOCK, -ERESTARTSYS
// for a signal, -EINTR if the thread must die, -EISDIR, -EIO and others.
static inline ssize_t file_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	assert_no_lock();
	if (unlikely(!file_readable(file) || !file->ops->read))
		return file_refusal(file, file_readable(file));
	return file->ops->read(file, uio, pos ? pos : &file->position);
}

// Move up to uio->left bytes from `uio` to the file, after checking that `file` was opened for
// writing. Starts at *pos, or at the file's own position if `pos` is NULL, or where uio->append
// says, and advances it; files without positions leave it alone. What `uio` describes afterwards is
// undefined. Sleeps and yields. Caller: holds no lock.
// Returns how many bytes were moved; if none were: -EBADF (not open for writing, or O_PATH),
// -EINVAL (the file has no such operation), or a negative errno of the operation: -EFAULT for a bad
// address in `uio`, -EAGAIN with O_NONBLOCK, -ERESTARTSYS for a signal, -EINTR if the thread must
// die, -ENOSPC, -EFBIG, -EPIPE and others. *pos is unchanged then; with O_APPEND it may be the end
// of the file.
static inline ssize_t file_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	assert_no_lock();
	if (unlikely(!file_writable(file) || !file->ops->write))
		return file_refusal(file, file_writable(file));
	return file->ops->write(file, uio, pos ? pos : &file->position);
}

// Copy up to `count` bytes from `in` to `out` through a page of the kernel, at *in_pos and *out_pos
// (NULL: at the file's own position), and advance both by what was written. Ends early when one
// read or write moves nothing, or a signal waits after a yield. Bytes that were read and cannot be
// written are lost if `in` has no positions. Takes no claim on the position of `in`. Sleeps and
// yields. Caller: holds no lock.
// Returns how many bytes were written; 0 for `count` 0 and at the end of `in`; if none were:
// -ENOMEM, -EBADF or -EINVAL if one of the files was not opened for that or has no such operation,
// or another negative errno of file_read or file_write.
ssize_t file_copy(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                  size_t count);

// Do lseek for a file of `size` bytes without holes, and set file->position: `offset` is in bytes,
// and may be negative; SEEK_SET counts it from 0, SEEK_CUR from file->position, SEEK_END from
// `size`; SEEK_DATA goes to `offset` itself, SEEK_HOLE to `size`. Takes no claim: the caller has
// file_claim_position. Returns the new position, which may lie beyond `size`; with the old one
// kept, -EINVAL if it would lie outside [0, INT64_MAX] or for an unknown `whence`, -ENXIO if
// SEEK_DATA or SEEK_HOLE start outside [0, size).
int64_t file_seek(struct file *file, int64_t offset, int whence, uint64_t size);

// Let the current thread alone use the position of a file that has one. If others can use the file,
// this takes a claim, and sleeps while another thread has it; the thread must not have it already.
// Returns 0, and *claimed says whether a claim was taken: pass it to file_return_position. -EINTR
// if the thread must die: then there is no claim, whatever *claimed says. Caller: holds no lock.
static inline int file_claim_position(struct file *file, bool *claimed)
{
	assert_no_lock();
	*claimed = file->refs > 1;
	return likely(!*claimed) ? 0 : claim_take(&file->claim);
}

// End what file_claim_position has begun: release the claim if `claimed`. Caller: holds no lock.
static inline void file_return_position(struct file *file, bool claimed)
{
	assert_no_lock();
	if (unlikely(claimed))
		claim_release(&file->claim);
}

// file_ops.read and lseek of regular files, for other files too whose bytes are those of
// file->inode->object. They sleep and yield. Caller: holds no lock. regular_read claims the
// position (file_claim_position) only if `pos` is &file->position; it does not advance `uio` past
// the last range that it has read into. It returns how many bytes it has read: fewer than uio->left
// at the end, before a bad address, or if the thread must die; 0 at the end; if it read none,
// -EFAULT or -ENOMEM. regular_lseek returns the new position; with the old one kept, -EINVAL or
// -ENXIO as file_seek. Both: -EINTR if the thread must die while it waits for the position.
ssize_t regular_read(struct file *file, struct uio *uio, uint64_t *pos);
int64_t regular_lseek(struct file *file, int64_t offset, int whence);

// The operations of the types of files that have no header of their own.
extern const struct file_ops regular_ops;   // regular.c
extern const struct file_ops directory_ops; // readdir.c
extern const struct file_ops path_only_ops; // file.c: O_PATH
