// splice.c: moving bytes into and out of pipes without a program's memory between.
#include "fs/splice.h"

#include "fs/inode.h"
#include "fs/pipe_pieces.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/why.h"
#include "thread/yield.h"

#define PIECE_COST 3000 // about how many instructions it takes to copy a page and to move it
#define TEE_SLOTS \
	256u // copied in one call: the pipe must not change meanwhile, so there is no yield

// Returns the pipe that the file is an end of, or NULL.
static struct pipe *pipe_of(const struct file *file)
{
	return file->ops == &pipe_ops ? file->private : NULL;
}

// Returns a page for the bytes of a slot, which may outlive the program, or NULL if out of memory.
static char *new_page(void)
{
	return kmalloc_lasting(PAGE_SIZE);
}

// Returns the result of a splice that has moved `done` bytes and ended with `error`.
static ssize_t result_of(size_t done, ssize_t error)
{
	return done ? (ssize_t)done : MIN(error, 0);
}

// Move part of a piece that was taken out of `in`, its first `n` bytes, into the reserved slot of `out`,
// and return the rest to `in`. Returns 0; -ENOMEM with the piece returned, and the slot still reserved.
static int move_part(struct pipe *in, struct pipe *out, struct pipe_slot piece, size_t n)
{
	char *page = new_page();

	if (!page) {
		pipe_return_piece(in, piece);
		return -ENOMEM;
	}
	memcpy(page + PAGE_SIZE - n, piece.page + piece.start, n);
	piece.start += (uint16_t)n;
	pipe_return_piece(in, piece);
	pipe_put_piece(out, pipe_piece_apart(page, n));
	return 0;
}

// Move the oldest slot of `in`, at most `max` bytes, to `out`. Returns how many bytes were moved; 0 if
// `in` is empty; -EAGAIN if `out` is full; -EPIPE; -ENOMEM.
static ssize_t move_piece(struct pipe *in, struct pipe *out, size_t max)
{
	struct pipe_slot piece;
	ssize_t n = pipe_reserve(out);

	if (n)
		return n;
	if (pipe_take_piece(in, &piece)) {
		n = piece.end - piece.start;
		if ((size_t)n <= max) {
			pipe_unreserve(in);
			pipe_put_piece(out, piece);
			return n;
		}
		n = move_part(in, out, piece, max);
		if (!n)
			return (ssize_t)max;
	}
	pipe_unreserve(out);
	return n;
}

// Splice from a pipe to another. Others may use the pipes between two slots, so both are looked at
// again until a byte has been moved.
static ssize_t pipe_to_pipe(struct pipe *in, struct pipe *out, size_t len, bool nonblocking)
{
	size_t done = 0;
	ssize_t n;

	for (;;) {
		n = pipe_wait_bytes(in, nonblocking);
		if (!n)
			n = pipe_wait_room(out, nonblocking);
		if (n)
			return n;
		while (done < len && (n = move_piece(in, out, len - done)) > 0) {
			done += (size_t)n;
			if (yield_due(PIECE_COST / 8) && thread_yield_point())
				return (ssize_t)done;
		}
		if (n == -EPIPE)
			n = pipe_broken();
		if (done || (n && n != -EAGAIN) || (!n && !in->writers))
			return result_of(done, n);
	}
}

// Write the oldest slot of the pipe, at most `max` bytes, to a file at *pos. Returns how many bytes were
// written; 0 if the pipe is empty, or the file takes nothing; or the error of file_write.
static ssize_t write_piece(struct pipe *pipe, struct file *out, uint64_t *pos, size_t max)
{
	struct pipe_slot piece;
	struct uio uio;
	ssize_t n;

	if (!pipe_take_piece(pipe, &piece))
		return 0;
	uio = uio_kernel(piece.page + piece.start, MIN((size_t)(piece.end - piece.start), max));
	n = file_write(out, &uio, pos);
	piece.start += (uint16_t)MAX(n, 0);
	if (piece.start < piece.end) {
		pipe_return_piece(pipe, piece);
	} else {
		kfree(piece.page);
		pipe_unreserve(pipe);
	}
	return n;
}

// Splice from a pipe to a file at *pos.
static ssize_t pipe_to_file(struct pipe *pipe, struct file *out, uint64_t *pos, size_t len,
                            bool nonblocking)
{
	size_t done = 0;
	ssize_t n;

	do {
		n = pipe_wait_bytes(pipe, nonblocking);
		if (n)
			return n;
		while (done < len && (n = write_piece(pipe, out, pos, len - done)) > 0) {
			done += (size_t)n;
			if (yield_due(PIECE_COST) && thread_yield_point())
				return (ssize_t)done;
		}
	} while (!done && !n && pipe->writers);
	return result_of(done, n);
}

// Read up to `max` bytes of a file at *pos into a slot of the pipe. Only files whose bytes have places
// are read by whole pages. Returns how many bytes were moved; 0 at the end of the file; -EAGAIN if the
// pipe is full; -EPIPE; -ENOMEM; or the error of file_read.
static ssize_t read_piece(struct file *in, uint64_t *pos, struct pipe *pipe, size_t max)
{
	size_t left = PAGE_SIZE - (in->ops == &regular_ops ? (size_t)(*pos % PAGE_SIZE) : 0);
	char *page = new_page(), *start;
	struct uio uio;
	ssize_t n;

	if (!page)
		return -ENOMEM;
	left = MIN(left, max);
	start = page + PAGE_SIZE - left;
	uio = uio_kernel(start, left);
	n = pipe_reserve(pipe);
	if (n) {
		kfree(page);
		return n;
	}
	n = file_read(in, &uio, pos);
	if (n <= 0) {
		pipe_unreserve(pipe);
		kfree(page);
		return n;
	}
	memmove(page + PAGE_SIZE - n, start, (size_t)n);
	pipe_put_piece(pipe, pipe_piece_apart(page, (size_t)n));
	return n;
}

// Splice from a file at *pos to a pipe, until the pipe is full. A file without positions, such as a
// terminal, is read once.
static ssize_t file_to_pipe(struct file *in, uint64_t *pos, struct pipe *pipe, size_t len,
                            bool nonblocking)
{
	size_t done = 0;
	ssize_t n = pipe_wait_room(pipe, nonblocking);

	if (!n && !(in->ops->splices & SPLICES_FROM))
		return WHY(-EINVAL, "bytes of such a file cannot be moved to a pipe");
	while (!n && done < len) {
		size_t whole = MIN(len - done, PAGE_SIZE - (size_t)(*pos % PAGE_SIZE));

		n = read_piece(in, pos, pipe, len - done);
		if (n <= 0)
			break;
		done += (size_t)n;
		if ((size_t)n < whole || !in->ops->lseek ||
		    (yield_due(PIECE_COST) && thread_yield_point()))
			break;
		n = 0;
	}
	return result_of(done, n);
}

// Check the position of a file that is no pipe, and store it in *at. Returns 0; -EINVAL for a position
// that the file has not, that is negative, or that would become so.
static int check_position(const struct file *file, const uint64_t *pos, size_t len, uint64_t *at)
{
	*at = pos ? *pos : file->position;
	if (pos && (!file->ops->lseek || file->ops->kind))
		return WHY(-EINVAL, "the bytes of the file have no positions");
	if (*at > INT64_MAX || len > INT64_MAX - *at)
		return WHY(-EINVAL, "the position is negative, or would become so");
	return 0;
}

// The order of checks is Linux's (do_splice).
ssize_t splice_files(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                     size_t len, uint32_t flags)
{
	struct pipe *from = pipe_of(in), *to = pipe_of(out);
	bool nonblocking = flags & SPLICE_F_NONBLOCK ||
	                   ((from ? in->flags : 0) | (to ? out->flags : 0)) & O_NONBLOCK;
	uint64_t at;
	ssize_t n;

	assert_no_lock();
	if (!file_readable(in) || !file_writable(out))
		return -EBADF;
	if (from && to)
		return from == to ? -EINVAL : pipe_to_pipe(from, to, len, nonblocking);
	if (!from && !to)
		return WHY(-EINVAL, "neither file is a pipe");
	if (from && (out->flags & O_APPEND))
		return WHY(-EINVAL, "the file was opened with O_APPEND");
	n = from ? check_position(out, out_pos, len, &at) : check_position(in, in_pos, len, &at);
	if (n)
		return n;
	if (from && !(out->ops->splices & SPLICES_TO))
		return WHY(-EINVAL, "bytes of a pipe cannot be moved to such a file");
	len = MIN(len, UIO_MAX);
	n = from ? pipe_to_file(from, out, &at, len, nonblocking) :
	           file_to_pipe(in, &at, to, len, nonblocking);
	if (from)
		*(out_pos ? out_pos : &out->position) = at;
	else
		*(in_pos ? in_pos : &in->position) = at;
	return n;
}

// Copy slots from `in` to `out`, without a yield. Returns as splice_tee.
static ssize_t copy_slots(struct pipe *in, struct pipe *out, size_t len)
{
	size_t done = 0, n;
	ssize_t error = 0;

	for (uint32_t i = 0; i < TEE_SLOTS && done < len; i++) {
		char *page = new_page();

		error = page ? pipe_reserve(out) : -ENOMEM;
		if (error) {
			kfree(page);
			break;
		}
		n = pipe_copy_piece(in, i, page, len - done);
		if (!n) {
			pipe_unreserve(out);
			kfree(page);
			break;
		}
		pipe_put_piece(out, pipe_piece_apart(page, n));
		done += n;
	}
	if (error == -EPIPE)
		error = pipe_broken();
	return result_of(done, error == -EAGAIN ? 0 : error);
}

ssize_t splice_tee(struct file *in, struct file *out, size_t len, uint32_t flags)
{
	bool nonblocking = flags & SPLICE_F_NONBLOCK || (in->flags | out->flags) & O_NONBLOCK;
	struct pipe *from = pipe_of(in), *to = pipe_of(out);
	ssize_t n;

	assert_no_lock();
	if (!file_readable(in) || !file_writable(out))
		return -EBADF;
	if (!from || !to || from == to)
		return WHY(-EINVAL, "not two pipes");
	n = pipe_wait_bytes(from, nonblocking);
	if (!n)
		n = pipe_wait_room(to, nonblocking);
	if (!n && yield_due(MIN(len / PAGE_SIZE + 1, TEE_SLOTS) * PIECE_COST) &&
	    thread_yield_point())
		n = -ERESTARTSYS;
	return n ? n : copy_slots(from, to, len);
}

ssize_t splice_from_user(struct file *file, struct uio *uio, uint32_t flags)
{
	struct pipe *pipe = pipe_of(file);
	ssize_t error = pipe_wait_room(pipe, flags & SPLICE_F_NONBLOCK);
	size_t done = 0;

	assert_no_lock();
	while (!error && uio->left) {
		char *page = new_page();
		size_t n;

		uio_advance(uio, 0); // past empty ranges
		n = MIN(uio->len, PAGE_SIZE - user_address(uio->base) % PAGE_SIZE);
		if (!page)
			error = -ENOMEM;
		else if (uio_copyin(uio, page + PAGE_SIZE - n, n) < n)
			error = -EFAULT;
		else
			error = pipe_reserve(pipe);
		if (error) {
			kfree(page);
			break;
		}
		pipe_put_piece(pipe, pipe_piece_apart(page, n));
		done += n;
		if (yield_due(PIECE_COST) && thread_yield_point())
			break;
	}
	if (error == -EPIPE)
		error = pipe_broken();
	return result_of(done, error);
}

// Reads by way of an open file that exists only for this call, with flags of its own.
ssize_t splice_to_user(struct file *file, struct uio *uio, uint32_t flags)
{
	struct file reader = { .private = pipe_of(file) };

	assert_no_lock();
	reader.flags = flags & SPLICE_F_NONBLOCK ? O_NONBLOCK : 0;
	return pipe_read(&reader, uio, NULL);
}
