// mqueue_file.c: the file that a POSIX message queue is: its status as text, polls, and the end of a
// registration when its process closes a descriptor.
#include "fs/inode.h"
#include "fs/uio.h"
#include "ipc/mqueue.h"
#include "proc/process.h"
#include <abi/signal.h>
#include <stdio.h>

#define STATUS_MAX 80u // bytes of the text, at most

// Read the text that describes the queue (mq_overview(7)).
static ssize_t mq_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct mq_queue *queue = mq_of_file(file);
	struct mq_notify notify;
	char text[STATUS_MAX];
	size_t length, wanted, done;
	uint32_t bytes;

	spin_lock(&queue->lock);
	notify = queue->notify;
	bytes = queue->bytes;
	spin_unlock(&queue->lock);
	if (!notify.pid)
		notify = (struct mq_notify){ 0 };
	length = (size_t)snprintf(text, sizeof(text),
	                          "QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", bytes,
	                          notify.how, notify.signo, notify.pid);
	if (*pos >= length)
		return 0;
	wanted = MIN(length - (size_t)*pos, uio->left);
	done = uio_copyout(uio, text + *pos, wanted);
	*pos += done;
	inode_touch(file->inode, TOUCH_ATIME | TOUCH_CTIME);
	return done || !wanted ? (ssize_t)done : -EFAULT;
}

static int64_t mq_lseek(struct file *file, int64_t offset, int whence)
{
	return file_seek(file, offset, whence, MQUEUE_FILE_SIZE);
}

// Room and messages wake the same polls, as on Linux.
static unsigned int mq_poll(struct file *file, struct poll_table *table)
{
	struct mq_queue *queue = mq_of_file(file);
	unsigned int events = 0;

	poll_wait(table, &queue->polls);
	spin_lock(&queue->lock);
	if (queue->count)
		events |= POLLIN | POLLRDNORM;
	if (queue->count < queue->count_max)
		events |= POLLOUT | POLLWRNORM;
	spin_unlock(&queue->lock);
	return events;
}

// A queue with a name would live on without the process.
static size_t mq_held_bytes(const struct file *file)
{
	const struct mq_queue *queue = mq_of_file(file);

	return queue->inode->nlink ? 0 : sizeof(*queue) + queue->memory;
}

// Closing any descriptor of the queue ends the registration of the process (mq_notify(3)).
static void mq_flush(struct file *file)
{
	const struct process *process = process_current();
	struct mq_queue *queue = mq_of_file(file);

	spin_lock(&queue->lock);
	if (process && queue->notify.serial == process->serial)
		queue->notify.pid = 0;
	spin_unlock(&queue->lock);
}

const struct file_ops mq_file_ops = {
	.read = mq_read,
	.lseek = mq_lseek,
	.poll = mq_poll,
	.held_bytes = mq_held_bytes,
	.flush = mq_flush,
};
