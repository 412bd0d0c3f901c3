// sys_directories.c: the calls that make, remove and change names. Paths are fetched here; fs/name_changes.c does the work and checks in Linux's order.
#include "fs/inode.h"
#include "fs/name_changes.h"
#include "mem/heap.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "vm/uaccess.h"

// Make a file of any type: for mkdir and mknod. Returns 0 or -errno.
static int make_at(int dirfd, const char __user *path, mode_t mode, dev_t rdev)
{
	struct path_arg arg;
	int error = path_arg_get(&arg, dirfd, path);

	if (error)
		return error;
	error = names_make(thread_current()->fs_context, arg.start, arg.text, mode, rdev);
	path_arg_put(&arg);
	return error;
}

// mkdir(2). Type bits in `mode` are ignored.
SYSCALL2(mkdir, const char __user *, path, mode_t, mode)
{
	return make_at(AT_FDCWD, path, S_IFDIR | (mode & ~(mode_t)S_IFMT), 0);
}

// mkdirat(2).
SYSCALL3(mkdirat, int, dirfd, const char __user *, path, mode_t, mode)
{
	return make_at(dirfd, path, S_IFDIR | (mode & ~(mode_t)S_IFMT), 0);
}

// The type is checked before the path, as in Linux's do_mknodat: a directory is EPERM (mkdir
// makes them), an unknown type EINVAL.
static int make_node_at(int dirfd, const char __user *path, mode_t mode, uint32_t rdev)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return make_at(dirfd, path, mode, rdev);
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

// mknod(2). A type of 0 means a regular file.
SYSCALL3(mknod, const char __user *, path, mode_t, mode, uint32_t, rdev)
{
	return make_node_at(AT_FDCWD, path, mode, rdev);
}

// mknodat(2).
SYSCALL4(mknodat, int, dirfd, const char __user *, path, mode_t, mode, uint32_t, rdev)
{
	return make_node_at(dirfd, path, mode, rdev);
}

// Remove a name. Returns 0 or -errno.
static int remove_at(int dirfd, const char __user *path, bool directory)
{
	struct fs_context *fs = thread_current()->fs_context;
	struct path_arg arg;
	int error = path_arg_get(&arg, dirfd, path);

	if (error)
		return error;
	error = directory ? names_rmdir(fs, arg.start, arg.text) :
	                    names_unlink(fs, arg.start, arg.text);
	path_arg_put(&arg);
	return error;
}

// rmdir(2).
SYSCALL1(rmdir, const char __user *, path)
{
	return remove_at(AT_FDCWD, path, true);
}

// unlink(2). The file lives on while it is open, mapped, or has other names.
SYSCALL1(unlink, const char __user *, path)
{
	return remove_at(AT_FDCWD, path, false);
}

// unlinkat(2): AT_REMOVEDIR makes it rmdir.
SYSCALL3(unlinkat, int, dirfd, const char __user *, path, int, flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_at(dirfd, path, flags & AT_REMOVEDIR);
}

// Both paths are fetched before either is walked: the walks need tree_lock, and under a lock no
// user memory may be read.
static int rename_at(int from_dirfd, const char __user *from, int to_dirfd, const char __user *to,
                     unsigned int flags)
{
	struct path_arg old, new;
	int error = path_arg_get(&old, from_dirfd, from);

	if (error)
		return error;
	error = path_arg_get(&new, to_dirfd, to);
	if (!error) {
		error = names_rename(thread_current()->fs_context,
		                     (struct place){ old.start, old.text },
		                     (struct place){ new.start, new.text }, flags);
		path_arg_put(&new);
	}
	path_arg_put(&old);
	return error;
}

// rename(2): at every moment the new name leads to the old file or to the new one.
SYSCALL2(rename, const char __user *, from, const char __user *, to)
{
	return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}

// renameat(2).
SYSCALL4(renameat, int, from_dirfd, const char __user *, from, int, to_dirfd, const char __user *,
         to)
{
	return rename_at(from_dirfd, from, to_dirfd, to, 0);
}

// renameat2(2): RENAME_NOREPLACE and RENAME_EXCHANGE; other flags are EINVAL.
SYSCALL5(renameat2, int, from_dirfd, const char __user *, from, int, to_dirfd, const char __user *,
         to, unsigned int, flags)
{
	return rename_at(from_dirfd, from, to_dirfd, to, flags);
}

// linkat(2) follows a symbolic link only with AT_SYMLINK_FOLLOW, the reverse of other calls'
// flags. The file is found before the new path is fetched, so its errors come first, as on
// Linux.
static int link_at(int from_dirfd, const char __user *from, int to_dirfd, const char __user *to,
                   int flags)
{
	struct path_arg arg;
	struct position file;
	int error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	flags = flags & AT_SYMLINK_FOLLOW ? flags & AT_EMPTY_PATH : flags | AT_SYMLINK_NOFOLLOW;
	error = position_arg_get(from_dirfd, from, flags, 0, &file);
	if (error)
		return error;
	error = path_arg_get(&arg, to_dirfd, to);
	if (!error) {
		error = names_link(thread_current()->fs_context, &file, arg.start, arg.text);
		path_arg_put(&arg);
	}
	position_put(&file);
	return error;
}

// link(2). A symbolic link gets another name itself; POSIX leaves that open.
SYSCALL2(link, const char __user *, from, const char __user *, to)
{
	return link_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}

// linkat(2). AT_EMPTY_PATH gives a name to an open file, for example one of O_TMPFILE.
SYSCALL5(linkat, int, from_dirfd, const char __user *, from, int, to_dirfd, const char __user *, to,
         int, flags)
{
	return link_at(from_dirfd, from, to_dirfd, to, flags);
}

// The target is any text but an empty one (ENOENT): whether it leads anywhere is not looked at.
static int symlink_at(const char __user *target, int dirfd, const char __user *path)
{
	struct path_arg text, arg;
	int error = path_arg_get(&text, AT_FDCWD, target);

	if (error)
		return error;
	error = path_arg_get(&arg, dirfd, path);
	if (!error) {
		error = names_symlink(thread_current()->fs_context, text.text, arg.start, arg.text);
		path_arg_put(&arg);
	}
	path_arg_put(&text);
	return error;
}

// symlink(2).
SYSCALL2(symlink, const char __user *, target, const char __user *, path)
{
	return symlink_at(target, AT_FDCWD, path);
}

// symlinkat(2): `dirfd` is for the new name; the target starts where the link is.
SYSCALL3(symlinkat, const char __user *, target, int, dirfd, const char __user *, path)
{
	return symlink_at(target, dirfd, path);
}

// chdir(2).
SYSCALL1(chdir, const char __user *, path)
{
	struct position dir;
	int error = position_arg_get(AT_FDCWD, path, 0, 0, &dir);

	if (error)
		return error;
	error = names_chdir(thread_current()->fs_context, &dir);
	position_put(&dir);
	return error;
}

// fchdir(2). A descriptor opened with O_PATH will do: it names a place, and that is all that is
// needed.
SYSCALL1(fchdir, int, fd)
{
	struct file *file = fd_get(thread_current()->files, fd);
	int error;

	if (!file)
		return -EBADF;
	error = names_chdir(thread_current()->fs_context,
	                    &(struct position){ file->inode, file->mount });
	file_put(file);
	return error;
}

// chroot(2). The current directory stays, so the caller can still get out with "..": the manual
// page warns of that.
SYSCALL1(chroot, const char __user *, path)
{
	struct position dir;
	int error = position_arg_get(AT_FDCWD, path, 0, 0, &dir);

	if (error)
		return error;
	error = names_chroot(thread_current()->fs_context, &dir);
	position_put(&dir);
	return error;
}

// Write the path of the current directory into text[PATH_MAX], with *start at its first byte.
// Returns its length with the NUL; -ENOENT if the directory was removed; -ENAMETOOLONG.
static ssize_t current_path(struct fs_context *fs, char *text, char **start)
{
	ssize_t length = -ENOENT;

	mutex_lock(&tree_lock);
	if (fs->cwd.inode->nlink) {
		*start = position_path(&fs->cwd, &fs->root, text, PATH_MAX);
		length = *start ? (ssize_t)strlen(*start) + 1 : -ENAMETOOLONG;
	}
	tree_unlock();
	return length;
}

// getcwd(2): returns the length with the NUL. A directory outside the root is shown with
// "(unreachable)" before its path, which C libraries report as ENOENT.
SYSCALL2(getcwd, char __user *, buffer, size_t, size)
{
	char *text = kmalloc(PATH_MAX), *start;
	ssize_t length;

	if (!text)
		return -ENOMEM;
	length = current_path(thread_current()->fs_context, text, &start);
	if (length > 0 && (size_t)length > size)
		length = -ERANGE;
	if (length > 0 && copyout(aspace_current(), buffer, start, (size_t)length))
		length = -EFAULT;
	kfree(text);
	return length;
}
