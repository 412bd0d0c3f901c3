// sys_signalfd.c: signals as a file (signalfd(2)). kern/proc/signalfd.c does the work.
#include "fs/fdtable.h"
#include "proc/signalfd.h"
#include "sys/syscall.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/fcntl.h>

// Make a descriptor for the signals of `set`. Returns it or -errno.
static int open_new(sigmask_t set, uint32_t flags)
{
	struct file *file;
	int error = signalfd_create(set, flags & O_NONBLOCK, &file);

	return error ? error : fd_add(thread_current()->files, file, 0, flags & O_CLOEXEC);
}

// Do signalfd4(2): with `fd` -1 make a new descriptor, else change the set of that one.
static int signal_file(int fd, const void __user *user, size_t size, uint32_t flags)
{
	struct file *file;
	sigset_t set;
	bool right;

	if (size != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, user, sizeof(set)))
		return -EFAULT;
	if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (fd == -1)
		return open_new(sigset_to_mask(set), flags);
	file = fd_get(thread_current()->files, fd);
	if (!file)
		return -EBADF;
	right = file_is_signalfd(file);
	if (right)
		signalfd_set(file, sigset_to_mask(set));
	file_put(file);
	return right ? fd : -EINVAL;
}

// signalfd(2): the older call without flags.
SYSCALL3(signalfd, int, fd, const void __user *, set, size_t, size)
{
	return signal_file(fd, set, size, 0);
}

// signalfd(2).
SYSCALL4(signalfd4, int, fd, const void __user *, set, size_t, size, uint32_t, flags)
{
	return signal_file(fd, set, size, flags);
}
