// sys_xattr.c: extended attributes (xattr(7)), which no file system here has: EOPNOTSUPP, after the
// checks that Linux makes before it asks the file system.
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/xattr.h>

// Check the name of an attribute. Returns 0; -EFAULT; -ERANGE for an empty or a long name.
static int check_name(const char __user *user)
{
	char name[XATTR_NAME_MAX + 1];
	ssize_t len = copyinstr(aspace_current(), name, user, sizeof(name));

	if (len == 0 || len == -ENAMETOOLONG)
		return WHY(-ERANGE, "the attribute's name is empty or too long");
	return len < 0 ? (int)len : 0;
}

// Check the arguments of a call that sets an attribute. The value is read, but not kept: it may be
// an address that cannot be read. Returns 0 or -errno.
static int check_setting(const char __user *name, const char __user *value, size_t size, int flags)
{
	char byte;
	int error;

	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return WHY(-EINVAL, "unknown flags in %#x", (unsigned int)flags);
	error = check_name(name);
	if (error)
		return error;
	if (size > XATTR_SIZE_MAX)
		return WHY(-E2BIG, "a value of %u bytes is too large", (unsigned int)size);
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		if (copyin(aspace_current(), &byte, value + at, 1))
			return -EFAULT;
	return size ? copyin(aspace_current(), &byte, value + size - 1, 1) : 0;
}

// Returns the error of a call on the file at `path`: -EOPNOTSUPP if there is one.
static int refuse_path(const char __user *path, int flags)
{
	struct inode *inode;
	int error = inode_arg_get(AT_FDCWD, path, flags, &inode);

	if (error)
		return error;
	inode_put(inode);
	return WHY(-EOPNOTSUPP, "there are no extended attributes");
}

// Returns the error of a call on descriptor `fd`.
static int refuse_fd(int fd)
{
	struct file *file = file_arg_get(fd);

	if (!file)
		return -EBADF;
	file_put(file);
	return WHY(-EOPNOTSUPP, "there are no extended attributes");
}

// setxattr(2), lsetxattr(2) and fsetxattr(2).
SYSCALL5(setxattr, const char __user *, path, const char __user *, name, const char __user *, value,
         size_t, size, int, flags)
{
	int error = check_setting(name, value, size, flags);

	return error ? error : refuse_path(path, 0);
}

SYSCALL5(lsetxattr, const char __user *, path, const char __user *, name, const char __user *,
         value, size_t, size, int, flags)
{
	int error = check_setting(name, value, size, flags);

	return error ? error : refuse_path(path, AT_SYMLINK_NOFOLLOW);
}

SYSCALL5(fsetxattr, int, fd, const char __user *, name, const char __user *, value, size_t, size,
         int, flags)
{
	int error = check_setting(name, value, size, flags);

	return error ? error : refuse_fd(fd);
}

// getxattr(2), lgetxattr(2) and fgetxattr(2).
SYSCALL4(getxattr, const char __user *, path, const char __user *, name, void __user *, value,
         size_t, size)
{
	int error = check_name(name);

	(void)value;
	(void)size;
	return error ? error : refuse_path(path, 0);
}

SYSCALL4(lgetxattr, const char __user *, path, const char __user *, name, void __user *, value,
         size_t, size)
{
	int error = check_name(name);

	(void)value;
	(void)size;
	return error ? error : refuse_path(path, AT_SYMLINK_NOFOLLOW);
}

SYSCALL4(fgetxattr, int, fd, const char __user *, name, void __user *, value, size_t, size)
{
	int error = check_name(name);

	(void)value;
	(void)size;
	return error ? error : refuse_fd(fd);
}

// listxattr(2), llistxattr(2) and flistxattr(2).
SYSCALL3(listxattr, const char __user *, path, void __user *, list, size_t, size)
{
	(void)list;
	(void)size;
	return refuse_path(path, 0);
}

SYSCALL3(llistxattr, const char __user *, path, void __user *, list, size_t, size)
{
	(void)list;
	(void)size;
	return refuse_path(path, AT_SYMLINK_NOFOLLOW);
}

SYSCALL3(flistxattr, int, fd, void __user *, list, size_t, size)
{
	(void)list;
	(void)size;
	return refuse_fd(fd);
}

// removexattr(2), lremovexattr(2) and fremovexattr(2).
SYSCALL2(removexattr, const char __user *, path, const char __user *, name)
{
	int error = check_name(name);

	return error ? error : refuse_path(path, 0);
}

SYSCALL2(lremovexattr, const char __user *, path, const char __user *, name)
{
	int error = check_name(name);

	return error ? error : refuse_path(path, AT_SYMLINK_NOFOLLOW);
}

SYSCALL2(fremovexattr, int, fd, const char __user *, name)
{
	int error = check_name(name);

	return error ? error : refuse_fd(fd);
}
