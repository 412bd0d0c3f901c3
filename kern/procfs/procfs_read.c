// procfs_read.c: reading and writing files of /proc, and their requests. The text is made when a program reads from
// the start of the file, and kept for later reads. So the pieces that a program reads fit
// together, even if the data change meanwhile. Of a long text one part is kept at a time; the reads
// that go beyond it make the next one, as on Linux.
#include "cpu/spinlock.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "procfs/procfs_node.h"

// A text, or a part of one, that is kept with an open file. [a] atomic   [c] constant once kept
struct snapshot {
	uint32_t refs;  // [a] the open file, and reads under way
	uint64_t start; // [c] the position of its first byte in the file
	struct seq seq; // [c]
};

static struct spinlock lock = SPINLOCK_INIT("procfs", RANK_TEXT); // guards file->private

// Returns the subject of an open file of /proc.
static const struct procfs_node *node_of(const struct file *file)
{
	return file->inode->private;
}

// Drop a reference on a text, which may be NULL. The last one frees the text.
static void snapshot_put(struct snapshot *snapshot)
{
	if (!snapshot || __atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_ACQ_REL))
		return;
	seq_free(&snapshot->seq);
	kfree(snapshot);
}

// Returns the kept text with a new reference, or NULL. The reference matters: another thread may
// read from the start meanwhile, and replace the text.
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

// Returns true if the current thread may not look into the process of a guarded file any more: a file that was
// opened earlier seems to end, if the process has got privileges meanwhile. On Linux it shows the memory
// from before.
static bool closed_to_current(const struct procfs_node *node)
{
	return !procfs_is_fdinfo(node) && node->file->guarded && procfs_hooks->inspect(node->pid);
}

// Write the contents of a node's file, whose process exists. It may have got privileges since the last
// part was made.
static int show_node(const struct procfs_node *node, struct seq *seq)
{
	if (closed_to_current(node))
		return 0;
	// Another process may have got the number of a thread that has ended.
	if (node->tid && !procfs_thread_exists(node->pid, node->tid))
		return -ESRCH;
	if (procfs_is_fdinfo(node))
		return procfs_hooks->show_descriptor(seq, node->pid, node->tid, node->fd);
	if (node->tid && node->file->show_thread)
		return node->file->show_thread(seq, node->tid);
	if (node->file->text) {
		seq_write(seq, node->file->text, strlen(node->file->text));
		return 0;
	}
	return node->file->show(seq, node->pid);
}

// Write the contents of a node's file. Returns 0; -ESRCH if its process has ended; another -errno. The
// process may end while the text is made, and another one get its number: so the second check.
static int show(const struct procfs_node *node, struct seq *seq)
{
	int error = procfs_exists(node) ? show_node(node, seq) : -ESRCH;

	return !error && !procfs_exists(node) ? -ESRCH : error;
}

// Returns the position after the last byte of a text.
static uint64_t end_of(const struct snapshot *snapshot)
{
	return snapshot->start + seq_length(&snapshot->seq);
}

// Make the part of the text that follows `before`, or, if that is NULL, the first one. Keep it
// instead of an older one. Stores it with a new reference. Returns 0 or -errno.
static int generate(struct file *file, const struct snapshot *before, struct snapshot **store)
{
	struct snapshot *snapshot = kzalloc(sizeof(*snapshot)), *old;
	int error;

	if (!snapshot)
		return -ENOMEM;
	snapshot->refs = 2;
	if (before) {
		snapshot->start = end_of(before);
		snapshot->seq.from = before->seq.next;
	}
	error = show(node_of(file), &snapshot->seq);
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

// Find the part of the text that has the byte at `pos`, or the last part. Position 0 makes the text
// anew: a program that seeks back sees today's data. So does a position before the kept part. Stores
// the part with a new reference. Returns 0 or -errno.
static int find_part(struct file *file, uint64_t pos, struct snapshot **store)
{
	struct snapshot *part = pos ? snapshot_get(file) : NULL, *before;
	int error = 0;

	if (part && pos < part->start) {
		snapshot_put(part);
		part = NULL;
	}
	if (!part)
		error = generate(file, NULL, &part);
	while (!error && pos >= end_of(part) && part->seq.next) {
		before = part;
		error = generate(file, before, &part);
		snapshot_put(before);
	}
	*store = part;
	return error;
}

// Read from the kept text. A read ends at the end of a part.
static ssize_t read_text(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct snapshot *snapshot;
	size_t n = 0, wanted = 0;
	int error = find_part(file, *pos, &snapshot);

	if (error)
		return error;
	if (*pos < end_of(snapshot)) {
		wanted = MIN(uio->left, (size_t)(end_of(snapshot) - *pos));
		n = seq_copyout(&snapshot->seq, (size_t)(*pos - snapshot->start), uio);
	}
	snapshot_put(snapshot);
	*pos += n;
	return wanted && !n ? -EFAULT : (ssize_t)n;
}

// Returns true if a node's file is a text. A file that is none, and has no `read`, can only be written.
static bool is_text(const struct procfs_node *node)
{
	return procfs_is_fdinfo(node) || node->file->show || node->file->text;
}

// Read by the file's own `read`, or from its text.
static ssize_t read_at(struct file *file, struct uio *uio, uint64_t *pos)
{
	const struct procfs_node *node = node_of(file);

	if (!procfs_is_fdinfo(node) && node->file->read && !procfs_exists(node))
		return 0; // as on Linux: the memory has gone
	if (closed_to_current(node))
		return 0;
	if (!procfs_is_fdinfo(node) && node->file->read)
		return node->file->read(node->pid, uio, pos);
	return is_text(node) ? read_text(file, uio, pos) : -EINVAL;
}

// Write by the file's own `write`.
static ssize_t write_at(struct file *file, struct uio *uio, uint64_t *pos)
{
	const struct procfs_node *node = node_of(file);

	return closed_to_current(node) ? 0 : node->file->write(node->pid, uio, pos);
}

// Read or write by `move`. One thread at a time does so at the file's own position.
static ssize_t move_at(struct file *file, struct uio *uio, uint64_t *pos,
                       ssize_t (*move)(struct file *file, struct uio *uio, uint64_t *pos))
{
	bool claimed = false;
	ssize_t n = pos == &file->position ? file_claim_position(file, &claimed) : 0;

	if (n < 0)
		return n;
	n = move(file, uio, pos);
	file_return_position(file, claimed);
	return n;
}

// file_ops.read.
static ssize_t procfs_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	return move_at(file, uio, pos, read_at);
}

// Write by the file's own `write`; or hand a whole write to the file's `store`, as one text of less than a
// page: half a command must never be carried out. EIO is Linux's error for a file of /proc without a write
// operation.
static ssize_t procfs_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	const struct procfs_node *node = node_of(file);
	size_t length = uio->left;
	char *text;
	int error;

	if (!procfs_is_fdinfo(node) && node->file->write)
		return move_at(file, uio, pos, write_at);
	if (procfs_is_fdinfo(node) || !node->file->store)
		return -EIO;
	if (length >= PAGE_SIZE)
		return -EINVAL;
	text = kmalloc(PAGE_SIZE);
	if (!text)
		return -ENOMEM;
	error = uio_copyin(uio, text, length) < length ? -EFAULT : 0;
	if (!error) {
		text[length] = '\0';
		error = procfs_exists(node) ? node->file->store(text, length, node->pid) : -ESRCH;
	}
	kfree(text);
	return error ? error : (ssize_t)length;
}

// file_ops.ioctl.
static int procfs_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	const struct procfs_node *node = node_of(file);
	bool ended = !procfs_exists(node) || closed_to_current(node);

	if (procfs_is_fdinfo(node) || !node->file->ioctl)
		return -ENOTTY;
	return node->file->ioctl(ended ? 0 : node->pid, request, arg);
}

// The length of the text is not known before it is made, so SEEK_END is refused, as in Linux's
// seq_lseek.
static int64_t procfs_lseek(struct file *file, int64_t offset, int whence)
{
	return whence == SEEK_SET || whence == SEEK_CUR ? file_seek(file, offset, whence, 0) :
	                                                  -EINVAL;
}

// The text that is kept. A read under way may hold an older one, but only for a short time.
static size_t procfs_held_bytes(const struct file *file)
{
	const struct snapshot *snapshot;
	size_t bytes = 0;

	spin_lock(&lock);
	snapshot = file->private;
	if (snapshot)
		bytes = sizeof(*snapshot) + snapshot->seq.before + snapshot->seq.size;
	spin_unlock(&lock);
	return bytes;
}

// The text goes with the open file; a read under way has a reference of its own.
static void procfs_release(struct file *file)
{
	snapshot_put(file->private);
}

// Nothing is made yet: the text is as old as the first read, not as the open.
int procfs_open(struct inode *inode, struct file *file)
{
	static const struct file_ops ops = {
		.read = procfs_read,
		.write = procfs_write,
		.lseek = procfs_lseek,
		.ioctl = procfs_ioctl,
		.held_bytes = procfs_held_bytes,
		.release = procfs_release,
	};
	const struct procfs_node *node = inode->private;

	file->ops = &ops;
	return procfs_is_fdinfo(node) || node->file->guarded ? procfs_hooks->inspect(node->pid) : 0;
}
