// userfaultfd.c: the descriptors of userfaultfd(2): messages by read and poll. The requests of
// ioctl are in userfaultfd_ioctl.c.
#include "fs/userfaultfd.h"

#include "fs/anonymous_file.h"
#include "fs/device.h"
#include "fs/fdtable.h"
#include "fs/uio.h"
#include "fs/userfaultfd_ioctl.h"
#include "vm/uaccess.h"

static int open_context(struct uffd *uffd);

// A fork's message: make a descriptor for the child's context. Without one nobody will handle the
// child's faults, so on an error its registrations end. Returns 0 or -errno.
static int open_child(struct uffd *child, struct uffd_msg *msg)
{
	int fd = open_context(child);

	msg->arg.fork.ufd = (uint32_t)fd;
	return fd < 0 ? fd : 0;
}

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
		struct uffd *child;
		struct uffd_msg msg;
		int error = uffd_read(uffd, nonblock, &msg, &child);

		if (!error && child)
			error = open_child(child, &msg);
		if (!error)
			error = uio_put(uio, &msg, sizeof(msg));
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

static void uffd_file_release(struct file *file)
{
	uffd_close(file->private);
}

static const struct file_ops uffd_file_ops = {
	.kind = "[userfaultfd]",
	.read = uffd_file_read,
	.lseek = anonymous_file_lseek,
	.ioctl = userfaultfd_ioctl,
	.poll = uffd_file_poll,
	.release = uffd_file_release,
};

// Make an open file for `uffd`. Consumes the caller's reference on it. Returns a descriptor, or
// -errno.
static int open_context(struct uffd *uffd)
{
	struct file *file;
	int error = anonymous_file_create(O_RDONLY | (uffd->flags & O_NONBLOCK), &uffd_file_ops,
	                                  uffd, &file);

	if (error) {
		uffd_close(uffd);
		return error;
	}
	return fd_add(thread_current()->files, file, 0, uffd->flags & O_CLOEXEC);
}

int userfaultfd_open(uint32_t flags)
{
	struct uffd *uffd;

	assert_no_lock();
	if (flags & ~(UFFD_USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	uffd = uffd_create(aspace_current(), flags);
	return uffd ? open_context(uffd) : -ENOMEM;
}

// /dev/userfaultfd: its one request makes a descriptor; the argument is the flags.
static int device_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	(void)file;
	return request == USERFAULTFD_IOC_NEW ? userfaultfd_open((uint32_t)user_address(arg)) :
	                                        -EINVAL;
}

static const struct file_ops device_ops = { .ioctl = device_ioctl };

static struct device device = {
	.name = "userfaultfd",
	.major_number = 10,
	.minor_number = 126,
	.permissions = 0600,
	.ops = &device_ops,
};

void userfaultfd_init(void)
{
	device_register(&device);
}
