// sys_ioctl.c: ioctl(2): the requests that all files have; the others are those of each kind of file.
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "ipc/socket.h"
#include "sys/sys_async.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "vm/uaccess.h"
#include <abi/ioctl.h>

#define FIONCLEX 0x5450
#define FIOCLEX 0x5451

// FIONBIO: set or clear O_NONBLOCK, as fcntl would.
static int set_nonblocking(int fd, struct file *file, const int __user *arg)
{
	int on;

	if (get_user(aspace_current(), &on, arg))
		return -EFAULT;
	return file_change_flags(fd, file,
	                         on ? file->flags | O_NONBLOCK :
	                              file->flags & ~(uint32_t)O_NONBLOCK);
}

// FIONREAD of a regular file: how many bytes lie after the position.
static int bytes_left(struct file *file, int __user *arg)
{
	int left = (int)(inode_size(file->inode) - file->position);

	return put_user(aspace_current(), arg, left);
}

// The requests that all files have come first, as in Linux's do_vfs_ioctl; the rest are the
// file's own.
static int ioctl_file(int fd, struct file *file, unsigned int request, void __user *arg)
{
	switch (request) {
	case FIOCLEX:
	case FIONCLEX:
		return fd_set_cloexec(thread_current()->files, fd, request == FIOCLEX);
	case FIONBIO:
		return set_nonblocking(fd, file, arg);
	case FIOASYNC:
		return ioctl_async(fd, file, arg);
	case FIONREAD:
		if (file->ops == &regular_ops)
			return bytes_left(file, arg);
		break;
	case FIOSETOWN:
	case SIOCSPGRP:
	case FIOGETOWN:
	case SIOCGPGRP:
		return socket_of(file) ? ioctl_socket_owner(file, request, arg) : -ENOTTY;
	}
	return file->ops->ioctl ? file->ops->ioctl(file, request, arg) : -ENOTTY;
}

// ioctl(2). A request that the file does not know is ENOTTY.
SYSCALL3(ioctl, int, fd, unsigned int, request, void __user *, arg)
{
	struct file *file = file_arg_get(fd);
	int result;

	if (!file)
		return -EBADF;
	result = ioctl_file(fd, file, request, arg);
	file_put(file);
	return result;
}
