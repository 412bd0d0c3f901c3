// path_find.c: from the text of a path to its file, for callers that need nothing else of the walk.
#include "fs/path.h"
#include "thread/why.h"

// Check what WALK_CHANGE and WALK_EXEC ask of the mount through which a file is seen. Returns 0,
// -EROFS or -EACCES.
static int check_mount(const struct mount *mount, unsigned int flags)
{
	if (likely(!mount))
		return 0;
	if ((flags & WALK_EXEC) && (mount->flags & MS_NOEXEC))
		return WHY(-EACCES, "the file system is mounted without execution");
	return flags & WALK_CHANGE ? mount_check_change(mount) : 0;
}

// path_find, inlined where the result is used.
static inline int find(struct fs_context *fs, const struct position *start, const char *text,
                       unsigned int flags, struct position *store)
{
	struct path path;
	int error;

	assert_no_lock();
	mutex_lock(&tree_lock);
	error = path_walk(fs, start, text, flags & (WALK_FOLLOW | WALK_FILE), &path);
	if (!error) {
		error = check_mount(path.inode_mount, flags);
		if (!error)
			*store = position_get(&(struct position){ path.inode, path.inode_mount });
		path_put(&path);
	}
	tree_unlock();
	return error;
}

int path_find(struct fs_context *fs, const struct position *start, const char *text,
              unsigned int flags, struct position *store)
{
	assert_no_lock();
	return find(fs, start, text, flags, store);
}

int path_lookup(struct fs_context *fs, const struct position *start, const char *text,
                unsigned int flags, struct inode **store)
{
	struct position position;
	int error = find(fs, start, text, flags, &position);

	assert_no_lock();
	if (!error)
		*store = position_inode(&position);
	return error;
}

struct position fs_context_cwd(struct fs_context *fs)
{
	struct position cwd;

	mutex_lock(&tree_lock);
	cwd = position_get(&fs->cwd);
	tree_unlock();
	return cwd;
}

char *path_text(struct fs_context *fs, struct inode *inode, char *text, size_t size)
{
	char *path;

	mutex_lock(&tree_lock);
	path = inode_path(inode, fs->root.inode, text, size);
	tree_unlock();
	return path;
}
