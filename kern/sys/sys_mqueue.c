// sys_mqueue.c: POSIX message queues. ipc/mqueue.h has the operations.
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "ipc/mqueue.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/signal.h>

// Fetch the name of a queue, as a path. Returns 0 or -errno, as path_arg_get; -ENOENT for "".
static int get_name(struct path_arg *arg, const char __user *name)
{
	int error = path_arg_get(arg, AT_FDCWD, name);

	if (!error && !arg->text[0]) {
		path_arg_put(arg);
		error = -ENOENT;
	}
	return error;
}

// mq_open(2). The order is Linux's: attributes, path, descriptor, name, queue. As for 32-bit programs on
// x86_64, attributes count only with O_CREAT. Descriptors of queues are always closed by an exec.
SYSCALL4(mq_open, const char __user *, name, uint32_t, flags, mode_t, mode, const void __user *,
         user_attr)
{
	struct fdtable *files = thread_current()->files;
	struct path_arg arg;
	struct mq_attr attr;
	struct file *file;
	int error, fd;

	if (!(flags & O_CREAT))
		user_attr = NULL;
	if (user_attr && copyin(aspace_current(), &attr, user_attr, sizeof(attr)))
		return -EFAULT;
	error = get_name(&arg, name);
	if (error)
		return error;
	fd = fd_reserve(files, 0);
	if (fd >= 0) {
		error = mq_file_open(arg.text, flags, mode, user_attr ? &attr : NULL, &file);
		if (error) {
			fd_unreserve(files, fd);
			fd = error;
		} else {
			fd_install(files, fd, file, true);
		}
	}
	path_arg_put(&arg);
	return fd;
}

// mq_unlink(2).
SYSCALL1(mq_unlink, const char __user *, name)
{
	struct path_arg arg;
	int error = get_name(&arg, name);

	if (error)
		return error;
	error = mq_remove(arg.text);
	path_arg_put(&arg);
	return error;
}

// Returns the file of a queue with a new reference; NULL with -EBADF in *error if there is none, or
// another file.
static struct file *queue_arg_get(int fd, int *error)
{
	struct file *file = file_arg_get(fd);

	*error = 0;
	if (file && !mq_of_file(file)) {
		file_put(file);
		file = NULL;
	}
	if (!file)
		*error = WHY(-EBADF, "descriptor %d is no message queue", fd);
	return file;
}

// Send a message to an open queue. Returns 0 or -errno.
static int send(struct file *file, const void __user *text, size_t size, uint32_t priority,
                uint64_t deadline)
{
	struct mq_message *message;
	uint32_t pages;
	int error;

	if (!file_writable(file))
		return WHY(-EBADF, "the queue is open for receiving only");
	if (size > mq_of_file(file)->size_max)
		return WHY(-EMSGSIZE, "a message of %zu bytes, above mq_msgsize", size);
	error = mq_message_create(text, size, priority, &message);
	if (error)
		return error;
	pages = message->pages;
	error = mq_queue_send(file, message, deadline);
	process_release(pages);
	if (error)
		mq_message_free(message);
	return error;
}

// mq_timedsend(2). The time-out is fetched first; a bad priority comes next.
static int timed_send(int fd, const void __user *text, size_t size, uint32_t priority,
                      const void __user *timeout, bool wide)
{
	uint64_t deadline;
	struct file *file;
	int error = get_absolute_deadline(timeout, wide, true, &deadline);

	if (error)
		return error;
	if (priority >= MQ_PRIO_MAX)
		return WHY(-EINVAL, "the priority is %u", priority);
	file = queue_arg_get(fd, &error);
	if (!file)
		return error;
	error = send(file, text, size, priority, deadline);
	file_put(file);
	return error;
}

// mq_timedsend(2).
SYSCALL5(mq_timedsend, int, fd, const void __user *, text, size_t, size, uint32_t, priority,
         const void __user *, timeout)
{
	return timed_send(fd, text, size, priority, timeout, false);
}

// mq_timedsend(2) with seconds of 64 bits.
SYSCALL5(mq_timedsend_time64, int, fd, const void __user *, text, size_t, size, uint32_t, priority,
         const void __user *, timeout)
{
	return timed_send(fd, text, size, priority, timeout, true);
}

// Receive a message from an open queue. One that cannot be stored is lost, as on Linux. Returns its size
// or -errno.
static ssize_t receive(struct file *file, void __user *text, size_t size, uint32_t __user *priority,
                       uint64_t deadline)
{
	struct mq_message *message;
	ssize_t result;

	if (!file_readable(file))
		return WHY(-EBADF, "the queue is open for sending only");
	if (size < mq_of_file(file)->size_max)
		return WHY(-EMSGSIZE, "a buffer of %zu bytes, below mq_msgsize", size);
	result = mq_queue_receive(file, deadline, &message);
	if (result)
		return result;
	process_hold(message->pages);
	result = (ssize_t)message->size;
	if ((priority && put_user(aspace_current(), priority, message->priority)) ||
	    mq_message_store(message, text))
		result = -EFAULT;
	mq_message_release(message);
	mq_message_free(message);
	return result;
}

// mq_timedreceive(2). The time-out is fetched first.
static ssize_t timed_receive(int fd, void __user *text, size_t size, uint32_t __user *priority,
                             const void __user *timeout, bool wide)
{
	uint64_t deadline;
	struct file *file;
	ssize_t result;
	int error = get_absolute_deadline(timeout, wide, true, &deadline);

	if (error)
		return error;
	file = queue_arg_get(fd, &error);
	if (!file)
		return error;
	result = receive(file, text, size, priority, deadline);
	file_put(file);
	return result;
}

// mq_timedreceive(2).
SYSCALL5(mq_timedreceive, int, fd, void __user *, text, size_t, size, uint32_t __user *, priority,
         const void __user *, timeout)
{
	return timed_receive(fd, text, size, priority, timeout, false);
}

// mq_timedreceive(2) with seconds of 64 bits.
SYSCALL5(mq_timedreceive_time64, int, fd, void __user *, text, size_t, size, uint32_t __user *,
         priority, const void __user *, timeout)
{
	return timed_receive(fd, text, size, priority, timeout, true);
}

// SIGEV_THREAD sends its message to a netlink socket, which `fd` is to be. There are none. Returns the
// error of any other descriptor.
static int refuse_thread(uintptr_t cookie, int fd)
{
	char bytes[MQ_NOTIFY_COOKIE];
	struct file *file;
	int error;

	if (copyin(aspace_current(), bytes, (const void __user *)cookie, sizeof(bytes)))
		return -EFAULT;
	file = file_arg_get(fd);
	if (!file)
		return -EBADF;
	error = inode_is(file->inode, S_IFSOCK) ? -EINVAL : -ENOTSOCK;
	file_put(file);
	return WHY(error, "descriptor %d is no netlink socket", fd);
}

// Check an event, and store what is to be done. Returns 0, -EINVAL or -errno of refuse_thread.
static int notify_of(const struct sigevent *event, struct mq_notify *notify)
{
	int how = event->sigev_notify;

	if (how == SIGEV_THREAD)
		return refuse_thread((uintptr_t)event->sigev_value.sival_ptr, event->sigev_signo);
	if (how != SIGEV_NONE && how != SIGEV_SIGNAL)
		return WHY(-EINVAL, "sigev_notify is %d", how);
	if (how == SIGEV_SIGNAL && (uint32_t)event->sigev_signo >= NSIG)
		return WHY(-EINVAL, "there is no signal %d", event->sigev_signo);
	*notify = (struct mq_notify){
		.how = how,
		.signo = how == SIGEV_SIGNAL ? event->sigev_signo : 0,
		.value = (uintptr_t)event->sigev_value.sival_ptr,
	};
	return 0;
}

// mq_notify(2). The event is checked before the descriptor.
SYSCALL2(mq_notify, int, fd, const void __user *, user)
{
	struct mq_notify notify;
	struct sigevent event;
	struct file *file;
	int error = 0;

	if (user && copyin(aspace_current(), &event, user, sizeof(event)))
		return -EFAULT;
	if (user)
		error = notify_of(&event, &notify);
	if (error)
		return error;
	file = queue_arg_get(fd, &error);
	if (!file)
		return error;
	error = mq_queue_notify(file, user ? &notify : NULL);
	file_put(file);
	return error;
}

// mq_getsetattr(2). Of new attributes only O_NONBLOCK counts.
SYSCALL3(mq_getsetattr, int, fd, const void __user *, user_new, void __user *, user_old)
{
	struct mq_attr new, old;
	struct file *file;
	int error;

	if (user_new && copyin(aspace_current(), &new, user_new, sizeof(new)))
		return -EFAULT;
	if (user_new && (new.mq_flags & ~(long)O_NONBLOCK))
		return WHY(-EINVAL, "only O_NONBLOCK can be set");
	file = queue_arg_get(fd, &error);
	if (!file)
		return error;
	mq_attributes(file, user_new ? &new : NULL, &old);
	file_put(file);
	return user_old ? copyout(aspace_current(), user_old, &old, sizeof(old)) : 0;
}
