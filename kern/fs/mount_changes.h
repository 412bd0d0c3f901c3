// mount_changes.h: mount(2) and umount2(2) on paths. Both functions take tree_lock, sleep and
// yield.
#pragma once

#include "fs/path.h"

// What mount(2) is asked to do, in the kernel's memory.
struct mount_request {
	const char *source;  // of a bind or a move the path, else the name of a device; NULL: none
	const char *target;  // the path of what is to be covered, or of the mount to be changed
	const char *type;    // the type of a new file system; NULL: none
	const char *options; // its options, with commas between them; NULL: none
	uint32_t flags;      // MS_
};

// Do mount(2): change a mount (MS_REMOUNT, with MS_BIND of only this one), show a part of the tree
// somewhere else (MS_BIND; MS_REC has no effect), move a mount (MS_MOVE), or mount a new file
// system: a tmpfs, or /proc again. Paths begin in `fs`. Caller: holds no lock.
// Returns 0; with nothing changed an error of path_walk or, in this order: -EPERM without
// CAP_SYS_ADMIN; -EINVAL where a mount is to be changed or moved, and the path leads to the root of
// none; for a wrong option, for a source that is missing, and for flags about propagation except
// MS_PRIVATE; -ENODEV for an unknown type; -EBUSY if files are open for writing and it is to become
// read-only, also for the tree itself; -ELOOP if a mount would move upon itself; -ENOTDIR if a
// directory would cover a file, or the reverse; -ENOENT if the target has been removed; -ENOSPC if
// there are MOUNTS_MAX; -ENOMEM.
int mount_change(struct fs_context *fs, const struct mount_request *request);

// Do umount2(2): remove the mount whose root is at the path `text`, from the current directory of
// `fs`. `flags`: MNT_ and UMOUNT_ bits, checked. Caller: holds no lock.
// Returns 0; with nothing changed an error of path_walk or, in this order: -EPERM without
// CAP_SYS_ADMIN; -EBUSY for the tree itself, and for the /proc in it; -EINVAL if no mount's root is
// there; -EINVAL for MNT_EXPIRE with MNT_FORCE or MNT_DETACH; -EBUSY without MNT_DETACH if the
// mount is in use; -EAGAIN for the first MNT_EXPIRE since its last use.
int mount_remove(struct fs_context *fs, const char *text, unsigned int flags);
