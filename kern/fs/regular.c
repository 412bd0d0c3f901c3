// regular.c: regular files. The contents of a regular file are the pages of a memory object.
// Mappings of the file show the same pages, so read(), write() and mmap() always agree.
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/permission.h"
#include "fs/uio.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"

// Read at *pos. An error counts only if no byte was read; the next call will report it.
static ssize_t read_at(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct object *object = file->inode->object;
	ssize_t total = 0;

	while (uio->left) {
		size_t wanted = uio->len;
		ssize_t n = uio->kernel ?
		                    object_read(object, *pos, (__force void *)uio->base, wanted) :
		                    object_read_user(object, *pos, uio->base, wanted);

		if (n < 0)
			return total ? total : n;
		*pos += (uint64_t)n;
		total += n;
		if ((size_t)n < wanted)
			break;
		uio_advance(uio, wanted);
		if (uio->left && yield_after(UIO_RANGE_COST))
			break;
	}
	if (total)
		file_accessed(file);
	return total;
}

// Two threads that read one open file at the same time each get bytes of their own.
ssize_t regular_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	bool claimed = false;
	ssize_t n = pos == &file->position ? file_claim_position(file, &claimed) : 0;

	assert_no_lock();
	if (n)
		return n;
	n = read_at(file, uio, pos);
	file_return_position(file, claimed);
	return n;
}

// Returns true if a write goes to the end of the file.
static bool appends(const struct file *file, const struct uio *uio)
{
	return uio->append == UIO_AS_OPENED ? (file->flags & O_APPEND) != 0 :
	                                      uio->append == UIO_APPEND;
}

// Write at *pos. O_APPEND sets the position to the end at each write (open(2)). Then the limits cut the length,
// RLIMIT_FSIZE before that of a file without O_LARGEFILE, as in Linux's generic_write_checks: a
// write that crosses a limit is short, and one that begins beyond it fails with EFBIG.
static ssize_t write_at(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct object *object = file->inode->object;
	size_t limit = uio->left;
	ssize_t total = 0;
	int error;

	if (!uio->left)
		return 0;
	if (appends(file, uio))
		*pos = inode_size(file->inode);
	error = size_limit_write(*pos, &limit);
	if (error)
		return error;
	if (!(file->flags & O_LARGEFILE)) {
		if (*pos >= SMALL_FILE_MAX)
			return -EFBIG;
		limit = (size_t)MIN((uint64_t)limit, SMALL_FILE_MAX - *pos);
	}
	inode_contents_change(file->inode);
	while (uio->left && (size_t)total < limit) {
		size_t wanted = MIN(uio->len, limit - (size_t)total);
		ssize_t n = uio->kernel ? object_write(object, *pos,
		                                       (__force const void *)uio->base, wanted) :
		                          object_write_user(object, *pos, uio->base, wanted);

		if (n < 0) {
			if (!total)
				return n;
			break;
		}
		*pos += (uint64_t)n;
		total += n;
		if ((size_t)n < wanted)
			break;
		uio_advance(uio, wanted);
		if (uio->left && yield_after(UIO_RANGE_COST))
			break;
	}
	if (total)
		inode_touch(file->inode, TOUCH_MTIME | TOUCH_CTIME);
	return total;
}

// Write at *pos; with O_APPEND as the only thread that writes to the end of this file, through whatever
// descriptor. Returns as write_at; -EINTR if the thread must die.
static ssize_t write_or_append(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct claim *append = appends(file, uio) ? &file->inode->append : NULL;
	ssize_t n = append ? claim_take(append) : 0;

	if (n)
		return n;
	n = write_at(file, uio, pos);
	if (append)
		claim_release(append);
	return n;
}

static ssize_t regular_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	bool claimed = false;
	ssize_t n = pos == &file->position ? file_claim_position(file, &claimed) : 0;

	if (n)
		return n;
	n = write_or_append(file, uio, pos);
	file_return_position(file, claimed);
	return n;
}

// Holes are pages that the object does not have. A file of large pages reports none.
static int64_t seek(struct file *file, int64_t offset, int whence)
{
	struct object *object = file->inode->object;

	if ((whence == SEEK_DATA || whence == SEEK_HOLE) && object->shift == PAGE_SHIFT) {
		offset = object_seek(object, offset, whence == SEEK_DATA);
		if (offset >= 0)
			file->position = (uint64_t)offset;
		return offset;
	}
	return file_seek(file, offset, whence, inode_size(file->inode));
}

// A position that moves while another thread transfers bytes moves before or after.
int64_t regular_lseek(struct file *file, int64_t offset, int whence)
{
	bool claimed;
	int64_t result = file_claim_position(file, &claimed);

	assert_no_lock();
	if (result)
		return result;
	result = seek(file, offset, whence);
	file_return_position(file, claimed);
	return result;
}

static int regular_mmap(struct file *file, struct map_request *request)
{
	request->object = file->inode->object;
	file_accessed(file);
	return 0;
}

const struct file_ops regular_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = regular_read,
	.write = regular_write,
	.lseek = regular_lseek,
	.mmap = regular_mmap,
};
