// kernel_names.c: changes of the tree for the kernel's own use, and of a process's own directories.
#include "fs/name_changes.h"
#include "fs/permission.h"
#include "thread/why.h"
#include "thread/yield.h"

#define REMOVE_COST 1000 // about how many instructions it takes to find and remove a name

// Replace one of a context's directories by *dir, which the current thread may search. `needed`: the
// capability that this takes, or -1. The old reference is dropped without the lock,
// because inode_put may have much to free.
static int change_directory(struct position *field, const struct position *dir, int needed)
{
	struct position old;
	int error = inode_is(dir->inode, S_IFDIR) ? inode_permission(dir->inode, X_OK) : -ENOTDIR;

	if (!error && needed >= 0 && !capable(needed))
		error = WHY(-EPERM, "only a privileged process can set its root directory");
	if (error)
		return error;
	mutex_lock(&tree_lock);
	old = *field;
	*field = position_get(dir);
	tree_unlock();
	position_put(&old);
	return 0;
}

int names_chdir(struct fs_context *fs, const struct position *dir)
{
	return change_directory(&fs->cwd, dir, -1);
}

int names_chroot(struct fs_context *fs, const struct position *dir)
{
	return change_directory(&fs->root, dir, CAP_SYS_CHROOT);
}

int names_place(const char *text, struct inode *inode)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };
	struct path path;
	int error;

	mutex_lock(&tree_lock);
	error = path_walk(&context, NULL, text, WALK_MAY_MISS, &path);
	if (!error) {
		error = path.inode ? -EEXIST : tree_link(path.parent, &path.name, inode);
		path_put(&path);
	}
	tree_unlock();
	return error;
}

void names_unplace(const char *text, const struct inode *inode)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };
	struct path path;

	mutex_lock(&tree_lock);
	if (path_walk(&context, NULL, text, 0, &path) == 0) {
		if (path.inode == inode && path.parent)
			tree_unlink(tree_find(path.parent, &path.name));
		path_put(&path);
	}
	tree_unlock();
}

void names_remove_all(const char *text)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };
	struct path path;
	struct entry *entry;

	mutex_lock(&tree_lock);
	if (path_walk(&context, NULL, text, 0, &path) == 0) {
		while ((entry = tree_leaf(path.inode))) {
			tree_unlink(entry);
			if (!yield_due(REMOVE_COST))
				continue;
			tree_unlock();
			(void)thread_yield_point();
			mutex_lock(&tree_lock);
		}
		entry = path.parent ? tree_find(path.parent, &path.name) : NULL;
		if (entry)
			tree_unlink(entry);
		path_put(&path);
	}
	tree_unlock();
}
