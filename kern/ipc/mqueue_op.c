// mqueue_op.c: sending, receiving and notification of POSIX message queues (mq_send(3),
// mq_receive(3), mq_notify(3)).
#include "fs/inode.h"
#include "ipc/mqueue.h"
#include "mem/page.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "thread/credentials.h"
#include "thread/why.h"

// A greater priority is received first.
static bool comes_before(const struct avl_node *a, const struct avl_node *b)
{
	return container_of(a, struct mq_message, node)->priority >
	       container_of(b, struct mq_message, node)->priority;
}

// Put a message into the queue, which has room.
static void insert(struct mq_queue *queue, struct mq_message *message)
{
	assert_spin_held(&queue->lock);
	avl_insert(&queue->messages, &message->node, comes_before);
	queue->count++;
	queue->bytes += message->size;
	queue->memory += message->pages * PAGE_SIZE;
}

// Take the first message out of the queue, which has one. Returns it.
static struct mq_message *take(struct mq_queue *queue)
{
	struct mq_message *message = container_of(avl_first(&queue->messages), struct mq_message,
	                                          node);

	assert_spin_held(&queue->lock);
	avl_remove(&queue->messages, &message->node);
	queue->count--;
	queue->bytes -= message->size;
	queue->memory -= message->pages * PAGE_SIZE;
	return message;
}

// Returns the call that has waited longest, now off its list and done; NULL if none waits. Its
// thread runs when the lock is released.
static struct mq_waiter *wake_first(struct mq_queue *queue, struct list *waiters)
{
	struct mq_waiter *waiter;

	assert_spin_held(&queue->lock);
	if (list_empty(waiters))
		return NULL;
	waiter = list_first(waiters, struct mq_waiter, link);
	list_remove(&waiter->link);
	waiter->done = true;
	waitq_wake_all(&waiter->wait);
	return waiter;
}

// Wait until another thread has done what the call wants. Returns 0; -EAGAIN if the file does not
// wait; -ETIMEDOUT; -ERESTARTSYS. Caller: holds the lock, no other lock.
static int wait_until_done(const struct file *file, struct mq_queue *queue, struct list *waiters,
                           struct mq_waiter *waiter, uint64_t deadline)
{
	int error = 0;

	assert_only_spinlock(&queue->lock);
	if (file->flags & O_NONBLOCK)
		return WHY(-EAGAIN, "the queue has %u of %u messages", queue->count,
		           queue->count_max);
	waitq_init(&waiter->wait);
	list_add_tail(waiters, &waiter->link);
	while (!waiter->done && !error)
		error = waitq_sleep(&waiter->wait, &queue->lock, WAIT_INTERRUPTIBLE, deadline);
	if (waiter->done)
		return 0;
	list_remove(&waiter->link);
	return error == -ETIMEDOUT ? -ETIMEDOUT : -ERESTARTSYS;
}

// Send the signal of a notification, which is off its queue. It is for the program that has asked,
// not for one that the process has executed since.
static void notify_process(const struct mq_notify *notify)
{
	const struct process *sender = process_current();
	struct signal_info info = {
		.code = SI_MESGQ,
		.pid = sender ? sender->pid : 0,
		.uid = credentials_current()->user.real,
		.value = notify->value,
	};
	struct process *process;

	if (notify->how != SIGEV_SIGNAL || !notify->signo)
		return;
	spin_lock(&process_lock);
	process = process_find(notify->pid);
	if (process && process->serial == notify->serial && process->programs == notify->programs)
		(void)signal_send(process, notify->signo, &info);
	spin_unlock(&process_lock);
}

// A receiver that waits gets the message, and then nobody else hears of it.
int mq_queue_send(struct file *file, struct mq_message *message, uint64_t deadline)
{
	struct mq_queue *queue = mq_of_file(file);
	struct mq_waiter sender = { .message = message }, *receiver;
	struct mq_notify notify = { 0 };
	int error = 0;

	assert_no_lock();
	spin_lock(&queue->lock);
	if (queue->count == queue->count_max) {
		error = wait_until_done(file, queue, &queue->senders, &sender, deadline);
	} else if ((receiver = wake_first(queue, &queue->receivers))) {
		receiver->message = message;
	} else {
		insert(queue, message);
		if (queue->count == 1) {
			notify = queue->notify;
			queue->notify.pid = 0;
		}
		waitq_wake_all(&queue->polls);
	}
	spin_unlock(&queue->lock);
	if (notify.pid)
		notify_process(&notify);
	if (!error)
		inode_touch(file->inode, TOUCH_ATIME | TOUCH_MTIME | TOUCH_CTIME);
	return error;
}

int mq_queue_receive(struct file *file, uint64_t deadline, struct mq_message **store)
{
	struct mq_queue *queue = mq_of_file(file);
	struct mq_waiter receiver = { .message = NULL }, *sender;
	int error = 0;

	assert_no_lock();
	spin_lock(&queue->lock);
	if (!queue->count) {
		error = wait_until_done(file, queue, &queue->receivers, &receiver, deadline);
		*store = receiver.message;
	} else {
		*store = take(queue);
		sender = wake_first(queue, &queue->senders);
		if (sender)
			insert(queue, sender->message);
		else
			waitq_wake_all(&queue->polls);
	}
	spin_unlock(&queue->lock);
	if (!error)
		inode_touch(file->inode, TOUCH_ATIME | TOUCH_MTIME | TOUCH_CTIME);
	return error;
}

int mq_queue_notify(struct file *file, const struct mq_notify *notify)
{
	const struct process *process = process_current();
	struct mq_queue *queue = mq_of_file(file);
	int error = 0;

	assert_no_lock();
	spin_lock(&queue->lock);
	if (!notify) {
		if (queue->notify.serial == process->serial)
			queue->notify.pid = 0;
	} else if (queue->notify.pid) {
		error = WHY(-EBUSY, "process %d is registered", queue->notify.pid);
	} else {
		queue->notify = *notify;
		queue->notify.pid = process->pid;
		queue->notify.serial = process->serial;
		queue->notify.programs = process->programs;
	}
	spin_unlock(&queue->lock);
	return error;
}

void mq_attributes(struct file *file, const struct mq_attr *attr, struct mq_attr *store)
{
	struct mq_queue *queue = mq_of_file(file);

	assert_no_lock();
	spin_lock(&queue->lock);
	*store = (struct mq_attr){
		.mq_flags = (long)(file->flags & O_NONBLOCK),
		.mq_maxmsg = (long)queue->count_max,
		.mq_msgsize = (long)queue->size_max,
		.mq_curmsgs = (long)queue->count,
	};
	if (attr)
		file->flags = (file->flags & ~(uint32_t)O_NONBLOCK) |
		              ((uint32_t)attr->mq_flags & O_NONBLOCK);
	spin_unlock(&queue->lock);
	if (attr)
		inode_touch(file->inode, TOUCH_ATIME | TOUCH_CTIME);
}
