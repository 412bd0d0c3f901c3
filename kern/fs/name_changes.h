// name_changes.h: making, removing and changing names, as the system calls do it. Each function
// takes tree_lock, walks, checks in Linux's order, and acts. A path is `text` in the kernel's
// memory, from the directory `start` (NULL: the current directory of `fs`; not looked at if the path
// is absolute). References on `start`, `fs` and inodes stay the caller's. All functions sleep and
// yield. Caller of all functions: holds no lock.
//
// Those that return an int return 0 or, with nothing changed, a negative errno. Each may return the
// errors of path_walk: -ENOENT (a directory on the way is missing), -ENOTDIR, -EACCES, -ELOOP,
// -ENAMETOOLONG, -ENOMEM, and -EINTR if the thread is killed. The contracts list the others.
#pragma once

#include "fs/path.h"

// Make a directory, a FIFO, a device file with the number `rdev`, a socket's name or (type 0 or
// S_IFREG) an empty file, with the permissions of `mode` less the umask (mkdir(2), mknod(2)).
// `rdev` does not matter for other types.
// Returns 0; -EEXIST if the path exists; -ENOENT for a slash at the end, unless a directory is made,
// and in a directory that was removed or is the kernel's; -EACCES if the directory may not be
// written; -EPERM for a device without CAP_MKNOD, except the character device 0, 0; or an error of
// path_walk.
int names_make(struct fs_context *fs, struct inode *start, const char *text, mode_t mode,
               dev_t rdev);

// Make the name of a socket at `text`, from the current directory of `fs`, with the permissions of
// `mode` less the umask (bind(2)).
// Returns 0 with a new reference on its inode in *store; with *store undefined: -EEXIST if the path
// exists; -ENOENT for a slash at the end, and in a directory that was removed or is the kernel's;
// -EACCES if the directory may not be written; or an error of path_walk.
int names_make_socket(struct fs_context *fs, const char *text, mode_t mode, struct inode **store);

// Make a symbolic link with the text `target`, which is copied (symlink(2)).
// Returns 0; -EEXIST if `text` exists; -ENOENT if `target` is empty, for a slash at the end of
// `text`, and in a directory that was removed or is the kernel's; -EACCES if the directory may not
// be written; or an error of path_walk.
int names_symlink(struct fs_context *fs, const char *target, struct inode *start, const char *text);

// Give `inode` another name (link(2)).
// Returns 0; -EEXIST if `text` exists; -ENOENT for a slash at the end, in a directory that was
// removed or is the kernel's, and if the file has lost its last name; -EXDEV if `inode` is of
// another file system; -EPERM for a directory, and for a file that permission_to_link refuses;
// -EACCES if the directory may not be written; or an error of path_walk.
int names_link(struct fs_context *fs, struct inode *inode, struct inode *start, const char *text);

// Remove a name of a file that is no directory (unlink(2)); an open file lives on without it.
// Returns 0; -EISDIR for a directory, also if the path ends in ".", ".." or has only slashes; -ENOENT
// if nothing is there; -ENOTDIR for a slash after another file's name; -EACCES or -EPERM as
// permission_to_remove; -EPERM for a name of the kernel's; or an error of path_walk.
int names_unlink(struct fs_context *fs, struct inode *start, const char *text);

// Remove an empty directory (rmdir(2)). One that is somebody's current directory is removed too.
// Returns 0; -ENOENT if nothing is there; -ENOTDIR for another file; -ENOTEMPTY, also if the path
// ends in ".."; -EINVAL if it ends in "."; -EBUSY for the root, and where another file system begins;
// -EACCES or -EPERM as permission_to_remove; -EPERM for a name of the kernel's; or an error of
// path_walk.
int names_rmdir(struct fs_context *fs, struct inode *start, const char *text);

// A path and the directory where it starts.
struct place {
	struct inode *start;
	const char *text;
};

// Give the file at `from` the name at `to` (renameat2(2)); a file that has this name is replaced.
// `flags`: RENAME_NOREPLACE (do not replace), RENAME_EXCHANGE (the two exchange their names), or 0.
// Two names of one file are left as they are. Also takes rename_lock.
// Returns 0; -EINVAL for other flags or both, and if a directory would move below itself; -ENOENT if
// `from` is missing (RENAME_EXCHANGE: or `to`); -EEXIST with RENAME_NOREPLACE if `to` exists; -EBUSY
// if one of the paths ends in "." or "..", or where a file system begins; -EXDEV for different file
// systems; -ENOTDIR if only `from` is a directory, -EISDIR if only `to` is; -ENOTEMPTY if `to` is a
// directory that is not empty; -EACCES or -EPERM without permission; or an error of path_walk.
int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags);

// Remove `text`, a path from the root of the tree, and everything below it, also names that
// programs cannot remove; of the root itself, only what is below it. Does nothing if nothing is
// there. Holds tree_lock without a yield: for the kernel's own few files.
void names_remove_all(const char *text);

// Make `dir` the current directory of `fs` (chdir(2)). `fs` takes a reference on `dir`; the caller
// keeps its own. Returns 0; -ENOTDIR if `dir` is no directory; -EACCES if it may not be searched.
int names_chdir(struct fs_context *fs, struct inode *dir);

// Make `dir` the root directory of `fs` (chroot(2)). `fs` takes a reference on `dir`; the caller keeps
// its own. Returns 0; -ENOTDIR if `dir` is no directory; -EACCES if it may not be searched; else
// -EPERM without CAP_SYS_CHROOT.
int names_chroot(struct fs_context *fs, struct inode *dir);

// Put `inode` at the path `text` from the root of the tree, also in a directory where programs
// cannot make names. For the kernel's own files. The caller keeps its reference on `inode`.
// Returns 0; -EEXIST if the path exists; -ENOMEM; -ENOENT if a directory on the way is missing, or
// another error of path_walk.
int names_place(const char *text, struct inode *inode);

// Remove what names_place has made: the name at the path `text`, if it still is one of `inode`.
void names_unplace(const char *text, const struct inode *inode);
