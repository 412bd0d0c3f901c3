// mqueue.c: POSIX message queues: names, making and ending queues, and their limits.
#include "ipc/mqueue.h"

#include "fs/directory_tree.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/permission.h"
#include "mem/heap.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/limits.h>

#define FREE_COST 300 // instructions, roughly, to free a message

// What a message costs of RLIMIT_MSGQUEUE besides its bytes: Linux's struct msg_msg and, for each
// priority, struct posix_msg_tree_node, on x86_64.
#define MESSAGE_CHARGE 48u
#define PRIORITY_CHARGE 48u

static struct inode *queue_directory; // made at boot; its entries are the names of queues

// Guards the list of all queues, and how much each counts.
static struct spinlock queues_lock = SPINLOCK_INIT("message queues", RANK_SYSV);
static struct list queues = LIST_INIT(queues); // struct mq_queue by link
static uint32_t queue_count;                   // [queues_lock]

struct mq_queue *mq_of_file(const struct file *file)
{
	return file->ops == &mq_file_ops ? file->private : NULL;
}

// inode_ops.open: also for who opens the file by /proc/PID/fd.
static int open_queue(struct inode *inode, struct file *file)
{
	file->ops = &mq_file_ops;
	file->private = inode->private;
	return 0;
}

// Free a queue that no file, no name and no call uses any more, with its messages.
static void queue_free(struct mq_queue *queue)
{
	struct avl_node *node;

	while ((node = avl_first(&queue->messages))) {
		avl_remove(&queue->messages, node);
		mq_message_free(container_of(node, struct mq_message, node));
		(void)yield_after(FREE_COST);
	}
	spin_lock(&queues_lock);
	list_remove(&queue->link);
	queue_count--;
	spin_unlock(&queues_lock);
	kfree(queue);
}

static void release_queue(struct inode *inode)
{
	if (inode->private)
		queue_free(inode->private);
}

static const struct inode_ops queue_inode_ops = { .open = open_queue, .release = release_queue };

// Check the attributes of a new queue, and set its limits. Returns 0 or -EINVAL.
static int set_limits(struct mq_queue *queue, const struct mq_attr *attr)
{
	bool privileged = capable(CAP_SYS_RESOURCE);
	long count = attr ? attr->mq_maxmsg : MQ_MESSAGES_DEFAULT;
	long size = attr ? attr->mq_msgsize : MQ_SIZE_DEFAULT;

	if (count <= 0 || count > (privileged ? MQ_MESSAGES_MAX : MQ_MESSAGES_DEFAULT))
		return WHY(-EINVAL, "a queue cannot have %ld messages", count);
	if (size <= 0 || size > (privileged ? MQ_SIZE_MAX : MQ_SIZE_DEFAULT))
		return WHY(-EINVAL, "a message cannot have %ld bytes", size);
	queue->count_max = (uint32_t)count;
	queue->size_max = (uint32_t)size;
	queue->charge = (uint64_t)queue->count_max * (queue->size_max + MESSAGE_CHARGE) +
	                MIN(queue->count_max, MQ_PRIO_MAX) * PRIORITY_CHARGE;
	return 0;
}

// Count a new queue. Returns 0 or -EMFILE.
static int charge(struct mq_queue *queue)
{
	uint64_t limit = thread_limit(RLIMIT_MSGQUEUE), sum = queue->charge;
	const struct mq_queue *other;

	spin_lock(&queues_lock);
	list_for_each(other, &queues, link)
		if (other->user == queue->user)
			sum += other->charge;
	if (sum <= limit) {
		list_add_tail(&queues, &queue->link);
		queue_count++;
	}
	spin_unlock(&queues_lock);
	return sum <= limit ? 0 : WHY(-EMFILE, "all queues of the user may count %llu", limit);
}

// Make a queue without a name. Stores its inode, a new reference. Returns 0, -ENOSPC, -EINVAL, -EMFILE,
// -ENOMEM.
static int create(mode_t mode, const struct mq_attr *attr, struct inode **store)
{
	struct mq_queue *queue;
	int error;

	if (queue_count >= (capable(CAP_SYS_RESOURCE) ? MQ_QUEUES_ALL : MQ_QUEUES_MAX))
		return WHY(-ENOSPC, "there are %u queues", queue_count);
	queue = kzalloc_lasting(sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	spin_init(&queue->lock, "message queue", RANK_PIPE);
	list_init(&queue->senders);
	list_init(&queue->receivers);
	waitq_init(&queue->polls);
	queue->user = credentials_current()->user.real;
	error = set_limits(queue, attr);
	if (!error)
		error = charge(queue);
	if (error) {
		kfree(queue);
		return error;
	}
	queue->inode = inode_create(S_IFREG | mode, VOLUME_MQUEUE, &queue_inode_ops);
	if (!queue->inode) {
		queue_free(queue);
		return -ENOMEM;
	}
	queue->inode->private = queue;
	*store = queue->inode;
	return 0;
}

// Store the name of a queue. Returns 0; -EACCES; -ENAMETOOLONG.
static int check_name(const char *text, struct name *name)
{
	size_t length = strlen(text);

	if (length == 0 || strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return WHY(-EACCES, "\"%.40s\" is no name of a queue", text);
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	*name = name_of(text, (uint32_t)length);
	return 0;
}

// Check whether the current thread may open a queue that exists. Returns 0 or -errno.
static int check_existing(const struct inode *inode, uint32_t flags)
{
	static const unsigned int masks[] = { R_OK, W_OK, R_OK | W_OK };
	uint32_t access = flags & O_ACCMODE;

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (access == O_ACCMODE)
		return WHY(-EINVAL, "the access mode is 3");
	return inode_permission(inode, masks[access]);
}

// Make the queue that `name` means. Stores a new reference. Returns 0 or -errno. Caller: holds
// tree_lock.
static int create_named(const struct name *name, mode_t mode, const struct mq_attr *attr,
                        struct inode **store)
{
	int error;

	assert_mutex_held(&tree_lock);
	error = create(mode & 07777 & ~thread_current()->fs_context->umask, attr, store);
	if (error)
		return error;
	error = tree_link_new(queue_directory, name, *store);
	if (error)
		inode_put(*store);
	return error;
}

int mq_file_open(const char *text, uint32_t flags, mode_t mode, const struct mq_attr *attr,
                 struct file **store)
{
	struct inode *inode;
	struct entry *entry;
	struct name name;
	int error = check_name(text, &name);

	assert_no_lock();
	if (error)
		return error;
	mutex_lock(&tree_lock);
	entry = tree_find(queue_directory, &name);
	if (entry)
		error = check_existing(entry->inode, flags);
	else if (flags & O_CREAT)
		error = create_named(&name, mode, attr, &inode);
	else
		error = -ENOENT;
	if (entry && !error)
		inode = inode_get(entry->inode);
	tree_unlock();
	return error ? error : file_create(inode, flags & (O_ACCMODE | O_NONBLOCK), store);
}

int mq_remove(const char *text)
{
	struct entry *entry;
	struct name name;
	int error = check_name(text, &name);

	assert_no_lock();
	if (error)
		return error;
	mutex_lock(&tree_lock);
	entry = tree_find(queue_directory, &name);
	error = entry ? permission_to_remove(queue_directory, entry->inode) : -ENOENT;
	if (!error)
		tree_unlink(entry);
	tree_unlock();
	return error;
}

static struct procfs_file files[] = {
	{ .name = "sys/fs/mqueue/queues_max", .mode = S_IFREG | 0444, .text = "256\n" },
	{ .name = "sys/fs/mqueue/msg_max", .mode = S_IFREG | 0444, .text = "10\n" },
	{ .name = "sys/fs/mqueue/msgsize_max", .mode = S_IFREG | 0444, .text = "8192\n" },
	{ .name = "sys/fs/mqueue/msg_default", .mode = S_IFREG | 0444, .text = "10\n" },
	{ .name = "sys/fs/mqueue/msgsize_default", .mode = S_IFREG | 0444, .text = "8192\n" },
};

void mq_init(void)
{
	queue_directory = inode_create(S_IFDIR | S_ISVTX | 0777, VOLUME_MQUEUE, NULL);
	if (!queue_directory)
		panic("mq_init: no memory for the directory of message queues");
	queue_directory->nlink = 2;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
