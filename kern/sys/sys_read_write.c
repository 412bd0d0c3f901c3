// sys_read_write.c: read and write in all their forms.
//
// No transfer is longer than UIO_MAX, Linux's MAX_RW_COUNT: longer ones are cut short, so the
// result fits into ssize_t (read(2), "NOTES").
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/rwf.h>

// read and write have no array on the stack, but -fstack-protector-strong also guards functions
// that pass on the address of a local variable, here the uio. The guard would cost 5 of the 200
// instructions that a byte through a pipe may cost.
long sys_read(const struct trapframe *tf) __no_stack_guard;
long sys_write(const struct trapframe *tf) __no_stack_guard;

// read(2), at the file's own position.
__no_stack_guard SYSCALL3(read, int, fd, void __user *, buffer, size_t, len)
{
	bool counted;
	struct file *file = fd_borrow(thread_current()->files, fd, &counted);
	struct uio uio = uio_user(buffer, MIN(len, UIO_MAX));
	ssize_t n;

	if (!file)
		return -EBADF;
	n = file_read(file, &uio, NULL);
	fd_return(file, counted);
	return n;
}

// write(2), at the file's own position.
__no_stack_guard SYSCALL3(write, int, fd, void __user *, buffer, size_t, len)
{
	bool counted;
	struct file *file = fd_borrow(thread_current()->files, fd, &counted);
	struct uio uio = uio_user(buffer, MIN(len, UIO_MAX));
	ssize_t n;

	if (!file)
		return -EBADF;
	n = file_write(file, &uio, NULL);
	fd_return(file, counted);
	return n;
}

// file_read or file_write.
typedef ssize_t (*transfer_fn)(struct file *file, struct uio *uio, uint64_t *pos);

// Returns true if the file was opened for such transfers.
static bool may_transfer(const struct file *file, transfer_fn transfer)
{
	return transfer == file_read ? file_readable(file) : file_writable(file);
}

// Returns true if `len` bytes from `pos` on reach beyond the last position, INT64_MAX.
static bool beyond_positions(uint64_t pos, size_t len)
{
	return len > (uint64_t)INT64_MAX - pos;
}

// Returns true if bytes of the file have positions. Anonymous files such as an eventfd have none, although
// lseek(2) accepts them.
static bool has_positions(const struct file *file)
{
	return file->ops->lseek && !file->ops->kind;
}

// Transfer at a position of the caller's; the file's own does not move (pread(2)). The order of
// errors is Linux's: a negative position (EINVAL), the descriptor (EBADF), a file without
// positions (ESPIPE), the access mode (EBADF), positions beyond the last (EINVAL).
static ssize_t transfer_at(int fd, struct uio uio, int64_t pos, transfer_fn transfer)
{
	uint64_t at = (uint64_t)pos;
	struct file *file;
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	file = file_arg_get(fd);
	if (!file)
		return -EBADF;
	if (!has_positions(file))
		n = -ESPIPE;
	else if (may_transfer(file, transfer) && beyond_positions(at, uio.left))
		n = -EINVAL;
	else
		n = transfer(file, &uio, &at);
	file_put(file);
	return n;
}

// pread(2).
SYSCALL5(pread64, int, fd, void __user *, buffer, size_t, len, uint32_t, low, uint32_t, high)
{
	return transfer_at(fd, uio_user(buffer, MIN(len, UIO_MAX)), pair64(low, high), file_read);
}

// pwrite(2). On a file opened with O_APPEND it appends, whatever the position (pwrite(2),
// "BUGS").
SYSCALL5(pwrite64, int, fd, void __user *, buffer, size_t, len, uint32_t, low, uint32_t, high)
{
	return transfer_at(fd, uio_user(buffer, MIN(len, UIO_MAX)), pair64(low, high), file_write);
}

// Which way bytes move, and with which RWF_ flags (preadv2(2)).
struct direction {
	transfer_fn transfer;
	uint32_t flags;
};

// Check the flags of preadv2 and pwritev2. No file here can do without sleeping what it cannot do at
// once (RWF_NOWAIT), write without being torn (RWF_ATOMIC), or drop its pages (RWF_DONTCACHE).
// Returns 0 or -errno.
static int check_flags(const struct direction *direction)
{
	uint32_t flags = direction->flags;

	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | RWF_NOAPPEND))
		return WHY(-EOPNOTSUPP, "some of the flags %#x are not known", flags);
	if ((flags & RWF_APPEND) && (flags & RWF_NOAPPEND))
		return WHY(-EINVAL, "RWF_APPEND and RWF_NOAPPEND");
	return 0;
}

// Transfer a vector at *pos (NULL: at the file's own position). All ranges are checked before a
// byte moves, and the access mode before the ranges. The whole vector is one transfer, so a
// small writev to a pipe is not torn (readv(2)).
static ssize_t transfer_vector(struct file *file, const struct iovec __user *iov,
                               unsigned int count, uint64_t *pos, const struct direction *direction)
{
	transfer_fn transfer = direction->transfer;
	struct user_vector vector;
	struct uio uio;
	ssize_t n;
	int error;

	if (!may_transfer(file, transfer))
		return -EBADF;
	error = user_vector_get(&vector, aspace_current(), iov, count);
	if (error)
		return error;
	uio = uio_vector(&vector);
	if (direction->flags)
		uio.append = direction->flags & RWF_APPEND   ? UIO_APPEND :
		             direction->flags & RWF_NOAPPEND ? UIO_NO_APPEND :
		                                               UIO_AS_OPENED;
	if (pos && beyond_positions(*pos, vector.total))
		n = -EINVAL;
	else
		n = vector.total ? check_flags(direction) : 0;
	if (!n && vector.total)
		n = transfer(file, &uio, pos);
	user_vector_put(&vector);
	return n;
}

// readv and writev: at the file's own position.
static ssize_t vector_call(int fd, const struct iovec __user *iov, unsigned int count,
                           struct direction direction)
{
	struct file *file = file_arg_get(fd);
	ssize_t n;

	if (!file)
		return -EBADF;
	n = transfer_vector(file, iov, count, NULL, &direction);
	file_put(file);
	return n;
}

// preadv and pwritev: at a position of the caller's, with the order of errors of transfer_at.
static ssize_t vector_call_at(int fd, const struct iovec __user *iov, unsigned int count,
                              int64_t pos, struct direction direction)
{
	uint64_t at = (uint64_t)pos;
	struct file *file;
	ssize_t n = -ESPIPE;

	if (pos < 0)
		return -EINVAL;
	file = file_arg_get(fd);
	if (!file)
		return -EBADF;
	if (has_positions(file))
		n = transfer_vector(file, iov, count, &at, &direction);
	file_put(file);
	return n;
}

// readv(2). The ranges are filled one after the other.
SYSCALL3(readv, int, fd, const struct iovec __user *, iov, unsigned int, count)
{
	return vector_call(fd, iov, count, (struct direction){ file_read, 0 });
}

// writev(2).
SYSCALL3(writev, int, fd, const struct iovec __user *, iov, unsigned int, count)
{
	return vector_call(fd, iov, count, (struct direction){ file_write, 0 });
}

// preadv(2). The position comes in two halves, the low one first.
SYSCALL5(preadv, int, fd, const struct iovec __user *, iov, unsigned int, count, uint32_t, low,
         uint32_t, high)
{
	return vector_call_at(fd, iov, count, pair64(low, high), (struct direction){ file_read, 0 });
}

// pwritev(2).
SYSCALL5(pwritev, int, fd, const struct iovec __user *, iov, unsigned int, count, uint32_t, low,
         uint32_t, high)
{
	return vector_call_at(fd, iov, count, pair64(low, high),
	                      (struct direction){ file_write, 0 });
}

// Do preadv2 or pwritev2. The position -1 means the file's own.
static ssize_t vector_call_flags(int fd, const struct iovec __user *iov, unsigned int count,
                                 int64_t pos, struct direction direction)
{
	return pos == -1 ? vector_call(fd, iov, count, direction) :
	                   vector_call_at(fd, iov, count, pos, direction);
}

// preadv2(2).
SYSCALL6(preadv2, int, fd, const struct iovec __user *, iov, unsigned int, count, uint32_t, low,
         uint32_t, high, uint32_t, flags)
{
	return vector_call_flags(fd, iov, count, pair64(low, high),
	                         (struct direction){ file_read, flags });
}

// pwritev2(2).
SYSCALL6(pwritev2, int, fd, const struct iovec __user *, iov, unsigned int, count, uint32_t, low,
         uint32_t, high, uint32_t, flags)
{
	return vector_call_flags(fd, iov, count, pair64(low, high),
	                         (struct direction){ file_write, flags });
}

// Move the file's position. The descriptor is checked before `whence`, and `whence` before the
// kind of file. Returns the new position, or -errno.
static int64_t seek(int fd, int64_t offset, unsigned int whence)
{
	struct file *file = file_arg_get(fd);
	int64_t position = -ESPIPE;

	if (!file)
		return -EBADF;
	if (whence > SEEK_HOLE)
		position = -EINVAL;
	else if (file->ops->lseek)
		position = file->ops->lseek(file, offset, (int)whence);
	file_put(file);
	return position;
}

// lseek(2) with a 32-bit offset. A new position that does not fit is EOVERFLOW, but the position
// has moved, as on Linux.
SYSCALL3(lseek, int, fd, long, offset, unsigned int, whence)
{
	int64_t position = seek(fd, offset, whence);

	return position == (long)position ? (long)position : -EOVERFLOW;
}

// _llseek(2): the high half comes first here, unlike everywhere else, and the result is stored.
SYSCALL5(_llseek, int, fd, uint32_t, high, uint32_t, low, int64_t __user *, result, unsigned int,
         whence)
{
	int64_t position = seek(fd, pair64(low, high), whence);

	if (position < 0)
		return (long)position;
	return put_user(aspace_current(), result, position);
}
