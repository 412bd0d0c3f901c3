// sys_userfaultfd.c: userfaultfd(2): a descriptor by which a program handles its page faults.
#include "fs/fdtable.h"
#include "fs/userfaultfd.h"
#include "sys/syscall.h"
#include "thread/thread.h"
#include <abi/userfaultfd.h>

// userfaultfd(2).
SYSCALL1(userfaultfd, uint32_t, flags)
{
	struct fdtable *files = thread_current()->files;
	struct file *file;
	int fd, error;

	if (flags & ~(UFFD_USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	error = userfaultfd_create(flags, &file);
	if (error)
		return error;
	fd = fd_add(files, file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}
