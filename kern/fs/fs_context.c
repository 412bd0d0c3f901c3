// fs_context.c: the directories and the umask of a process, on which the paths depend that it uses.
#include "fs/path.h"
#include "mem/heap.h"

struct fs_context *fs_context_create(void)
{
	struct fs_context *fs = kmalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	fs->refs = 1;
	fs->root = (struct position){ inode_get(tree_root), NULL };
	fs->cwd = position_get(&fs->root);
	fs->umask = 022;
	fs->resolve = 0;
	fs->held_mark = 0;
	return fs;
}

// Another thread may change directories meanwhile (CLONE_FS): under tree_lock the copy gets
// directories that still have their references.
struct fs_context *fs_context_copy(struct fs_context *fs)
{
	struct fs_context *copy = kmalloc(sizeof(*copy));

	assert_no_lock();
	if (!copy)
		return NULL;
	mutex_lock(&tree_lock);
	copy->refs = 1;
	copy->resolve = 0;
	copy->held_mark = 0;
	copy->root = position_get(&fs->root);
	copy->cwd = position_get(&fs->cwd);
	copy->umask = fs->umask;
	tree_unlock();
	return copy;
}

void fs_context_put(struct fs_context *fs)
{
	assert_no_lock();
	if (__atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL))
		return;
	position_put(&fs->root);
	position_put(&fs->cwd);
	kfree(fs);
}
