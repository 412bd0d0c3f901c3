// name_changes.h: making, removing and changing names, as the system calls do it: each takes tree_lock,
// walks, checks in Linux's order, and acts. A path is `text` from `start` (see path_walk). 0 or
// -errno.
#pragma once

#include "fs/path.h"

// A directory, FIFO, device file or (type 0 or S_IFREG) an empty file, with the permissions of
// `mode` less the umask.
int names_make(struct fs_context *fs, struct inode *start, const char *text, mode_t mode,
               dev_t rdev);

// A symbolic link with the text `target`.
int names_symlink(struct fs_context *fs, const char *target, struct inode *start, const char *text);

// Another name for `inode`.
int names_link(struct fs_context *fs, struct inode *inode, struct inode *start, const char *text);

// Take away the name of a file, or of an empty directory.
int names_unlink(struct fs_context *fs, struct inode *start, const char *text);
int names_rmdir(struct fs_context *fs, struct inode *start, const char *text);

// A path and where it starts.
struct place {
	struct inode *start;
	const char *text;
};

// Give the file at `from` the name at `to`. `flags`: RENAME_ bits.
int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags);

// Take away `text`, a path from the root of the tree, and everything below it. What is not there is
// no error.
void names_remove_all(const char *text);

// Make `dir`, of which the caller keeps its reference, the current directory, or the root.
int names_chdir(struct fs_context *fs, struct inode *dir);
int names_chroot(struct fs_context *fs, struct inode *dir);

// For the kernel's own files: put `inode`, whose reference stays the caller's, at the path `text`
// from the root, also where programs cannot make names. 0, -EEXIST, or as path_walk.
int names_place(const char *text, struct inode *inode);
