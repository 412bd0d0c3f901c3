// sys_chmod_chown.c: changing the permissions and the owner of files (chmod(2), chown(2)).
// fs/permission.c has the rules.
#include "fs/inode.h"
#include "fs/memfd.h"
#include "fs/permission.h"
#include "sys/sys_ids.h"
#include "sys/syscall.h"
#include "sys/user_path.h"

// Returns true if the attributes `fixed` (INODE_FIXED_ bits) of the inode cannot be changed:
// those of /proc.
static bool is_fixed(const struct inode *inode, unsigned int fixed)
{
	return inode->ops && (inode->ops->fixed & fixed);
}

// Set the permissions of an inode. A symbolic link has none (EOPNOTSUPP); a link of /proc, or a
// descriptor opened with O_PATH, can lead to one. Returns 0 or -errno.
static int chmod_inode(struct inode *inode, mode_t mode)
{
	int error = is_fixed(inode, INODE_FIXED_MODE) ? -EPERM : inode_check_mode(inode, mode);

	if (inode_is(inode, S_IFLNK))
		error = -EOPNOTSUPP;
	if (error)
		return error;
	return inode_chmod(inode, mode);
}

// Find a file and set its permissions. `flags`: as for inode_arg_get.
static int chmod_at(int dirfd, const char __user *path, mode_t mode, int flags)
{
	struct inode *inode;
	int error = changed_inode_arg_get(dirfd, path, flags, &inode);

	if (error)
		return error;
	error = chmod_inode(inode, mode);
	inode_put(inode);
	return error;
}

// chmod(2). Only the lowest 12 bits of `mode` count.
SYSCALL2(chmod, const char __user *, path, mode_t, mode)
{
	return chmod_at(AT_FDCWD, path, mode, 0);
}

// fchmodat(2). The call of this number has no flags.
SYSCALL3(fchmodat, int, dirfd, const char __user *, path, mode_t, mode)
{
	return chmod_at(dirfd, path, mode, 0);
}

// fchmodat(2), with flags. A symbolic link itself cannot be changed: EOPNOTSUPP.
SYSCALL4(fchmodat2, int, dirfd, const char __user *, path, mode_t, mode, int, flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return chmod_at(dirfd, path, mode, flags);
}

// fchmod(2). Not by a descriptor opened with O_PATH: EBADF.
SYSCALL2(fchmod, int, fd, mode_t, mode)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = mount_check_change(file->mount);
	if (!error)
		error = chmod_inode(file->inode, mode);
	file_put(file);
	return error;
}

// Set the owner of an inode. Returns 0 or -EPERM.
static int chown_inode(struct inode *inode, uid_t uid, gid_t gid)
{
	return is_fixed(inode, INODE_FIXED_OWNER) ? -EPERM : inode_chown(inode, uid, gid);
}

// Find a file and set its owner.
static int chown_at(int dirfd, const char __user *path, uid_t uid, gid_t gid, int flags)
{
	struct inode *inode;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = changed_inode_arg_get(dirfd, path, flags, &inode);
	if (error)
		return error;
	error = chown_inode(inode, uid, gid);
	inode_put(inode);
	return error;
}

// Set the owner of the file of a descriptor.
static int chown_fd(int fd, uid_t uid, gid_t gid)
{
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = mount_check_change(file->mount);
	if (!error)
		error = chown_inode(file->inode, uid, gid);
	file_put(file);
	return error;
}

// chown(2): the C library uses the calls with ids of 32 bits.
SYSCALL3(chown32, const char __user *, path, uid_t, uid, gid_t, gid)
{
	return chown_at(AT_FDCWD, path, uid, gid, 0);
}

// lchown(2): of a symbolic link itself.
SYSCALL3(lchown32, const char __user *, path, uid_t, uid, gid_t, gid)
{
	return chown_at(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

// fchown(2).
SYSCALL3(fchown32, int, fd, uid_t, uid, gid_t, gid)
{
	return chown_fd(fd, uid, gid);
}

// fchownat(2). Unknown flags are EINVAL before the path is looked at.
SYSCALL5(fchownat, int, dirfd, const char __user *, path, uid_t, uid, gid_t, gid, int, flags)
{
	return chown_at(dirfd, path, uid, gid, flags);
}

// The three old calls, with ids of 16 bits.
SYSCALL3(chown, const char __user *, path, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, path, wide_id(uid), wide_id(gid), 0);
}

SYSCALL3(lchown, const char __user *, path, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, path, wide_id(uid), wide_id(gid), AT_SYMLINK_NOFOLLOW);
}

SYSCALL3(fchown, int, fd, uint32_t, uid, uint32_t, gid)
{
	return chown_fd(fd, wide_id(uid), wide_id(gid));
}

// umask(2): cannot fail. Bits other than permissions are ignored. Returns the old mask.
SYSCALL1(umask, mode_t, mask)
{
	struct fs_context *fs = thread_current()->fs_context;
	mode_t old = fs->umask;

	fs->umask = mask & 0777;
	return (long)old;
}
