// POSIX message queues. The kernel's names of queues have no slash.

#include <errno.h>
#include <mqueue.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

mqd_t mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attr = NULL;
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		attr = va_arg(args, struct mq_attr *);
		va_end(args);
	}
	if (name[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	return syscall(SYS_mq_open, name + 1, flags, mode, attr);
}

int mq_close(mqd_t queue)
{
	return close(queue);
}

int mq_unlink(const char *name)
{
	if (name[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	return syscall(SYS_mq_unlink, name + 1);
}

int mq_send(mqd_t queue, const char *message, size_t size, unsigned int priority)
{
	return mq_timedsend(queue, message, size, priority, NULL);
}

int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned int priority,
                 const struct timespec *deadline)
{
	return syscall(SYS_mq_timedsend, queue, message, size, priority, deadline);
}

ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned int *priority)
{
	return mq_timedreceive(queue, message, size, priority, NULL);
}

ssize_t mq_timedreceive(mqd_t queue, char *message, size_t size, unsigned int *priority,
                        const struct timespec *deadline)
{
	return syscall(SYS_mq_timedreceive, queue, message, size, priority, deadline);
}

int mq_notify(mqd_t queue, const struct sigevent *event)
{
	return syscall(SYS_mq_notify, queue, event);
}

int mq_getattr(mqd_t queue, struct mq_attr *store)
{
	return mq_setattr(queue, NULL, store);
}

int mq_setattr(mqd_t queue, const struct mq_attr *attr, struct mq_attr *old)
{
	return syscall(SYS_mq_getsetattr, queue, attr, old);
}
