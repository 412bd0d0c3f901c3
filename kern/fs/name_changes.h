// name_changes.h: making, removing and changing names, as the system calls do it. Each function
// takes tree_lock, walks, checks in Linux's order, and acts. A path is `text` in the kernel's
// memory, from the directory `start` (NULL: the current directory of `fs`). All functions sleep and
// yield: no caller holds a lock. Those that return an int return 0; or, with nothing changed,
// -errno as the manual page of the call says, or -EINTR if the thread is killed.
#pragma once

#include "fs/path.h"

// Make a directory, a FIFO, a device file with the number `rdev`, a socket's name or (type 0 or
// S_IFREG) an empty file, with the permissions of `mode` less the umask (mkdir(2), mknod(2)).
// `rdev` does not matter for other types. -EPERM for a device without CAP_MKNOD, except the device
// 0, 0.
int names_make(struct fs_context *fs, struct inode *start, const char *text, mode_t mode,
               dev_t rdev);

// Make the name of a socket at `text`, from the current directory of `fs`, with the permissions of
// `mode` less the umask (bind(2)). Stores a new reference on its inode in *store on success only.
int names_make_socket(struct fs_context *fs, const char *text, mode_t mode, struct inode **store);

// Make a symbolic link with the text `target`, which is copied (symlink(2)).
int names_symlink(struct fs_context *fs, const char *target, struct inode *start, const char *text);

// Give `inode` another name (link(2)). The caller keeps its reference on `inode`.
int names_link(struct fs_context *fs, struct inode *inode, struct inode *start, const char *text);

// Remove a name of a file that is no directory (unlink(2)).
int names_unlink(struct fs_context *fs, struct inode *start, const char *text);

// Remove an empty directory (rmdir(2)).
int names_rmdir(struct fs_context *fs, struct inode *start, const char *text);

// A path and the directory where it starts.
struct place {
	struct inode *start;
	const char *text;
};

// Give the file at `from` the name at `to` (renameat2(2)). `flags`: RENAME_NOREPLACE,
// RENAME_EXCHANGE or 0; all else is -EINVAL. Two names of one file are left as they are. Also takes
// rename_lock.
int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags);

// Remove `text`, a path from the root of the tree, and everything below it, also names that
// programs cannot remove; of the root itself, only what is below it. Does nothing if nothing is
// there. Holds tree_lock without a yield: for the kernel's own few files.
void names_remove_all(const char *text);

// Make `dir` the current directory of `fs` (chdir(2)). `fs` takes a reference on `dir`; the caller
// keeps its own. Returns 0; -ENOTDIR if `dir` is no directory; -EACCES if it may not be searched.
int names_chdir(struct fs_context *fs, struct inode *dir);

// Like names_chdir, for the root directory (chroot(2)). Also returns -EPERM without CAP_SYS_CHROOT,
// after the other errors.
int names_chroot(struct fs_context *fs, struct inode *dir);

// Put `inode` at the path `text` from the root of the tree, also in a directory where programs
// cannot make names. For the kernel's own files. The caller keeps its reference on `inode`.
// Returns 0; -EEXIST if the path exists; -ENOMEM; or an error of path_walk.
int names_place(const char *text, struct inode *inode);
