// mount.h: mounts: places in the tree where another file system, or another part of the tree, is
// seen (mount(2)). A file is reached through a mount; without one (NULL) through the tree itself.
//
// Mounts form a list, which is short. An inode knows how many mounts cover it (inode.covered), so
// paths in a tree without mounts cost nothing more.
#pragma once

#include "fs/inode.h"
#include "thread/why.h"
#include <abi/mount.h>

// A file system that mount(2) has made: names and files in memory (tmpfs). All mounts of it are
// gone when the last reference goes; then its names are removed.
struct volume {
	uint32_t refs;       // [t] mounts
	struct inode *root;  // [c] a reference; a directory without a name, on a device of its own
	bool read_only;      // [t]
	struct volume *next; // [t] the next one whose names wait to be removed
};

// A mount. It is attached while it is on the list.
// [t] tree_lock   [c] constant   [a] atomic   [-] a single word
struct mount {
	struct list link;      // [t] on the list of mounts, the oldest first
	uint32_t refs;         // [a] being attached; files and directories in use; mounts upon it
	uint32_t id;           // [c] never used again; from MOUNT_FIRST on
	struct mount *parent;  // [t] through which `point` is seen, a reference, or NULL
	struct inode *point;   // [t] what it covers, a reference; NULL: not attached
	struct inode *root;    // [c] what is seen in the place of `point`; a reference
	struct volume *volume; // [c] whose root it is, or a part of it, a reference; NULL: the tree
	uint32_t flags;        // [t] MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, ...
	uint32_t writers;      // [a] files that have been opened through it for writing
	bool expiring;         // [-] nothing has used it since an MNT_EXPIRE
	char source[];         // [c] the name of its device, for /proc/mounts
};

// What MS_ flags a mount keeps.
#define MOUNT_FLAGS \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)

// A file, and the mount through which it is reached.
struct position {
	struct inode *inode;
	struct mount *mount;
};

// The mounts that are attached, the oldest first. [tree_lock]
extern struct list mounts;

// Take a reference on `mount`; NULL does nothing. Returns `mount`.
static inline struct mount *mount_get(struct mount *mount)
{
	if (unlikely(mount))
		__atomic_add_fetch(&mount->refs, 1, __ATOMIC_RELAXED);
	return mount;
}

// mount_put_locked for a mount that is not NULL. The names of a file system without mounts are
// removed by the next tree_unlock. Caller: holds tree_lock.
void mount_put_known(struct mount *mount);

// Drop a reference on `mount`; NULL does nothing. Caller: holds tree_lock.
static inline void mount_put_locked(struct mount *mount)
{
	assert_mutex_held(&tree_lock);
	if (unlikely(mount))
		mount_put_known(mount);
}

// mount_put for a mount that is not NULL.
void mount_put_some(struct mount *mount);

// Like mount_put_locked, for callers that hold no lock; takes tree_lock. Sleeps and yields.
static inline void mount_put(struct mount *mount)
{
	assert_no_lock();
	if (unlikely(mount))
		mount_put_some(mount);
}

// Take references on the file and the mount of *at. Returns *at.
static inline struct position position_get(const struct position *at)
{
	return (struct position){ inode_get(at->inode), mount_get(at->mount) };
}

// Returns true if `a` and `b` are the same file, seen through the same mount.
static inline bool position_same(const struct position *a, const struct position *b)
{
	return a->inode == b->inode && a->mount == b->mount;
}

// Drop the references of *at. Sleeps and yields. Caller: holds no lock.
static inline void position_put(const struct position *at)
{
	assert_no_lock();
	mount_put(at->mount);
	inode_put(at->inode);
}

// Drop the reference of *at on its mount. Returns its inode, whose reference stays the caller's.
// Sleeps and yields. Caller: holds no lock.
static inline struct inode *position_inode(const struct position *at)
{
	assert_no_lock();
	mount_put(at->mount);
	return at->inode;
}

// Drop the references of *at. Caller: holds tree_lock.
static inline void position_drop(const struct position *at)
{
	assert_mutex_held(&tree_lock);
	inode_put(at->inode);
	mount_put_locked(at->mount);
}

// Returns the newest mount that covers `inode`, seen through `mount`, borrowed; NULL if there is
// none. Caller: holds tree_lock.
struct mount *mount_on(const struct mount *mount, const struct inode *inode);

// Returns a mount through which `inode` can be seen, for those who know only the inode: the oldest
// one of its file system; NULL for files of the tree, and if there is none. Borrowed. Caller: holds
// tree_lock.
struct mount *mount_of(const struct inode *inode);

// Go from *at to what covers it, if something does. Replaces the references of *at. Caller: holds
// tree_lock.
void position_cross(struct position *at);

// Go from *at, the root of a mount, to what this mount covers, and on while that is the root of a
// mount too, but not beyond `top`. Replaces the references of *at. Caller: holds tree_lock.
void position_uncover(struct position *at, const struct position *top);

// Returns the attached mount number `index` in the order in which they were attached, borrowed;
// NULL if there are fewer. Caller: holds tree_lock.
struct mount *mount_at(size_t index);

// Returns true if nothing may be changed through `mount`: it is read-only, or its file system is.
static inline bool mount_read_only(const struct mount *mount)
{
	return unlikely(mount) &&
	       ((mount->flags & MS_RDONLY) || (mount->volume && mount->volume->read_only));
}

// Check whether files may be changed through `mount`. Returns 0; -EROFS.
static inline int mount_check_change(const struct mount *mount)
{
	return mount_read_only(mount) ? WHY(-EROFS, "the file system is mounted read-only") : 0;
}

// Returns the number of the mount `mount` by which `inode` is reached (/proc/PID/mountinfo).
static inline uint32_t mount_id(const struct mount *mount, const struct inode *inode)
{
	return mount ? mount->id : inode_mount_id(inode);
}

// Attach a mount of `root`, of `volume` (NULL: of the tree), at `at`, with the flags `flags`
// (MOUNT_FLAGS) and the name `source` of its device. Takes references on all.
// Caller: holds tree_lock; `at` is the topmost there. Returns 0; -ENOMEM; -ENOSPC if there are
// MOUNTS_MAX.
int mount_attach(const struct position *at, struct inode *root, struct volume *volume,
                 uint32_t flags, const char *source);

#define MOUNTS_MAX 1000

// Let an attached mount cover `to` in the place of what it covers now. Caller: holds tree_lock.
void mount_move(struct mount *mount, const struct position *to);

// Take a mount off the list, with all mounts upon it. They live on while they are in use.
// Caller: holds tree_lock.
void mount_detach(struct mount *mount);

// Returns true if `mount` is `top`, or is attached upon it or upon a mount upon it. Caller: holds
// tree_lock.
bool mount_is_upon(const struct mount *mount, const struct mount *top);

// Make an empty file system, read-only or not, whose root has the permissions `mode` and the owner
// `uid`, `gid`. Returns it with one reference, or NULL if out of memory. Caller: holds tree_lock.
struct volume *volume_create(mode_t mode, uid_t uid, gid_t gid, bool read_only);

// Drop a reference on a file system; NULL does nothing. The names of one without references are
// removed by the next tree_unlock. Caller: holds tree_lock.
void volume_put(struct volume *volume);

// Like inode_path, for a file that is seen through a mount, from a root directory that may be seen
// through one. Counts the work (yield_due). Caller: holds tree_lock. Returns a pointer to the
// path's start; NULL if it does not fit. (inode_path.c)
char *position_path(const struct position *position, const struct position *root, char *text,
                    size_t size);

// Note in a file that is opened, and not known to others yet, the mount through which it is
// reached, with a reference; and count it there as a writer if it may write to a regular file.
void mount_file_opened(struct file *file, struct mount *mount);

// Undo mount_file_opened. Sleeps and yields. Caller: holds no lock.
void mount_file_closed(struct file *file);

// Register the hook of tree_unlock. Called once, at boot.
void mounts_init(void);
