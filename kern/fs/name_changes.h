// name_changes.h: making, removing and changing names, as the system calls do it. Each function
// takes tree_lock, walks, checks in Linux's order, and acts. A path is `text` from the directory
// `start` (see path_walk). All callers hold no lock. All return 0 or -errno, as the manual page
// of the call says.
#pragma once

#include "fs/path.h"

// Make a directory, a FIFO, a device file with the number `rdev`, a socket's name or (type 0 or
// S_IFREG) an empty file, with the permissions of `mode` less the umask (mkdir(2), mknod(2)).
int names_make(struct fs_context *fs, struct inode *start, const char *text, mode_t mode,
               dev_t rdev);

// Make the name of a socket, with the permissions of `mode` less the umask. Stores a new reference on its
// inode.
int names_make_socket(struct fs_context *fs, const char *text, mode_t mode, struct inode **store);

// Make a symbolic link with the text `target` (symlink(2)).
int names_symlink(struct fs_context *fs, const char *target, struct inode *start, const char *text);

// Give `inode` another name (link(2)).
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

// Give the file at `from` the name at `to` (renameat2(2)). `flags`: RENAME_ bits.
int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags);

// Remove `text`, a path from the root of the tree, and everything below it. It is no error if
// nothing is there.
void names_remove_all(const char *text);

// Make `dir` the current directory of `fs` (chdir(2)). Takes a reference on `dir`; the caller
// keeps its own. Returns 0; -ENOTDIR; -EACCES if the directory may not be searched.
int names_chdir(struct fs_context *fs, struct inode *dir);

// Like names_chdir, for the root directory (chroot(2)). Also returns -EPERM without CAP_SYS_CHROOT.
int names_chroot(struct fs_context *fs, struct inode *dir);

// Put `inode` at the path `text` from the root of the tree, also in a directory where programs
// cannot make names. For the kernel's own files. The caller keeps its reference on `inode`.
// Returns 0, -EEXIST, -ENOMEM, or as path_walk.
int names_place(const char *text, struct inode *inode);
