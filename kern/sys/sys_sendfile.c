// sys_sendfile.c: copying from one open file to another inside the kernel (sendfile(2),
// copy_file_range(2)).
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "vm/uaccess.h"

// A pair of open files. A position of the caller's is used if `has_` says so; otherwise the
// file's own.
struct copy {
	struct file *in, *out;
	bool has_in_pos, has_out_pos;
	int64_t in_pos, out_pos;
};

// Get both files. Returns 0, with two references, or -EBADF without any.
static int copy_begin(struct copy *copy, int in_fd, int out_fd)
{
	copy->in = file_arg_get(in_fd);
	copy->out = file_arg_get(out_fd);
	if (copy->in && copy->out)
		return 0;
	if (copy->in)
		file_put(copy->in);
	if (copy->out)
		file_put(copy->out);
	return -EBADF;
}

// Copy, and update the caller's positions. Returns how many bytes were copied, or -errno.
static ssize_t copy_run(struct copy *copy, size_t len)
{
	uint64_t in_pos = (uint64_t)copy->in_pos, out_pos = (uint64_t)copy->out_pos;
	ssize_t n = file_copy(copy->in, copy->has_in_pos ? &in_pos : NULL, copy->out,
	                      copy->has_out_pos ? &out_pos : NULL, MIN(len, UIO_MAX));

	copy->in_pos = (int64_t)in_pos;
	copy->out_pos = (int64_t)out_pos;
	return n;
}

// Drop both references.
static void copy_end(struct copy *copy)
{
	file_put(copy->in);
	file_put(copy->out);
}

// Check whether sendfile may copy *len bytes, and lower *len so that the position does not exceed
// `max`. The order is that of Linux's do_sendfile. The source needs positions and contents, so neither
// a pipe nor a directory nor an anonymous file will do; the destination may be anything but a file
// opened with O_APPEND. Returns 0 or -errno.
static int sendfile_check(const struct copy *copy, size_t *len, int64_t max)
{
	int64_t from = copy->has_in_pos ? copy->in_pos : (int64_t)copy->in->position;

	if (!file_readable(copy->in) || !file_writable(copy->out))
		return -EBADF;
	if (copy->has_in_pos && !copy->in->ops->lseek)
		return -ESPIPE;
	if (from < 0 || *len > (uint64_t)(INT64_MAX - from))
		return -EINVAL;
	if (from > max || (from == max && *len))
		return -EOVERFLOW;
	*len = (size_t)MIN((uint64_t)*len, (uint64_t)(max - from));
	if (!copy->in->ops->lseek || copy->in->ops->kind || inode_is(copy->in->inode, S_IFDIR) ||
	    (copy->out->flags & O_APPEND))
		return -EINVAL;
	return 0;
}

// Copy for sendfile. `max`: the greatest position that the call can store. Returns how many bytes
// were copied, or -errno.
static ssize_t sendfile_run(int out_fd, int in_fd, struct copy *copy, size_t len, int64_t max)
{
	ssize_t n = copy_begin(copy, in_fd, out_fd);

	if (n)
		return n;
	n = sendfile_check(copy, &len, max);
	if (!n)
		n = copy_run(copy, len);
	copy_end(copy);
	return n;
}

// sendfile(2) with an offset of 32 bits: the copy ends where the offset would not fit any more. With an
// offset the file's own position stays, and the offset is updated, also if no byte was copied.
SYSCALL4(sendfile, int, out_fd, int, in_fd, int32_t __user *, offset, size_t, len)
{
	struct copy copy = { .has_in_pos = offset != NULL };
	int32_t pos = 0;
	ssize_t n;

	if (offset && get_user(aspace_current(), &pos, offset))
		return -EFAULT;
	copy.in_pos = pos;
	n = sendfile_run(out_fd, in_fd, &copy, len, offset ? INT32_MAX : INT64_MAX);
	pos = (int32_t)copy.in_pos;
	if (offset && put_user(aspace_current(), offset, pos))
		return -EFAULT;
	return n;
}

// sendfile(2) with an offset of 64 bits.
SYSCALL4(sendfile64, int, out_fd, int, in_fd, int64_t __user *, offset, size_t, len)
{
	struct copy copy = { .has_in_pos = offset != NULL };
	ssize_t n;

	if (offset && get_user(aspace_current(), &copy.in_pos, offset))
		return -EFAULT;
	n = sendfile_run(out_fd, in_fd, &copy, len, INT64_MAX);
	if (offset && put_user(aspace_current(), offset, copy.in_pos))
		return -EFAULT;
	return n;
}

// Check whether copy_file_range may copy *len bytes, and lower *len to the source's end and to
// RLIMIT_FSIZE. The order is Linux's: types of files, access modes, overflow of positions,
// limits, overlap within one file. Returns 0 or -errno.
static int copy_range_check(const struct copy *copy, size_t *len)
{
	struct inode *in = copy->in->inode, *out = copy->out->inode;
	int64_t from = copy->has_in_pos ? copy->in_pos : (int64_t)copy->in->position;
	int64_t to = copy->has_out_pos ? copy->out_pos : (int64_t)copy->out->position;
	uint64_t size;
	int error;

	if (inode_is(in, S_IFDIR) || inode_is(out, S_IFDIR))
		return -EISDIR;
	if (!inode_is(in, S_IFREG) || !inode_is(out, S_IFREG))
		return -EINVAL;
	if (!file_readable(copy->in) || !file_writable(copy->out) || (copy->out->flags & O_APPEND))
		return -EBADF;
	if ((uint64_t)from + *len < (uint64_t)from || (uint64_t)to + *len < (uint64_t)to)
		return -EOVERFLOW;
	if (to == INT64_MAX) // no file has a byte there
		return -EFBIG;
	if (from < 0 || to < 0)
		return -EINVAL;
	size = inode_size(in);
	*len = (size_t)MIN(*len, size - MIN((uint64_t)from, size));
	error = size_limit_write((uint64_t)to, len);
	if (error)
		return error;
	if (in == out && (uint64_t)(from > to ? from - to : to - from) < *len)
		return -EINVAL;
	return 0;
}

// copy_file_range(2). The positions are fetched after the descriptors are checked. They are
// stored only if bytes were copied.
SYSCALL6(copy_file_range, int, in_fd, int64_t __user *, in_pos, int, out_fd, int64_t __user *,
         out_pos, size_t, len, unsigned int, flags)
{
	struct copy copy = { .has_in_pos = in_pos != NULL, .has_out_pos = out_pos != NULL };
	struct aspace *as = aspace_current();
	ssize_t n = copy_begin(&copy, in_fd, out_fd);

	if (n)
		return n;
	if (in_pos && get_user(as, &copy.in_pos, in_pos))
		n = -EFAULT;
	else if (out_pos && get_user(as, &copy.out_pos, out_pos))
		n = -EFAULT;
	else if (flags)
		n = -EINVAL;
	else
		n = copy_range_check(&copy, &len);
	if (!n && len)
		n = copy_run(&copy, len);
	if (n > 0 && in_pos && put_user(as, in_pos, copy.in_pos))
		n = -EFAULT;
	if (n > 0 && out_pos && put_user(as, out_pos, copy.out_pos))
		n = -EFAULT;
	copy_end(&copy);
	return n;
}
