// sys_splice.c: moving bytes into and out of pipes: splice(2), tee(2), vmsplice(2).
#include "fs/fdtable.h"
#include "fs/splice.h"
#include "fs/uio.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"

#define SPLICE_FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

// Two open files, and the program's positions in them.
struct ends {
	struct file *in, *out;
	uint64_t __user *in_pos, *out_pos; // NULL: the file's own
};

// Get both files. Returns 0, with two references, or -EBADF without any.
static int get_files(struct ends *ends, int in, int out)
{
	ends->in = file_arg_get(in);
	if (!ends->in)
		return -EBADF;
	ends->out = file_arg_get(out);
	if (ends->out)
		return 0;
	file_put(ends->in);
	return -EBADF;
}

static void put_files(struct ends *ends)
{
	file_put(ends->in);
	file_put(ends->out);
}

// Splice, with the positions fetched before and stored after that. Returns how many bytes were moved, or
// -errno: as splice_files; -ESPIPE for a position of a pipe; -EFAULT, perhaps after bytes were moved.
static ssize_t splice_at(struct ends *ends, size_t len, uint32_t flags)
{
	struct aspace *as = aspace_current();
	uint64_t in_pos, out_pos;
	ssize_t n;

	if ((ends->in_pos && ends->in->ops == &pipe_ops) ||
	    (ends->out_pos && ends->out->ops == &pipe_ops))
		return WHY(-ESPIPE, "a pipe has no positions");
	if (ends->out_pos && get_user(as, &out_pos, ends->out_pos))
		return -EFAULT;
	if (ends->in_pos && get_user(as, &in_pos, ends->in_pos))
		return -EFAULT;
	n = splice_files(ends->in, ends->in_pos ? &in_pos : NULL, ends->out,
	                 ends->out_pos ? &out_pos : NULL, len, flags);
	if (n >= 0 && ends->out_pos && put_user(as, ends->out_pos, out_pos))
		return -EFAULT;
	if (n >= 0 && ends->in_pos && put_user(as, ends->in_pos, in_pos))
		return -EFAULT;
	return n;
}

// splice(2). No bytes are no error, whatever else is wrong.
SYSCALL6(splice, int, in, uint64_t __user *, in_pos, int, out, uint64_t __user *, out_pos, size_t,
         len, unsigned int, flags)
{
	struct ends ends = { .in_pos = in_pos, .out_pos = out_pos };
	ssize_t n;

	if (!len)
		return 0;
	if (flags & ~(unsigned int)SPLICE_FLAGS)
		return WHY(-EINVAL, "the flags %#x are not known", flags);
	n = get_files(&ends, in, out);
	if (n)
		return n;
	n = splice_at(&ends, len, flags);
	put_files(&ends);
	return n;
}

// tee(2). Unlike splice it looks at the flags first.
SYSCALL4(tee, int, in, int, out, size_t, len, unsigned int, flags)
{
	struct ends ends;
	ssize_t n;

	if (flags & ~(unsigned int)SPLICE_FLAGS)
		return WHY(-EINVAL, "the flags %#x are not known", flags);
	if (!len)
		return 0;
	n = get_files(&ends, in, out);
	if (n)
		return n;
	n = splice_tee(ends.in, ends.out, len, flags);
	put_files(&ends);
	return n;
}

// Do vmsplice on an open file: into a pipe if it was opened for writing, else out of it. The order of
// checks is Linux's: the access mode, the ranges, whether the file is a pipe.
static ssize_t splice_memory(struct file *file, const struct iovec __user *iov, unsigned int count,
                             unsigned int flags)
{
	struct user_vector vector;
	struct uio uio;
	ssize_t n;

	if (!file_writable(file) && !file_readable(file))
		return -EBADF;
	n = user_vector_get(&vector, aspace_current(), iov, count);
	if (n)
		return n;
	uio = uio_vector(&vector);
	if (vector.total && file->ops != &pipe_ops)
		n = WHY(-EBADF, "the file is not a pipe");
	else if (vector.total && file_writable(file))
		n = splice_from_user(file, &uio, flags);
	else if (vector.total)
		n = splice_to_user(file, &uio, flags);
	user_vector_put(&vector);
	return n;
}

// vmsplice(2). The bytes are copied at once: the program may change its memory afterwards without an
// effect on the pipe, and a page that it was asked to give away (SPLICE_F_GIFT) stays its own.
SYSCALL4(vmsplice, int, fd, const struct iovec __user *, iov, unsigned int, count, unsigned int,
         flags)
{
	struct file *file;
	ssize_t n;

	if (flags & ~(unsigned int)SPLICE_FLAGS)
		return WHY(-EINVAL, "the flags %#x are not known", flags);
	file = file_arg_get(fd);
	if (!file)
		return -EBADF;
	n = splice_memory(file, iov, count, flags);
	file_put(file);
	return n;
}
