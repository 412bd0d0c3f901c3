// sys_openat2.c: openat2(2): like openat, but unknown flags are errors, and the way along the path can
// be restricted (fs/path.c).
#include "sys/sys_open.h"
#include "sys/syscall.h"
#include "sys/user_struct.h"
#include "thread/why.h"
#include <abi/fcntl.h>
#include <abi/openat2.h>

// The flags that openat2 knows.
#define OPEN_FLAGS                                                                            \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	 O_DSYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |  \
	 O_CLOEXEC | O_PATH | O_TMPFILE)

#define PATH_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

#define RESOLVE_FLAGS                                                                      \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | \
	 RESOLVE_IN_ROOT | RESOLVE_CACHED)

// Returns 0 if the fields fit together; -EINVAL; -EAGAIN if what RESOLVE_CACHED asks for would change
// a file, which Linux does not do from its cache alone.
static int check_how(const struct open_how *how)
{
	uint64_t flags = how->flags;
	bool makes = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY));

	if (flags & ~(uint64_t)OPEN_FLAGS || how->resolve & ~(uint64_t)RESOLVE_FLAGS)
		return WHY(-EINVAL, "unknown flags");
	if ((how->resolve & RESOLVE_BENEATH) && (how->resolve & RESOLVE_IN_ROOT))
		return WHY(-EINVAL, "RESOLVE_BENEATH and RESOLVE_IN_ROOT");
	if (how->mode & ~(makes ? (uint64_t)07777 : 0))
		return WHY(-EINVAL, "unknown permissions, or no file is made");
	if ((flags & O_PATH) && (flags & ~(uint64_t)PATH_FLAGS))
		return WHY(-EINVAL, "O_PATH with other flags");
	if ((how->resolve & RESOLVE_CACHED) && (makes || (flags & O_TRUNC)))
		return WHY(-EAGAIN, "RESOLVE_CACHED with flags that change files");
	return 0;
}

// Open the file with directories and restrictions of its own: with RESOLVE_BENEATH and
// RESOLVE_IN_ROOT, the directory where the path begins takes the place of the root. Returns the
// descriptor or -errno.
static int open_restricted(const struct path_arg *arg, const struct open_how *how)
{
	struct fs_context *own = thread_current()->fs_context;
	struct fs_context scope = { .umask = own->umask, .resolve = (uint32_t)how->resolve };
	int fd;

	mutex_lock(&tree_lock);
	scope.cwd = position_get(&own->cwd);
	if (!(how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)))
		scope.root = position_get(&own->root);
	else
		scope.root = position_get(arg->start ? arg->start : &own->cwd);
	tree_unlock();
	fd = open_at(&scope, arg, (uint32_t)how->flags, (mode_t)how->mode);
	position_put(&scope.root);
	position_put(&scope.cwd);
	return fd;
}

// openat2(2). The argument may be of a newer kernel, with more fields that are 0.
SYSCALL4(openat2, int, dirfd, const char __user *, path, const void __user *, user, size_t, size)
{
	struct open_how how;
	struct path_arg arg;
	int fd = user_struct_get(&how, sizeof(how), user, size, OPEN_HOW_SIZE_VER0);

	if (!fd)
		fd = check_how(&how);
	if (!fd)
		fd = path_arg_get(&arg, dirfd, path);
	if (fd)
		return fd;
	if (how.resolve & RESOLVE_IN_ROOT)
		fd = path_arg_set_start(&arg, dirfd); // an absolute path begins there too
	if (!fd)
		fd = how.resolve ? open_restricted(&arg, &how) :
		                   open_at(thread_current()->fs_context, &arg, (uint32_t)how.flags,
		                           (mode_t)how.mode);
	path_arg_put(&arg);
	return fd;
}
