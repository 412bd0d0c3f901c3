// user_path.h: arguments of system calls that name a file: by a path, by a descriptor, or by
// both.
#pragma once

#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/process.h"
#include "thread/why.h"

#define PATH_SHORT 96 // paths of fewer bytes need no memory of the heap

// A path, copied into the kernel, and the directory where it starts.
struct path_arg {
	char *text; // `copy`, or the heap's
	char copy[PATH_SHORT];
	struct file *file;        // the file of the call's descriptor, a reference; NULL: not used
	struct position position; // that file, borrowed
	const struct position *start; // `position` of the same struct, or NULL
};

// Fetch the path `text`. A relative one, also an empty one, which is no error here, starts at the
// directory of descriptor `dirfd`, or at the current directory if that is AT_FDCWD (openat(2)); an
// absolute one ignores `dirfd`, even a bad one. Whether `dirfd` is a directory is not checked. The
// path is copied once, so a program that changes it meanwhile cannot fool a check. Copies from the
// user. Caller: holds no lock.
// Returns 0, with *arg to be freed by path_arg_put; -EFAULT; -ENAMETOOLONG for PATH_MAX bytes or
// more; -ENOMEM for a path of PATH_SHORT bytes or more; after these -EBADF if `dirfd` is needed and
// not open. After an error *arg is undefined, and there is nothing to free.
int path_arg_get(struct path_arg *arg, int dirfd, const char __user *text);

// Let the path *arg of path_arg_get start at descriptor `dirfd`, the same one, even if it is
// absolute: openat2 may make this directory the root. Does nothing for AT_FDCWD, or if it starts
// there already. Returns 0; -EBADF if it is not open: *arg must still be freed.
int path_arg_set_start(struct path_arg *arg, int dirfd);

// Free a path argument that path_arg_get has filled, and drop its reference on the file, which may
// close it and yield. The struct itself, and what start pointed to, may not be used afterwards.
// Caller: holds no lock.
void path_arg_put(struct path_arg *arg);

// Find the inode that a call names by `dirfd`, `text` and `flags`. AT_EMPTY_PATH: an empty path
// names the file of `dirfd`, or the current directory if that is AT_FDCWD. AT_SYMLINK_NOFOLLOW: a
// symbolic link that comes last is not followed. Other flags are ignored. Sleeps. Caller: holds no
// lock. Returns 0 with a new reference in *store; with *store unchanged: -EFAULT if `text` cannot
// be read; -ENAMETOOLONG for PATH_MAX bytes or more; -EBADF if `dirfd` is needed and not open;
// -ENOMEM; -ENOENT (also for an empty path without AT_EMPTY_PATH), -ENOTDIR, -EACCES, -ELOOP and
// the other errors of path_walk.
int inode_arg_get(int dirfd, const char __user *text, int flags, struct inode **store);

// Like inode_arg_get, with the mount through which the file is seen: both references are the
// caller's (position_put). `walk`: WALK_CHANGE, with which a read-only mount is -EROFS, or 0.
int position_arg_get(int dirfd, const char __user *text, int flags, unsigned int walk,
                     struct position *store);

// Like inode_arg_get, for a file that is to be changed: also -EROFS if it is seen through a
// read-only mount.
int changed_inode_arg_get(int dirfd, const char __user *text, int flags, struct inode **store);

// Returns the open file of descriptor `fd`, any number, of the current thread, with a new
// reference, which the caller drops by file_put; NULL if it is not open. A file that was opened
// with O_PATH counts as none: most calls return EBADF for it (open(2)). May yield (file_put): no
// lock may be held.
static inline struct file *file_arg_get(int fd)
{
	struct file *file = fd_get(thread_current()->files, fd);

	if (file && (file->flags & O_PATH)) {
		file_put(file);
		file = NULL;
	}
	if (!file)
		(void)WHY(-EBADF, "descriptor %d is not open, or only a path (O_PATH)", fd);
	return file;
}
