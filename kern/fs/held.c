// held.c: what open files, descriptor tables and directories hold.
#include "fs/held.h"

#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "mem/heap.h"
#include "mem/held.h"
#include "thread/yield.h"
#include "vm/object.h"

// About how many instructions it takes to look at a descriptor, at the memory that operations of files
// hold, at an inode.
#define DESCRIPTOR_COST 150
#define PRIVATE_COST 1200
#define INODE_COST 300

// Count one inode into *bytes, if no name leads to it and it has not been counted. Returns the
// directory that it was in, with a new reference, or NULL if there is nothing more to count.
static struct inode *count_inode(struct inode *inode, uint64_t *bytes)
{
	struct inode *parent = NULL;

	mutex_lock(&tree_lock);
	if (inode->nlink == 0 && held_count(&inode->held_mark)) {
		*bytes += kmalloc_footprint(sizeof(*inode));
		if (!list_empty(&inode->names)) {
			const struct entry *label = list_first(&inode->names, struct entry, alias);

			*bytes += kmalloc_footprint(sizeof(*label) + label->length + 1);
			parent = inode_get(label->parent);
		}
		if (inode_is(inode, S_IFREG) && inode->object)
			*bytes += object_contents_bytes(inode->object);
		else if (inode_is(inode, S_IFLNK) && inode->target)
			*bytes += kmalloc_footprint(strlen(inode->target) + 1);
	}
	tree_unlock();
	return parent;
}

uint64_t inode_held_bytes(struct inode *inode)
{
	uint64_t bytes = 0;

	assert_no_lock();
	for (inode = inode_get(inode); inode;) {
		struct inode *parent = count_inode(inode, &bytes);

		inode_put(inode);
		inode = parent;
		(void)yield_after(INODE_COST);
	}
	return bytes;
}

// Returns true if the measure has not counted what the file's operations hold. All open files of a pipe
// hold one pipe.
static bool private_uncounted(const struct file *file)
{
	struct pipe *pipe = file->private;

	if (!file->ops->held_bytes)
		return false;
	return inode_is(file->inode, S_IFIFO) ? held_count(&pipe->held_mark) : true;
}

// Returns how many bytes an open file holds: by itself, by its operations, by a file without a name.
static uint64_t file_uncounted_bytes(struct file *file)
{
	uint64_t bytes;

	assert_no_lock();
	if (!held_count(&file->held_mark))
		return 0;
	bytes = kmalloc_footprint(sizeof(*file)) + file_locks_bytes(file->locks);
	if (private_uncounted(file)) {
		bytes += file->ops->held_bytes(file);
		(void)yield_after(PRIVATE_COST);
	}
	if (file->inode->nlink == 0)
		bytes += inode_held_bytes(file->inode);
	return bytes;
}

// Returns how many bytes the table itself takes.
static uint64_t table_bytes(struct fdtable *table)
{
	uint64_t bytes = kmalloc_footprint(sizeof(*table));

	spin_lock(&table->lock);
	bytes += file_locks_bytes(table->locks);
	if (table->slots != table->first_slots)
		bytes += kmalloc_footprint(table->size * sizeof(*table->slots));
	if (table->far) {
		bytes += kmalloc_footprint(sizeof(*table->far));
		for (uint32_t i = 0; i < table->far_end; i++)
			bytes += table->far->chunks[i] ? PAGE_SIZE : 0;
		(void)yield_due(5 * table->far_end);
	}
	spin_unlock(&table->lock);
	return bytes;
}

// Each file is looked at with a reference and without the table's lock. The reference may become the last
// one: then the file is closed here.
uint64_t fdtable_held_bytes(struct fdtable *table)
{
	uint64_t bytes = table_bytes(table);

	assert_no_lock();
	for (int fd = fd_next(table, 0); fd >= 0; fd = fd_next(table, fd + 1)) {
		struct file *file = fd_get(table, fd);

		if (file) {
			bytes += file_uncounted_bytes(file);
			file_put(file);
		}
		(void)yield_after(DESCRIPTOR_COST);
	}
	return bytes;
}

// The directories may change meanwhile (CLONE_FS).
uint64_t fs_context_held_bytes(struct fs_context *fs)
{
	uint64_t bytes = kmalloc_footprint(sizeof(*fs));
	struct inode *root, *cwd;

	assert_no_lock();
	mutex_lock(&tree_lock);
	root = inode_get(fs->root.inode);
	cwd = inode_get(fs->cwd.inode);
	tree_unlock();
	bytes += inode_held_bytes(root) + inode_held_bytes(cwd);
	inode_put(root);
	inode_put(cwd);
	return bytes;
}
