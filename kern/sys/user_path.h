// user_path.h: arguments of system calls that name a file.
#pragma once

#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/process.h"

// A path as a call gave it, copied into the kernel, and the directory where it starts.
struct path_arg {
	char *text;
	struct file *file;   // of the descriptor given beside it; NULL when it does not count
	struct inode *start; // its inode, or NULL; no reference of its own
};

// Fetch the path `text`, which, if it is relative, starts at descriptor `dirfd` (AT_FDCWD: the
// current directory). 0 with *arg to be given back by path_arg_put; or -EFAULT, -ENAMETOOLONG,
// -EBADF, -ENOMEM.
int path_arg_get(struct path_arg *arg, int dirfd, const char __user *text);
void path_arg_put(struct path_arg *arg);

// The inode that a call names by `dirfd`, `text` and `flags`: AT_EMPTY_PATH lets an empty path
// stand for the descriptor itself, AT_SYMLINK_NOFOLLOW names a link that comes last. Stores a
// reference. 0 or -errno.
int inode_arg_get(int dirfd, const char __user *text, int flags, struct inode **store);

// The open file of a descriptor with a reference, or NULL: also for one opened with O_PATH, which
// most calls take for none.
static inline struct file *file_arg_get(int fd)
{
	struct file *file = fd_get(process_current()->files, fd);

	if (file && (file->flags & O_PATH)) {
		file_put(file);
		return NULL;
	}
	return file;
}
