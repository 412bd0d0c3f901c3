// userfaultfd.c: the descriptors of userfaultfd(2): messages by read and poll. The requests of
// ioctl are in userfaultfd_ioctl.c.
#include "fs/userfaultfd.h"

#include "fs/inode.h"
#include "fs/uio.h"
#include "fs/userfaultfd_ioctl.h"
#include "vm/uaccess.h"

// Several messages per call, but only the first one is waited for. A message that cannot be stored
// is lost, as on Linux.
static ssize_t uffd_file_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct uffd *uffd = file->private;
	bool nonblock = file->flags & O_NONBLOCK;
	ssize_t done = 0;

	if (pos != &file->position)
		return -ESPIPE; // pread
	if (!uffd->features || uio->left < sizeof(struct uffd_msg))
		return -EINVAL;
	while (uio->left >= sizeof(struct uffd_msg)) {
		struct uffd_msg msg;
		int error = uffd_read(uffd, nonblock, &msg);

		if (!error && uio_copyout(uio, &msg, sizeof(msg)) < sizeof(msg))
			error = -EFAULT;
		if (error)
			return done ? done : error;
		done += (ssize_t)sizeof(msg);
		nonblock = true;
	}
	return done;
}

// Linux reports an error before the handshake, and for descriptors whose reads would block.
static unsigned int uffd_file_poll(struct file *file, struct poll_table *table)
{
	struct uffd *uffd = file->private;

	poll_wait(table, &uffd->readers);
	if (!uffd->features || !(file->flags & O_NONBLOCK))
		return POLLERR;
	return uffd_has_message(uffd) ? POLLIN : 0;
}

// There are no positions, but asking for one is no error, as on Linux.
static int64_t uffd_file_lseek(struct file *file, int64_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return (int64_t)file->position;
}

static void uffd_file_release(struct file *file)
{
	uffd_close(file->private);
}

static const struct file_ops uffd_file_ops = {
	.read = uffd_file_read,
	.lseek = uffd_file_lseek,
	.ioctl = userfaultfd_ioctl,
	.poll = uffd_file_poll,
	.release = uffd_file_release,
};

int userfaultfd_create(uint32_t flags, struct file **store)
{
	struct inode *inode = inode_create(0600, VOLUME_NAMELESS, NULL);
	struct uffd *uffd;
	int error;

	if (!inode)
		return -ENOMEM;
	uffd = uffd_create(aspace_current(), flags & UFFD_USER_MODE_ONLY);
	if (!uffd) {
		inode_put(inode);
		return -ENOMEM;
	}
	error = file_create_nameless(inode, O_RDONLY | (flags & O_NONBLOCK), &uffd_file_ops, uffd,
	                             store);
	if (error)
		uffd_put(uffd);
	return error;
}
