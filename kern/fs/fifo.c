// fifo.c: opening FIFOs, and creating the two files of a pipe.
#include "fs/inode.h"
#include "fs/pipe.h"

// Returns the pipe of a FIFO, which is created when the FIFO is first opened, or NULL if out of
// memory. It is allocated without the lock; if two threads do that at once, the second frees its
// own.
static struct pipe *fifo_pipe(struct inode *inode)
{
	struct pipe *fresh = NULL;

	if (!inode->pipe)
		fresh = pipe_create();
	mutex_lock(&tree_lock);
	if (!inode->pipe) {
		inode->pipe = fresh;
		fresh = NULL;
	}
	tree_unlock();
	pipe_destroy(fresh);
	return inode->pipe;
}

// Sleep until *opens, the count of opens of the other end, has changed. A count of open ends
// would not do: the partner may open and close its end before this thread runs. Returns 0 or
// -ERESTARTSYS. Caller: holds the lock.
static int wait_for_partner(struct pipe *pipe, const uint32_t *opens)
{
	uint32_t before = *opens;
	int error = 0;

	assert_only_spinlock(&pipe->lock);
	while (*opens == before && !error)
		error = waitq_sleep(&pipe->open_wait, &pipe->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	return error ? -ERESTARTSYS : 0;
}

// The rules are those of fifo(7): a reader waits for a writer and a writer for a reader; O_RDWR
// never waits, since it is both; a nonblocking reader succeeds at once, a nonblocking writer
// fails with ENXIO. A pipe that is opened again through /proc/PID/fd never waits.
int pipe_open(struct inode *inode, struct file *file)
{
	struct pipe *pipe;
	// false: a pipe without a name, opened again through /proc
	bool named = inode->dev != VOLUME_NAMELESS;
	bool wait = named && !(file->flags & O_NONBLOCK);
	int error = 0;

	assert_no_lock();
	if (!file_readable(file) && !file_writable(file))
		return -EINVAL; // the access mode 3, which neither reads nor writes
	pipe = fifo_pipe(inode);
	if (!pipe)
		return -ENOMEM;
	file->private = pipe;
	spin_lock(&pipe->lock);
	if (file_writable(file) && !file_readable(file) && named && !wait && !pipe->readers) {
		spin_unlock(&pipe->lock);
		return -ENXIO;
	}
	if (file_readable(file)) {
		pipe->readers++;
		pipe->reader_opens++;
	}
	if (file_writable(file)) {
		pipe->writers++;
		pipe->writer_opens++;
	}
	waitq_wake_all(&pipe->open_wait);
	if (!pipe->writers && wait)
		error = wait_for_partner(pipe, &pipe->writer_opens);
	else if (!pipe->writers && named)
		file->position = pipe->writer_opens;
	else if (!pipe->readers && wait)
		error = wait_for_partner(pipe, &pipe->reader_opens);
	spin_unlock(&pipe->lock);
	if (error)
		pipe_ops.release(file);
	return error;
}

// Until both files exist, an error is undone by file_put of the first: it drops the inode's
// reference, and the last one frees the pipe.
int pipe_create_files(uint32_t flags, struct file *ends[2])
{
	struct inode *inode = inode_create(S_IFIFO | 0600, VOLUME_NAMELESS, NULL);
	int error;

	assert_no_lock();
	if (!inode)
		return -ENOMEM;
	inode->nlink = 1;
	inode->pipe = pipe_create();
	if (!inode->pipe) {
		inode_put(inode);
		return -ENOMEM;
	}
	inode_get(inode); // one for each end
	error = file_create_nameless(inode, flags | O_RDONLY, &pipe_ops, inode->pipe, &ends[0]);
	if (error) {
		inode_put(inode);
		return error;
	}
	inode->pipe->readers = inode->pipe->reader_opens = 1;
	error = file_create_nameless(inode, flags | O_WRONLY, &pipe_ops, inode->pipe, &ends[1]);
	if (error) {
		file_put(ends[0]);
		return error;
	}
	inode->pipe->writers = inode->pipe->writer_opens = 1;
	return 0;
}
