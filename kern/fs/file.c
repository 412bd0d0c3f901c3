// file.c: allocating, copying, positioning and closing open files of any type.
#include "fs/file.h"

#include "fs/async_file.h"
#include "fs/epoll.h"
#include "fs/file_locks.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include "vm/object.h"
#include <limits.h>

// A file opened with O_PATH only names a place in the tree: it has no operations (open(2)).
const struct file_ops path_only_ops = { 0 };

int file_create_nameless(struct inode *inode, uint32_t flags, const struct file_ops *ops,
                         void *private, struct file **store)
{
	struct file *file = kmalloc(sizeof(*file));

	assert_only_spinlock(NULL);
	if (!file) {
		inode_put(inode);
		return -ENOMEM;
	}
	*file = (struct file){
		.ops = ops,
		.refs = 1,
		.flags = flags,
		.inode = inode,
		.private = private,
	};
	list_init(&file->watchers);
	*store = file;
	return 0;
}

void file_allow_exec(struct file *file)
{
	if (file->write_open)
		object_write_close(file->inode->object);
	file->write_open = false;
}

void file_end_read(struct file *file)
{
	if (file->read_open)
		__atomic_sub_fetch(&file->inode->read_opens, 1, __ATOMIC_RELAXED);
	file->read_open = false;
}

void file_free(struct file *file)
{
	assert_no_lock();
	if (unlikely(file->locks))
		file_locks_of_file_end(file);
	if (unlikely(file->async))
		async_file_free(file);
	if (unlikely(!list_empty(&file->watchers)))
		epoll_file_closed(file);
	if (file->ops->release)
		file->ops->release(file);
	file_allow_exec(file);
	file_end_read(file);
	inode_put(file->inode);
	if (unlikely(file->mount))
		mount_file_closed(file);
	kfree(file);
}

bool file_admits_direct(const struct inode *inode)
{
	return inode_is(inode, S_IFREG) && inode->object;
}

int file_refusal(const struct file *file, bool allowed)
{
	return allowed && !(file->flags & O_PATH) ? -EINVAL : -EBADF;
}

#define COPY_COST 3000 // about how many instructions it takes to copy a page

// `from` advances by what was read, and goes back by what could not be written, so the next call
// loses no byte; a device that has no positions leaves it as it is. An error counts only if no byte was moved. After a short write the next round
// finds the reason.
ssize_t file_copy(struct file *in, uint64_t *in_pos, struct file *out, uint64_t *out_pos,
                  size_t count)
{
	char *page = kmalloc(PAGE_SIZE);
	uint64_t from = in_pos ? *in_pos : in->position, before;
	ssize_t got = 0, put = 0;
	size_t done = 0;

	assert_no_lock();
	if (!page)
		return -ENOMEM;
	while (done < count) {
		struct uio uio = uio_kernel(page, MIN(count - done, PAGE_SIZE));

		before = from;
		got = file_read(in, &uio, &from);
		if (got <= 0)
			break;
		uio = uio_kernel(page, (size_t)got);
		put = file_write(out, &uio, out_pos);
		if (put < got && from != before)
			from = before + (uint64_t)MAX(put, 0);
		if (put <= 0)
			break;
		done += (size_t)put;
		if (yield_due(COPY_COST) && thread_yield_point())
			break;
	}
	*(in_pos ? in_pos : &in->position) = from;
	kfree(page);
	if (done)
		return (ssize_t)done;
	return got < 0 ? got : MIN(put, 0);
}

int64_t file_seek(struct file *file, int64_t offset, int whence, uint64_t size)
{
	uint64_t base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->position;
		break;
	case SEEK_END:
		base = size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || (uint64_t)offset >= size)
			return -ENXIO;
		base = whence == SEEK_DATA ? 0 : size - (uint64_t)offset;
		break;
	default:
		return -EINVAL;
	}
	// One unsigned comparison finds positions below 0 and above INT64_MAX.
	if (base + (uint64_t)offset > (uint64_t)INT64_MAX)
		return -EINVAL;
	file->position = base + (uint64_t)offset;
	return (int64_t)file->position;
}

// Contents count only while no name leads to them: only then does closing the file free memory.
// Large pages do not count, since they return to their own pool.
size_t file_held_bytes(const struct file *file)
{
	const struct inode *inode = file->inode;
	size_t bytes = sizeof(*file) + file_locks_bytes(file->locks);

	if (file->async)
		bytes += sizeof(*file->async);
	if (file->ops->held_bytes)
		bytes += file->ops->held_bytes(file);
	else if (inode->nlink == 0 && inode_is(inode, S_IFREG) && inode->object &&
	         inode->object->shift == PAGE_SHIFT)
		bytes += inode->object->resident * PAGE_SIZE;
	return bytes / file->refs;
}
