// name_changes.c: making, removing and changing names. Each change is decided first, by checks
// that change nothing, and then made under the same hold of tree_lock. The errors come in Linux's
// order, because a program may make several mistakes at once and depends on which one is
// reported.
#include "fs/name_changes.h"

#include "fs/permission.h"
#include <abi/fcntl.h>

// Walk to a name that is to be made. Returns 0 with *path filled in; -EEXIST before anything else
// about the name; -ENOENT for "new/" unless a directory is made; what tree_may_add or path_walk
// return. On an error nothing is left for path_put. Caller: holds tree_lock.
static int walk_to_new(struct fs_context *fs, const struct position *start, const char *text,
                       bool directory, struct path *path)
{
	int error = path_walk(fs, start, text, WALK_MAY_MISS, path);

	assert_mutex_held(&tree_lock);
	if (error)
		return error;
	if (path->inode)
		error = -EEXIST;
	else if (path->slash && !directory)
		error = -ENOENT;
	else
		error = mount_check_change(path->mount);
	if (!error)
		error = tree_may_add(path->parent);
	if (error)
		path_put(path);
	return error;
}

// Give a new inode its first name. Consumes the caller's reference on `inode`. `inode` may be
// NULL: then returns -ENOMEM.
static int link_new(struct fs_context *fs, const struct position *start, const char *text,
                    struct inode *inode)
{
	struct path path;
	int error;

	if (!inode)
		return -ENOMEM;
	mutex_lock(&tree_lock);
	error = walk_to_new(fs, start, text, inode_is(inode, S_IFDIR), &path);
	if (!error) {
		error = permission_to_add(path.parent);
		if (!error)
			error = tree_link_new(path.parent, &path.name, inode);
		path_put(&path);
	}
	tree_unlock();
	inode_put(inode);
	return error;
}

// Returns the error of mknod for a device that the current thread may not make: -EPERM, or what is
// wrong with the path, which comes first.
static int names_refuse_device(struct fs_context *fs, const struct position *start, const char *text)
{
	struct path path;
	int error;

	mutex_lock(&tree_lock);
	error = walk_to_new(fs, start, text, false, &path);
	if (!error) {
		error = permission_to_add(path.parent);
		path_put(&path);
	}
	tree_unlock();
	return error ? error : -EPERM;
}

int names_make(struct fs_context *fs, const struct position *start, const char *text, mode_t mode,
               dev_t rdev)
{
	mode_t type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
	mode_t permissions = mode & (type == S_IFDIR ? 01777 : 07777) & ~fs->umask;
	struct inode *inode;

	// A device 0/0 is a mark (whiteout), which is harmless.
	if ((type == S_IFBLK || (type == S_IFCHR && rdev)) && !capable(CAP_MKNOD))
		return names_refuse_device(fs, start, text);
	inode = inode_create(type | permissions, VOLUME_TREE, NULL);
	if (inode && (type == S_IFCHR || type == S_IFBLK))
		inode->rdev = rdev;
	return link_new(fs, start, text, inode);
}

int names_make_socket(struct fs_context *fs, const char *text, mode_t mode, struct inode **store)
{
	struct inode *inode = inode_create(S_IFSOCK | (mode & 0777 & ~fs->umask), VOLUME_TREE, NULL);
	int error;

	if (!inode)
		return -ENOMEM;
	*store = inode_get(inode);
	error = link_new(fs, NULL, text, inode);
	if (error)
		inode_put(*store);
	return error;
}

int names_symlink(struct fs_context *fs, const char *target, const struct position *start,
                  const char *text)
{
	if (!*target)
		return -ENOENT;
	return link_new(fs, start, text, inode_create_symlink(target, strlen(target)));
}

// Check whether *file may get another name, at *to. Returns 0 or -errno, in Linux's
// order (do_linkat, then vfs_link). Caller: holds tree_lock.
static int check_link(const struct position *file, const struct path *to)
{
	const struct inode *inode = file->inode, *dir = to->parent;
	int error = inode->dev == dir->dev && file->mount == to->mount ? permission_to_link(inode) :
	                                                                 -EXDEV;

	assert_mutex_held(&tree_lock);
	if (!error)
		error = permission_to_add(dir);
	if (error)
		return error;
	if (inode_is(inode, S_IFDIR))
		return -EPERM;
	return inode_lost_name(inode) ? -ENOENT : 0;
}

int names_link(struct fs_context *fs, const struct position *file, const struct position *start,
               const char *text)
{
	struct path path;
	int error;

	mutex_lock(&tree_lock);
	error = walk_to_new(fs, start, text, false, &path);
	if (!error) {
		error = check_link(file, &path);
		if (!error)
			error = tree_link(path.parent, &path.name, file->inode);
		path_put(&path);
	}
	tree_unlock();
	return error;
}

// Returns rmdir's error for a path whose last part is no ordinary name (rmdir(2)).
static int not_removable(enum last_name last)
{
	switch (last) {
	case LAST_DOT:
		return -EINVAL;
	case LAST_DOTDOT:
		return -ENOTEMPTY;
	default:
		return -EBUSY;
	}
}

// Check that the name `path` may be removed, and remove it. `directory`: for rmdir, else for
// unlink. Caller: holds tree_lock.
static int remove_name(const struct path *path, bool directory)
{
	struct entry *entry;
	bool is_directory;
	int error;

	assert_mutex_held(&tree_lock);
	if (path->last != LAST_NAME)
		return directory ? not_removable(path->last) : -EISDIR;
	if (mount_read_only(path->mount))
		return -EROFS;
	if (!path->inode)
		return -ENOENT;
	is_directory = inode_is(path->inode, S_IFDIR);
	if (path->slash && !directory)
		return is_directory ? -EISDIR : -ENOTDIR;
	error = permission_to_remove(path->parent, path->inode);
	if (error)
		return error;
	entry = tree_find(path->parent, &path->name);
	if (entry && is_directory != directory)
		return directory ? -ENOTDIR : -EISDIR;
	error = entry ? tree_may_remove(entry) : -EPERM;
	if (error)
		return error;
	if (directory && path->inode->dir.count)
		return -ENOTEMPTY;
	tree_unlink(entry);
	return 0;
}

// Take tree_lock, walk and remove. WALK_MAY_MISS lets remove_name report a missing name, since
// some errors come before ENOENT.
static int names_remove(struct fs_context *fs, const struct position *start, const char *text,
                        bool directory)
{
	struct path path;
	int error;

	mutex_lock(&tree_lock);
	error = path_walk(fs, start, text, WALK_MAY_MISS | WALK_COVERED, &path);
	if (!error) {
		error = remove_name(&path, directory);
		path_put(&path);
	}
	tree_unlock();
	return error;
}

int names_unlink(struct fs_context *fs, const struct position *start, const char *text)
{
	return names_remove(fs, start, text, false);
}

int names_rmdir(struct fs_context *fs, const struct position *start, const char *text)
{
	return names_remove(fs, start, text, true);
}

// The relation between the directories of a rename. A directory cannot move into itself or below
// itself.
struct ancestry {
	// `from` is the directory of `to` or lies above it; and the reverse
	bool from_above, to_above;
};

// Find out how the two lie. tree_lock may be released meanwhile.
// Returns 0; -EINTR if the thread is killed. Caller: holds rename_lock, tree_lock and the references
// of both.
static int ancestry_find(const struct path *from, const struct path *to, struct ancestry *found)
{
	int from_above = 0, to_above = 0;

	assert_mutex_held(&rename_lock);
	assert_mutex_held(&tree_lock);
	if (from->inode && inode_is(from->inode, S_IFDIR))
		from_above = tree_is_above(from->inode, to->parent);
	if (to->inode && inode_is(to->inode, S_IFDIR) && from_above >= 0)
		to_above = tree_is_above(to->inode, from->parent);
	found->from_above = from_above > 0;
	found->to_above = to_above > 0;
	return MIN(from_above, to_above) < 0 ? -EINTR : 0;
}

// Check whether the current thread may rename the file at `from` to `to`. A directory that gets another
// parent is changed too: its entry "..". Returns 0, -EACCES, -EPERM, or as tree_may_add.
static int rename_permission(const struct path *from, const struct path *to, bool exchange)
{
	bool moves = from->parent != to->parent;
	int error = permission_to_remove(from->parent, from->inode);

	if (!error && !to->inode)
		error = tree_may_add(to->parent);
	if (!error)
		error = to->inode ? permission_to_remove(to->parent, to->inode) :
		                    permission_to_add(to->parent);
	if (!error && moves && inode_is(from->inode, S_IFDIR))
		error = inode_permission(from->inode, W_OK);
	if (!error && moves && exchange && inode_is(to->inode, S_IFDIR))
		error = inode_permission(to->inode, W_OK);
	return error;
}

// Check whether the file at `from` may get the name at `to`. Returns 0 or -errno, in Linux's
// order (do_renameat2, then vfs_rename). Changes nothing.
static int check_rename(const struct path *from, const struct path *to,
                        const struct ancestry *ancestry, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	int error;

	if (from->last != LAST_NAME)
		return -EBUSY;
	if (to->last != LAST_NAME)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (from->parent->dev != to->parent->dev || from->mount != to->mount)
		return -EXDEV;
	if (mount_read_only(from->mount))
		return -EROFS;
	if (!from->inode)
		return -ENOENT;
	if ((flags & RENAME_NOREPLACE) && to->inode)
		return -EEXIST;
	if (exchange && !to->inode)
		return -ENOENT;
	if (exchange && to->slash && !inode_is(to->inode, S_IFDIR))
		return -ENOTDIR;
	if (!inode_is(from->inode, S_IFDIR) && (from->slash || (!exchange && to->slash)))
		return -ENOTDIR;
	if (ancestry->from_above)
		return -EINVAL;
	if (ancestry->to_above)
		return exchange ? -EINVAL : -ENOTEMPTY;
	if (to->inode == from->inode)
		return 0;
	error = rename_permission(from, to, exchange);
	if (error || !to->inode || exchange)
		return error;
	if (inode_is(from->inode, S_IFDIR) && !inode_is(to->inode, S_IFDIR))
		return -ENOTDIR;
	if (!inode_is(from->inode, S_IFDIR) && inode_is(to->inode, S_IFDIR))
		return -EISDIR;
	if (inode_is(to->inode, S_IFDIR) && to->inode->dir.count)
		return to->inode->covered ? -EBUSY : -ENOTEMPTY;
	return 0;
}

// Rename after both walks. Two names of one file are left as they are (rename(2)). Caller: holds
// tree_lock.
static int rename_paths(const struct path *from, const struct path *to,
                        const struct ancestry *ancestry, unsigned int flags)
{
	struct entry *entry, *victim;
	int error = check_rename(from, to, ancestry, flags);

	assert_mutex_held(&tree_lock);
	if (error || from->inode == to->inode)
		return error; // two names of one file: nothing is done
	entry = tree_find(from->parent, &from->name);
	victim = tree_find(to->parent, &to->name);
	error = entry ? tree_may_remove(entry) : -EPERM;
	if (!error && to->inode)
		error = victim ? tree_may_remove(victim) : -EPERM;
	if (error)
		return error;
	if (flags & RENAME_EXCHANGE)
		return tree_exchange(entry, victim);
	return tree_move(entry, to->parent, &to->name, victim);
}

// Update `path` to the file that its last name stands for now: the tree may have changed since
// the walk. Returns true if that is another file than before. Caller: holds tree_lock.
static bool look_again(struct path *path)
{
	struct inode *inode;
	struct entry *entry;

	assert_mutex_held(&tree_lock);
	if (path->last != LAST_NAME || path->parent->ops)
		return false;
	entry = tree_find(path->parent, &path->name);
	inode = entry ? entry->inode : NULL;
	if (inode == path->inode)
		return false;
	inode_put(path->inode);
	path->inode = inode ? inode_get(inode) : NULL;
	return true;
}

// Find the ancestry, then rename. Finding it may release tree_lock, and a name may stand for
// another file after that. If this is a directory, it was made meanwhile: directories have no
// second names, and nobody renames them while rename_lock is held. So it is younger than both
// parents, and lies above neither: there is no need to find the ancestry again. Caller: holds
// rename_lock and tree_lock.
static int rename_walked(struct path *from, struct path *to, unsigned int flags)
{
	bool names = from->last == LAST_NAME && to->last == LAST_NAME;
	struct ancestry ancestry = { .from_above = false };
	int error = 0;

	assert_mutex_held(&tree_lock);
	if (names && from->parent->dev == to->parent->dev) {
		error = ancestry_find(from, to, &ancestry);
		if (look_again(from))
			ancestry.from_above = false;
		if (look_again(to))
			ancestry.to_above = false;
	}
	return error ? error : rename_paths(from, to, &ancestry, flags);
}

int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags)
{
	struct path old, new;
	int error;

	if (flags & ~(unsigned int)(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	mutex_lock(&rename_lock);
	mutex_lock(&tree_lock);
	error = path_walk(fs, from.start, from.text, WALK_MAY_MISS | WALK_COVERED, &old);
	if (!error) {
		error = path_walk(fs, to.start, to.text, WALK_MAY_MISS | WALK_COVERED, &new);
		if (!error) {
			error = rename_walked(&old, &new, flags);
			path_put(&new);
		}
		path_put(&old);
	}
	tree_unlock();
	mutex_unlock(&rename_lock);
	return error;
}
