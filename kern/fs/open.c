// open.c: opening files by path. file_open finds or makes the inode under tree_lock, then
// completes the open file without the lock, since a FIFO or a terminal may sleep there.
#include "fs/open.h"

#include "fs/device.h"
#include "fs/file_leases.h"
#include "fs/permission.h"
#include "fs/pipe.h"
#include "mem/heap.h"
#include "thread/why.h"
#include "vm/object.h"
#include <stdio.h>

// The flags that open() knows. It ignores all others, as Linux does (open(2), BUGS).
#define OPEN_FLAGS                                                                            \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	 O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH |   \
	 O_TMPFILE)

// Returns true for O_TMPFILE. It includes the bit of O_DIRECTORY, so that an old Linux, which
// does not know it, fails to open the directory for writing.
static bool wants_nameless(uint32_t flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE;
}

// Returns true if the open would change the file. O_TRUNC changes it, whatever the access mode.
static bool wants_write(uint32_t flags)
{
	return (flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY;
}

// Check flags against each other, before the path is looked at. O_TMPFILE needs both its bits and
// an access mode that writes (open(2)). Returns 0 or -EINVAL.
static int check_flags(uint32_t flags)
{
	if ((flags & O_TMPFILE & ~O_DIRECTORY) && !(wants_nameless(flags) && ((flags + 1) & 2)))
		return -EINVAL;
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	return 0;
}

// Check whether the current thread may open the file with these flags. The access mode 3 asks for both
// permissions (open(2)). Returns 0, -EACCES or -EPERM.
static int check_permission(const struct inode *inode, uint32_t flags)
{
	const capset_t all = cap_bit(CAP_DAC_OVERRIDE) | cap_bit(CAP_FOWNER);
	uint32_t access = (flags + 1) & O_ACCMODE;
	unsigned int mask = (access & 1 ? R_OK : 0) | (access & 2 || (flags & O_TRUNC) ? W_OK : 0);
	int error;

	if (likely((credentials_current()->effective & all) == all))
		return 0;
	error = inode_permission(inode, access ? mask : R_OK | W_OK);
	if (!error && (flags & O_NOATIME) && !inode_owned(inode))
		error = WHY(-EPERM, "only the owner can open a file with O_NOATIME");
	return error;
}

// Check whether a file may be opened with these flags through `mount`. Returns 0; -EROFS if it would be
// changed; -EACCES for a device where they may not be used.
static int check_mount(const struct mount *mount, const struct inode *inode, uint32_t flags)
{
	bool device = inode_is(inode, S_IFCHR) || inode_is(inode, S_IFBLK);

	if (device && (mount->flags & MS_NODEV))
		return WHY(-EACCES, "the file system is mounted without devices");
	return wants_write(flags) && inode_is(inode, S_IFREG) ? mount_check_change(mount) : 0;
}

// Check whether a file that exists may be opened with these flags. Returns 0 or -errno, in
// Linux's order: O_EXCL before anything about the type, then O_DIRECTORY; O_PATH then opens
// everything else, also a link.
static int check_existing(const struct path *path, uint32_t flags)
{
	const struct inode *inode = path->inode;
	int error;

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if ((flags & O_CREAT) && inode_is(inode, S_IFDIR))
		return -EISDIR;
	if ((flags & O_DIRECTORY) && !inode_is(inode, S_IFDIR))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (inode_is(inode, S_IFLNK))
		return -ELOOP;
	if (wants_nameless(flags))
		return mount_check_change(path->inode_mount);
	if (inode_is(inode, S_IFDIR) && wants_write(flags))
		return -EISDIR;
	error = check_permission(inode, flags);
	if (unlikely(path->inode_mount) && !error)
		error = check_mount(path->inode_mount, inode, flags);
	return error;
}

// Make the regular file that `path` names. Stores a new reference. Returns 0; -ENOENT if the
// directory was removed or is the kernel's; -ENOMEM. Caller: holds tree_lock.
static int create(struct fs_context *fs, const struct path *path, mode_t mode, struct inode **store)
{
	int error = mount_check_change(path->mount);
	struct inode *inode;

	assert_mutex_held(&tree_lock);
	if (!error)
		error = tree_may_add(path->parent);
	if (!error)
		error = permission_to_add(path->parent);
	if (error)
		return error;
	inode = inode_create(S_IFREG | (mode & 07777 & ~fs->umask), VOLUME_TREE, NULL);
	if (!inode)
		return -ENOMEM;
	error = tree_link_new(path->parent, &path->name, inode);
	if (error) {
		inode_put(inode);
		return error;
	}
	*store = inode;
	return 0;
}

// Make a regular file without a name for O_TMPFILE. Its label "#NUMBER" in the directory `dir` is
// what /proc shows for it. With `exclusive` (O_EXCL) it never gets a name: it counts as one that has
// lost its name (inode_lost_name). Stores a new reference. Returns 0; -EACCES; -EOPNOTSUPP in the kernel's
// directories; -ENOMEM. Caller: holds tree_lock.
static int create_nameless(struct fs_context *fs, struct inode *dir, mode_t mode, bool exclusive,
                           struct inode **store)
{
	char label[16];
	struct inode *inode;
	int error = permission_to_add(dir);

	assert_mutex_held(&tree_lock);
	if (error || dir->ops)
		return error ? error : -EOPNOTSUPP;
	inode = inode_create(S_IFREG | (mode & 07777 & ~fs->umask), VOLUME_TREE, NULL);
	if (!inode)
		return -ENOMEM;
	inode_set_first_owner(inode, dir);
	snprintf(label, sizeof(label), "#%u", inode->ino);
	if (inode_set_label(inode, dir, label)) {
		inode_put(inode);
		return -ENOMEM;
	}
	list_first(&inode->names, struct entry, alias)->cookie = exclusive;
	*store = inode;
	return 0;
}

// Find the file to open, or make it, and store new references. *created: it was made. O_EXCL
// does not follow a last link: the link itself is what exists (open(2), O_EXCL). Returns 0 or
// -errno. Caller: holds tree_lock.
static int find_inode(struct fs_context *fs, const struct position *start, const char *text,
                      uint32_t flags, mode_t mode, struct position *store, bool *created)
{
	bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
	struct path path;
	int error;

	assert_mutex_held(&tree_lock);
	*created = false;
	error = path_walk(fs, start, text,
	                  (flags & O_NOFOLLOW || exclusive ? 0 : WALK_FOLLOW) |
	                          (flags & O_CREAT ? WALK_MAY_MISS | WALK_FILE : 0),
	                  &path);
	if (error)
		return error;
	if (path.inode)
		error = check_existing(&path, flags);
	if (!error && !path.inode) {
		error = create(fs, &path, mode, &store->inode);
		*created = true;
	} else if (!error && wants_nameless(flags)) {
		error = create_nameless(fs, path.inode, mode, flags & O_EXCL, &store->inode);
		*created = true;
	} else if (!error) {
		store->inode = inode_get(path.inode);
	}
	if (!error)
		store->mount = mount_get(path.inode ? path.inode_mount : path.mount);
	path_put(&path);
	return error;
}

// Returns the operations of an inode's type, or NULL: a device sets them when it is opened, a
// socket has none.
static const struct file_ops *default_ops(const struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		return &regular_ops;
	case S_IFDIR:
		return &directory_ops;
	case S_IFIFO:
		return &pipe_ops;
	default:
		return NULL;
	}
}

// Complete the opening of a file that is not O_PATH. The inode's own operation wins over what its
// type does. A file that has no operations afterwards, such as a socket's inode, cannot be
// opened: -ENXIO.
static int complete(struct file *file)
{
	struct inode *inode = file->inode;

	if (file_writable(file) && inode_is(inode, S_IFREG) && inode->object) {
		int error = object_write_open(inode->object);

		if (error)
			return error;
		file->write_open = true;
	} else if (inode_is(inode, S_IFREG) && file_readable(file) && !file_writable(file)) {
		__atomic_add_fetch(&inode->read_opens, 1, __ATOMIC_RELAXED);
		file->read_open = true;
	}
	if (inode->ops && inode->ops->open)
		return inode->ops->open(inode, file);
	if (inode_is(inode, S_IFCHR))
		return device_open(inode->rdev, file);
	if (inode_is(inode, S_IFIFO))
		return pipe_open(inode, file);
	return file->ops ? 0 : -ENXIO;
}

// If the opening cannot be completed, file_put would be wrong: the release operation must not run
// on a file that was never open.
int file_create(struct inode *inode, uint32_t flags, struct file **store)
{
	const struct file_ops *ops = flags & O_PATH ? &path_only_ops : default_ops(inode);
	struct file *file;
	int error;

	assert_no_lock();
	error = file_create_nameless(inode, flags, ops, NULL, &file);
	if (error)
		return error;
	if (!(flags & O_PATH))
		error = complete(file);
	if (error) {
		file_allow_exec(file);
		file_end_read(file);
		inode_put(inode);
		kfree(file);
		return error;
	}
	*store = file;
	return 0;
}

// A file has been opened with `flags`: wait until no lease of others is in the way, and forget the flag that
// only the open operation wants to know of. Returns 0; -EWOULDBLOCK, -ERESTARTSYS or -ENOMEM, with the file closed.
static int complete_open(struct file *file, uint32_t flags)
{
	int error = file_leases_break(file->inode, (flags & O_ACCMODE) != O_RDONLY,
	                              flags & O_NONBLOCK);

	file->flags &= ~(uint32_t)O_NOCTTY;
	if (error)
		file_put(file);
	return error;
}

// Open a file that has been found, or made (`created`). Consumes the reference on found->inode. A new
// file is not checked: it is empty, and truncating it would be no change. Truncation comes last, so that
// an open that fails leaves the contents. Returns as file_open.
static int open_found(const struct position *found, uint32_t flags, bool created,
                      struct file **store)
{
	struct inode *inode = found->inode;
	int error;

	if (inode_is(inode, S_IFREG) && !(flags & (O_LARGEFILE | O_PATH)) &&
	    inode_size(inode) > SMALL_FILE_MAX) {
		inode_put(inode);
		return -EOVERFLOW;
	}

	if ((flags & O_DIRECT) && !file_admits_direct(inode)) {
		inode_put(inode);
		return -EINVAL;
	}

	// A terminal's open operation wants to know of O_NOCTTY.
	error = file_create(inode, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC), store);
	if (error)
		return error;
	if (unlikely(found->mount))
		mount_file_opened(*store, found->mount);
	error = complete_open(*store, flags);
	if (error)
		return error;
	if ((flags & O_TRUNC) && !created && inode_is(inode, S_IFREG) && inode->object) {
		error = inode_truncate_unopened(inode, 0);
		if (error)
			file_put(*store);
		else
			inode_contents_change(inode);
	}
	return error;
}

int file_open(struct fs_context *fs, const struct position *start, const char *text, uint32_t flags,
              mode_t mode, struct file **store)
{
	struct position found;
	bool created;
	int error;

	assert_no_lock();
	flags &= OPEN_FLAGS;
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	error = check_flags(flags);
	if (error)
		return error;

	mutex_lock(&tree_lock);
	error = find_inode(fs, start, text, flags, mode, &found, &created);
	tree_unlock();
	if (error)
		return error;
	error = open_found(&found, flags, created, store);
	mount_put(found.mount);
	return error;
}

int file_open_kernel(const char *text, uint32_t flags, struct file **store)
{
	struct fs_context context = { .root.inode = tree_root,
		                      .cwd.inode = tree_root,
		                      .umask = 022 };

	assert_no_lock();
	return file_open(&context, NULL, text, flags | O_LARGEFILE, 0644, store);
}

int file_lookup_kernel(const char *text, struct inode **store)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };

	assert_no_lock();
	return path_lookup(&context, NULL, text, WALK_FOLLOW, store);
}
