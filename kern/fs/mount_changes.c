// mount_changes.c: mount(2) and umount2(2). The checks come in Linux's order (path_mount and do_umount).
#include "fs/mount_changes.h"

#include "fs/permission.h"
#include "thread/why.h"
#include <stdlib.h>

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

// What the options of a tmpfs say.
struct tmpfs_options {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

// Read a number to the base `base` that ends at *end, at a comma, or at the end of the text; with `units`
// also with a letter for 2^10, 2^20 or 2^30, or a percent sign. Returns true if it is one.
static bool read_number(const char *text, int base, bool units, uint32_t *store)
{
	uint64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at < '0' + base && value <= UINT32_MAX; at++)
		value = value * (uint64_t)base + (uint64_t)(*at - '0');
	if (at == text)
		return false;
	if (units && *at && strchr("kKmMgGtT%", *at))
		at++;
	if (value > UINT32_MAX && !units)
		return false;
	*store = (uint32_t)value;
	return !*at || *at == ',';
}

// Returns the text after "name=" if `option` begins with that, else NULL.
static const char *value_of(const char *option, const char *name)
{
	size_t length = strlen(name);

	return strncmp(option, name, length) == 0 && option[length] == '=' ? option + length + 1 :
	                                                                     NULL;
}

// Read one option of a tmpfs. Sizes are checked, and have no effect. Returns true if it is right.
static bool read_option(const char *option, struct tmpfs_options *options)
{
	static const char *const sizes[] = { "size", "nr_blocks", "nr_inodes" };
	const char *value;
	uint32_t ignored, mode;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if ((value = value_of(option, sizes[i])))
			return read_number(value, 10, true, &ignored);
	if ((value = value_of(option, "mode"))) {
		if (!read_number(value, 8, false, &mode))
			return false;
		options->mode = mode & 07777;
		return true;
	}
	if ((value = value_of(option, "uid")))
		return read_number(value, 10, false, &options->uid);
	if ((value = value_of(option, "gid")))
		return read_number(value, 10, false, &options->gid);
	return false;
}

// Read the options of a tmpfs, or of /proc, which has none. Returns 0 or -EINVAL.
static int read_options(const char *text, bool tmpfs, struct tmpfs_options *options)
{
	*options = (struct tmpfs_options){
		.mode = 01777,
		.uid = credentials_current()->user.fs,
		.gid = credentials_current()->group.fs,
	};
	while (text && *text) {
		const char *comma = strchr(text, ',');

		if (*text != ',' && (!tmpfs || !read_option(text, options)))
			return WHY(-EINVAL, "there is no option %.20s", text);
		text = comma ? comma + 1 : NULL;
	}
	return 0;
}

// Returns the flags that a mount keeps of those of mount(2).
static uint32_t kept_flags(uint32_t flags)
{
	uint32_t kept = flags & MOUNT_FLAGS;

	if (!(flags & (MS_NOATIME | MS_STRICTATIME)))
		kept |= MS_RELATIME;
	return flags & MS_STRICTATIME ? kept & ~(uint32_t)(MS_NOATIME | MS_RELATIME) : kept;
}

// Attach a mount of `root` at what *path leads to, which must be a directory if `root` is one. Returns 0,
// -ENOENT, -ENOTDIR, or as mount_attach. Caller: holds tree_lock.
static int attach(const struct path *path, struct inode *root, struct volume *volume,
                  uint32_t flags, const char *source)
{
	struct position at = position_get(&(struct position){ path->inode, path->inode_mount });
	int error;

	assert_mutex_held(&tree_lock);
	position_cross(&at); // "." may be covered
	if (inode_is(at.inode, S_IFDIR) != inode_is(root, S_IFDIR))
		error = WHY(-ENOTDIR, "only a directory can cover a directory");
	else if (!at.inode->nlink)
		error = WHY(-ENOENT, "the file has been removed");
	else
		error = mount_attach(&at, root, volume, flags, source);
	position_drop(&at);
	return error;
}

// Mount a new file system. Caller: holds tree_lock.
static int mount_new(const struct mount_request *request, const struct path *path)
{
	const char *source = request->source ? request->source : "none";
	bool tmpfs = request->type && strcmp(request->type, "tmpfs") == 0;
	struct name proc_name = name_of("proc", 4);
	struct tmpfs_options options;
	struct volume *volume;
	struct entry *proc;
	int error;

	assert_mutex_held(&tree_lock);
	if (!request->type)
		return WHY(-EINVAL, "there is no type");
	proc = strcmp(request->type, "proc") == 0 ? tree_find(tree_root, &proc_name) : NULL;
	if (!tmpfs && !proc)
		return WHY(-ENODEV, "there are no file systems of type %s", request->type);
	error = read_options(request->options, tmpfs, &options);
	if (error)
		return error;
	if (proc)
		return attach(path, proc->inode, NULL, kept_flags(request->flags), source);
	volume = volume_create(options.mode, options.uid, options.gid, request->flags & MS_RDONLY);
	if (!volume)
		return -ENOMEM;
	error = attach(path, volume->root, volume, kept_flags(request->flags), source);
	volume_put(volume);
	return error;
}

// Walk to the path request->source, which a bind or a move begins with. Returns as path_walk; -EINVAL if
// there is none. Caller: holds tree_lock.
static int walk_to_source(struct fs_context *fs, const struct mount_request *request,
                          struct path *from)
{
	assert_mutex_held(&tree_lock);
	if (!request->source || !*request->source)
		return WHY(-EINVAL, "there is no source");
	return path_walk(fs, NULL, request->source, WALK_FOLLOW, from);
}

// Show at *path what the path request->source leads to, as it is seen there. Caller: holds tree_lock.
static int mount_bind(struct fs_context *fs, const struct mount_request *request,
                      const struct path *path)
{
	struct mount *mount;
	struct path from;
	int error;

	assert_mutex_held(&tree_lock);
	error = walk_to_source(fs, request, &from);
	if (error)
		return error;
	mount = from.inode_mount;
	if (from.inode->dev == VOLUME_NAMELESS || from.inode->dev == VOLUME_MQUEUE ||
	    (mount && !mount->point))
		error = WHY(-EINVAL, "the source is not in the tree");
	else
		error = attach(path, from.inode, mount ? mount->volume : NULL,
		               mount ? mount->flags : MS_RELATIME,
		               mount                          ? mount->source :
		               from.inode->dev == VOLUME_PROC ? "proc" :
		                                                "tmpfs");
	path_put(&from);
	return error;
}

// Returns the attached mount whose root *path leads to, borrowed, or NULL.
static struct mount *root_of(const struct path *path)
{
	struct mount *mount = path->inode_mount;

	return mount && mount->point && mount->root == path->inode ? mount : NULL;
}

// Move the mount at the path request->source to *path. Caller: holds tree_lock.
static int mount_relocate(struct fs_context *fs, const struct mount_request *request,
                          const struct path *path)
{
	struct position to = { path->inode, path->inode_mount };
	struct mount *mount;
	struct path from;
	int error;

	assert_mutex_held(&tree_lock);
	error = walk_to_source(fs, request, &from);
	if (error)
		return error;
	mount = root_of(&from);
	if (!mount || inode_is(mount->root, S_IFDIR) != inode_is(to.inode, S_IFDIR))
		error = WHY(-EINVAL, "%s is no root of a mount", request->source);
	else if (mount_is_upon(to.mount, mount))
		error = WHY(-ELOOP, "%s would move upon itself", request->source);
	else
		mount_move(mount, &to);
	path_put(&from);
	return error;
}

// Returns true if a file is open for writing through `mount`, or with `all` through any mount of its file
// system. Caller: holds tree_lock.
static bool has_writers(const struct mount *mount, bool all)
{
	const struct mount *each;

	assert_mutex_held(&tree_lock);
	list_for_each(each, &mounts, link)
		if (each->writers && (each == mount || (all && each->volume == mount->volume)))
			return true;
	return false;
}

// Give the mount at *path other flags, and without MS_BIND its file system too. Caller: holds tree_lock.
static int mount_again(const struct mount_request *request, const struct path *path)
{
	bool only_mount = request->flags & MS_BIND, read_only = request->flags & MS_RDONLY;
	struct mount *mount = root_of(path);
	struct tmpfs_options options;
	int error;

	assert_mutex_held(&tree_lock);
	if (path->inode == tree_root && !path->inode_mount)
		return read_only ? WHY(-EBUSY, "the tree cannot be read-only") : 0;
	if (!mount)
		return WHY(-EINVAL, "no mount has its root at %s", request->target);
	error = only_mount ? 0 : read_options(request->options, mount->volume, &options);
	if (error)
		return error;
	if (read_only && has_writers(mount, !only_mount))
		return WHY(-EBUSY, "files are open for writing");
	mount->flags = kept_flags(request->flags);
	if (!only_mount && mount->volume)
		mount->volume->read_only = read_only;
	return 0;
}

// Do mount(2) at *path. Caller: holds tree_lock.
static int change_at(struct fs_context *fs, const struct mount_request *request,
                     const struct path *path)
{
	bool root = root_of(path) || (path->inode == tree_root && !path->inode_mount);

	assert_mutex_held(&tree_lock);
	if (!capable(CAP_SYS_ADMIN))
		return WHY(-EPERM, "to mount takes CAP_SYS_ADMIN");
	if (request->flags & MS_REMOUNT)
		return mount_again(request, path);
	if (request->flags & MS_BIND)
		return mount_bind(fs, request, path);
	if (request->flags & PROPAGATION)
		return root && (request->flags & PROPAGATION) == MS_PRIVATE ? 0 : -EINVAL;
	if (request->flags & MS_MOVE)
		return mount_relocate(fs, request, path);
	return mount_new(request, path);
}

int mount_change(struct fs_context *fs, const struct mount_request *request)
{
	struct path path;
	int error;

	assert_no_lock();
	mutex_lock(&tree_lock);
	error = path_walk(fs, NULL, request->target, WALK_FOLLOW, &path);
	if (!error) {
		error = change_at(fs, request, &path);
		path_put(&path);
	}
	tree_unlock();
	return error;
}

// What uses a mount that is only attached, and to whose root a walk has just come.
#define UNUSED_REFS 2

// Do umount2(2) of the mount `mount`, NULL if no root is at *path. Caller: holds tree_lock.
static int remove_at(struct mount *mount, const struct path *path, unsigned int flags)
{
	const struct inode *inode = path->inode;
	bool of_tree = !path->inode_mount &&
	               (inode == tree_root || (inode->dev == VOLUME_PROC && inode->dir.names.root &&
	                                       tree_parent(path->inode) == tree_root));

	assert_mutex_held(&tree_lock);
	if (!capable(CAP_SYS_ADMIN))
		return WHY(-EPERM, "to unmount takes CAP_SYS_ADMIN");
	if (!mount)
		return of_tree && inode_is(inode, S_IFDIR) ? -EBUSY : -EINVAL;
	if ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH)))
		return -EINVAL;
	if (!(flags & MNT_DETACH) && mount->refs != UNUSED_REFS)
		return WHY(-EBUSY, "the mount is in use");
	if ((flags & MNT_EXPIRE) && !mount->expiring)
		return -EAGAIN;
	mount_detach(mount);
	return 0;
}

// A walk ends what MNT_EXPIRE has noted. So the note is restored after this one, or made.
int mount_remove(struct fs_context *fs, const char *text, unsigned int flags)
{
	struct mount *mount;
	bool expiring = false;
	struct path path;
	int error;

	assert_no_lock();
	mutex_lock(&tree_lock);
	error = path_walk(fs, NULL, text, flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW, &path);
	if (!error) {
		mount = root_of(&path);
		error = remove_at(mount, &path, flags);
		expiring = mount && error && (mount->expiring || error == -EAGAIN);
		path_put(&path);
		if (expiring)
			mount->expiring = true;
	}
	tree_unlock();
	return error;
}
