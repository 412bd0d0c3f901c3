// sys_access.c: asking whether a file may be used (access(2)): mostly by the real ids, for programs
// that act for another user than the one who started them.
#include "fs/permission.h"
#include "sys/syscall.h"
#include "sys/user_path.h"

// Returns the capabilities that a thread has for access(2): those of its real user.
static capset_t real_capabilities(const struct credentials *who)
{
	return who->user.real ? 0 : who->permitted;
}

// Let the current thread use files by its real ids, if these differ. Stores a reference on its
// credentials, to set again later; or NULL if there is nothing to do. Meanwhile other threads see the
// changed ids of the file system in /proc/PID/status; no rule between threads asks for them.
// Returns 0 or -ENOMEM.
static int use_real_ids(struct credentials **store)
{
	struct credentials *own = thread_current()->credentials, *real;

	*store = NULL;
	if (own->user.fs == own->user.real && own->group.fs == own->group.real &&
	    own->effective == real_capabilities(own))
		return 0;
	real = credentials_copy(own);
	if (!real)
		return -ENOMEM;
	real->user.fs = own->user.real;
	real->group.fs = own->group.real;
	real->effective = real_capabilities(own);
	*store = credentials_get(own);
	thread_set_credentials(real);
	return 0;
}

// Returns true for files that can be written to although their file system is read-only.
static bool is_special(const struct inode *inode)
{
	return !inode_is(inode, S_IFREG) && !inode_is(inode, S_IFDIR) && !inode_is(inode, S_IFLNK);
}

// Check access to a file, by the effective ids with AT_EACCESS.
static int access_at(int dirfd, const char __user *path, int mode, int flags)
{
	struct credentials *own = NULL;
	struct position file;
	int error = 0;

	if (mode & ~(R_OK | W_OK | X_OK) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(flags & AT_EACCESS))
		error = use_real_ids(&own);
	if (error)
		return error;
	error = position_arg_get(dirfd, path, flags, 0, &file);
	if (!error) {
		error = inode_permission(file.inode, (unsigned int)mode);
		if (!error && (mode & W_OK) && mount_read_only(file.mount) &&
		    !is_special(file.inode))
			error = -EROFS;
		position_put(&file);
	}
	if (own)
		thread_set_credentials(own);
	return error;
}

// access(2).
SYSCALL2(access, const char __user *, path, int, mode)
{
	return access_at(AT_FDCWD, path, mode, 0);
}

// faccessat(2). This call has no flags; the C library uses faccessat2 for them.
SYSCALL3(faccessat, int, dirfd, const char __user *, path, int, mode)
{
	return access_at(dirfd, path, mode, 0);
}

// faccessat2(2).
SYSCALL4(faccessat2, int, dirfd, const char __user *, path, int, mode, int, flags)
{
	return access_at(dirfd, path, mode, flags);
}
