// name_changes.h: making, removing and changing names, as the system calls do it. Each function
// takes tree_lock, walks, checks in Linux's order, and acts. A path is `text` in the kernel's
// memory, from the directory `start` (NULL: the current directory of `fs`; not looked at if the path
// is absolute). References on `start`, `fs` and inodes stay the caller's. All functions sleep and
// yield. Caller of all functions: holds no lock.
//
// Those that return an int return 0 or, with nothing changed, a negative errno. Each may return the
// errors of path_walk: -ENOENT (a directory on the way is missing), -ENOTDIR, -EACCES, -ELOOP,
// -ENAMETOOLONG, -ENOMEM, and -EINTR if the thread is killed. Each that changes names returns -EROFS
// where a file system or a mount is read-only. The contracts list the others.
#pragma once

#include "fs/path.h"

// Make a directory, a FIFO, a device file with the number `rdev`, a socket's name or (type 0 or
// S_IFREG) an empty file at the path `text` from `start` (NULL: the current directory of `fs`),
// with the permissions of `mode` less the umask, of a directory without set-id bits (mkdir(2),
// mknod(2)). `rdev` does not matter for other types. Sleeps and yields.
// Returns 0; with nothing changed, an error of path_walk or, in this order: -EEXIST if the path
// exists; -ENOENT for a slash at the end, unless a directory is made, and in a directory that was
// removed or is the kernel's; -EACCES if the directory may not be written; -EPERM for a device
// without CAP_MKNOD, except the character device 0, 0.
int names_make(struct fs_context *fs, const struct position *start, const char *text, mode_t mode,
               dev_t rdev);

// Make the name of a socket at `text`, from the current directory of `fs`, with the permissions of
// `mode` (only 0777 counts) less the umask (bind(2)). Sleeps and yields.
// Returns 0 with a new reference on its inode in *store; with *store undefined, an error of
// path_walk or, in this order: -EEXIST if the path exists; -ENOENT for a slash at the end, and in a
// directory that was removed or is the kernel's; -EACCES if the directory may not be written.
int names_make_socket(struct fs_context *fs, const char *text, mode_t mode, struct inode **store);

// Make a symbolic link at the path `text` from `start` (NULL: the current directory of `fs`) with
// the text `target`, which is copied, and need not exist (symlink(2)). Sleeps and yields.
// Returns 0; with nothing changed: -ENOENT if `target` is empty, before any other error; an error
// of path_walk; -EEXIST if `text` exists; -ENOENT for a slash at the end of `text`, and in a
// directory that was removed or is the kernel's; -EACCES if the directory may not be written.
int names_symlink(struct fs_context *fs, const char *target, const struct position *start,
                  const char *text);

// Give the file *file, on which the caller holds references, another name: at the path `text` from
// `start` (NULL: the current directory of `fs`) (link(2)). Sleeps and yields.
// Returns 0; with nothing changed, an error of path_walk or, in this order: -EEXIST if `text`
// exists; -ENOENT for a slash at the end, and in a directory that was removed or is the kernel's;
// -EXDEV if it is seen through another mount, or is of another file system; -EPERM for a file that permission_to_link refuses;
// -EACCES if the directory may not be written; -EPERM for a directory; -ENOENT if the file has lost
// its last name, or was opened with O_TMPFILE and O_EXCL.
int names_link(struct fs_context *fs, const struct position *file, const struct position *start,
               const char *text);

// Remove the name at the path `text` from `start` (NULL: the current directory of `fs`), of a file
// that is no directory (unlink(2)); a last symbolic link is removed itself. An open file lives on
// without a name. Sleeps and yields.
// Returns 0; with nothing changed, an error of path_walk or, in this order: -EISDIR if the path
// ends in ".", ".." or has only slashes; -ENOENT if nothing is there; -EISDIR or, after another
// file's name, -ENOTDIR for a slash at the end; -EACCES or -EPERM as permission_to_remove; -EISDIR
// for a directory; -EBUSY where a mount covers the file; -EPERM for a name of the kernel's.
int names_unlink(struct fs_context *fs, const struct position *start, const char *text);

// Remove the empty directory at the path `text` from `start` (NULL: the current directory of `fs`)
// (rmdir(2)). One that is somebody's current directory is removed too. Sleeps and yields.
// Returns 0; with nothing changed, an error of path_walk or, in this order: -EINVAL if the path
// ends in ".", -ENOTEMPTY if in "..", -EBUSY for the root; -ENOENT if nothing is there; -EACCES or
// -EPERM as permission_to_remove; -ENOTDIR for another file; -EBUSY where another file system
// begins or a mount covers it; -EPERM for a name of the kernel's; -ENOTEMPTY.
int names_rmdir(struct fs_context *fs, const struct position *start, const char *text);

// A path and the directory where it starts.
struct place {
	const struct position *start;
	const char *text;
};

// Give the file at `from` the name at `to` (renameat2(2)); a file that has this name is replaced. A
// place without a start (NULL) begins at the current directory of `fs`. `flags`: RENAME_NOREPLACE
// (do not replace), RENAME_EXCHANGE (the two exchange their names), or 0. Last symbolic links are
// not followed. Two names of one file are left as they are. Also takes rename_lock. Sleeps and
// yields.
// Returns 0; with nothing changed, an error of path_walk or, in this order: -EINVAL for other flags
// or both; -EBUSY if a path ends in "." or "..", or has only slashes (-EEXIST for `to` with
// RENAME_NOREPLACE); -EXDEV for different file systems; -ENOENT if `from` is missing; -EEXIST with
// RENAME_NOREPLACE if `to` exists; -ENOENT with RENAME_EXCHANGE if `to` is missing; -ENOTDIR for a
// slash after a name that is no directory's; -EINVAL if a directory would move below itself;
// -ENOTEMPTY if `to` lies above `from`; -EACCES, -EPERM or -ENOENT (a removed directory) if names
// may not change there; -ENOTDIR if only `from` is a directory, -EISDIR if only `to` is; -ENOTEMPTY
// if `to` is a directory that is not empty; -EBUSY where a file system begins; -EPERM for a name of
// the kernel's.
int names_rename(struct fs_context *fs, struct place from, struct place to, unsigned int flags);

// Remove `text`, a path from the root of the tree, and everything below it, also names that
// programs cannot remove; of the root itself, only what is below it. A last symbolic link is
// removed itself. Does nothing if nothing is there, or the path cannot be followed. Sleeps and
// yields, with tree_lock released; a killed thread completes the work. For the kernel's own few
// files: nobody else may change names below `text` meanwhile.
void names_remove_all(const char *text);

// Make *dir the current directory of `fs` (chdir(2)). `fs` takes references of its own. Sleeps and
// yields. Returns 0; with nothing changed, in this order: -ENOTDIR if *dir is no directory; -EACCES
// if the current thread may not search it.
int names_chdir(struct fs_context *fs, const struct position *dir);

// Make *dir the root directory of `fs` (chroot(2)); its current directory stays. `fs` takes
// references of its own. Sleeps and yields. Returns 0; with nothing changed, in this order:
// -ENOTDIR if *dir is no directory; -EACCES if the current thread may not search it; -EPERM without
// CAP_SYS_CHROOT.
int names_chroot(struct fs_context *fs, const struct position *dir);

// Put `inode` at the path `text` from the root of the tree, also in a directory where programs
// cannot make names; its owner stays. For the kernel's own files. The caller keeps its reference on
// `inode`. Sleeps and yields. Returns 0; with nothing changed: -EEXIST if the path exists; -ENOMEM;
// -ENOENT if a directory on the way is missing, or another error of path_walk.
int names_place(const char *text, struct inode *inode);

// Remove what names_place has made: the name at the path `text` from the root of the tree, if it
// still is one of `inode`; else do nothing. The caller keeps its reference on `inode`. Sleeps and
// yields.
void names_unplace(const char *text, const struct inode *inode);
