// procfs_read.c: reading files of /proc. The text is generated when a program reads from the start,
// and kept for the rest of it, so that what it reads in pieces fits together.
#include "cpu/spinlock.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "procfs/procfs_node.h"
#include "fs/uio.h"
#include "mem/heap.h"

// A text that is kept. [a] atomic
struct snapshot {
	uint32_t refs; // [a] the open file, and reads under way
	struct seq seq;
};

static struct spinlock lock = SPINLOCK_INIT("procfs", RANK_FILE); // guards file->private

static const struct procfs_node *node_of(const struct file *file)
{
	return file->inode->private;
}

static void snapshot_put(struct snapshot *snapshot)
{
	if (!snapshot || __atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_ACQ_REL))
		return;
	seq_free(&snapshot->seq);
	kfree(snapshot);
}

// The kept text with a reference for the caller, or NULL.
static struct snapshot *snapshot_get(struct file *file)
{
	struct snapshot *snapshot;

	spin_lock(&lock);
	snapshot = file->private;
	if (snapshot)
		__atomic_add_fetch(&snapshot->refs, 1, __ATOMIC_RELAXED);
	spin_unlock(&lock);
	return snapshot;
}

// Generate the text and keep it. Stores it with a reference for the caller. 0 or -errno.
static int generate(struct file *file, struct snapshot **store)
{
	struct snapshot *snapshot = kzalloc(sizeof(*snapshot)), *old;
	int error;

	if (!snapshot)
		return -ENOMEM;
	snapshot->refs = 2;
	error = node_of(file)->file->show(&snapshot->seq, node_of(file)->pid);
	if (!error && snapshot->seq.overflow)
		error = -ENOMEM;
	if (error) {
		seq_free(&snapshot->seq);
		kfree(snapshot);
		return error;
	}
	spin_lock(&lock);
	old = file->private;
	file->private = snapshot;
	spin_unlock(&lock);
	snapshot_put(old);
	*store = snapshot;
	return 0;
}

static ssize_t read_text(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct snapshot *snapshot = *pos ? snapshot_get(file) : NULL;
	size_t n = 0, wanted = 0;
	int error = 0;

	if (!snapshot)
		error = generate(file, &snapshot);
	if (error)
		return error;
	if (*pos < seq_length(&snapshot->seq)) {
		wanted = MIN(uio->left, seq_length(&snapshot->seq) - (size_t)*pos);
		n = seq_copyout(&snapshot->seq, (size_t)*pos, uio);
	}
	snapshot_put(snapshot);
	*pos += n;
	return wanted && !n ? -EFAULT : (ssize_t)n;
}

static ssize_t procfs_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	const struct procfs_node *node = node_of(file);

	if (node->file->read)
		return node->file->read(node->pid, uio, pos);
	return node->file->show ? read_text(file, uio, pos) : -EINVAL;
}

// What is written at once is one text, of at most a page.
static ssize_t procfs_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	const struct procfs_node *node = node_of(file);
	size_t length = uio->left;
	char *text;
	int error;

	(void)pos;
	if (!node->file->store)
		return -EIO;
	if (length >= PAGE_SIZE)
		return -EINVAL;
	text = kmalloc(PAGE_SIZE);
	if (!text)
		return -ENOMEM;
	error = uio_copyin(uio, text, length) < length ? -EFAULT : 0;
	if (!error) {
		text[length] = '\0';
		error = node->file->store(text, length, node->pid);
	}
	kfree(text);
	return error ? error : (ssize_t)length;
}

static int64_t procfs_lseek(struct file *file, int64_t offset, int whence)
{
	return whence == SEEK_SET || whence == SEEK_CUR ? file_seek(file, offset, whence, 0) :
	                                                  -EINVAL;
}

static void procfs_release(struct file *file)
{
	snapshot_put(file->private);
}

int procfs_open(struct inode *inode, struct file *file)
{
	static const struct file_ops ops = {
		.read = procfs_read,
		.write = procfs_write,
		.lseek = procfs_lseek,
		.release = procfs_release,
	};

	(void)inode;
	file->ops = &ops;
	return 0;
}
