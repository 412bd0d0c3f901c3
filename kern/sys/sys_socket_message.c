// sys_socket_message.c: sending and receiving messages (sendmsg(2), recvmsg(2)).
#include "sys/sys_socket.h"

#include "fs/uio.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/uaccess.h"
#include <abi/limits.h>

#define MESSAGES_MAX 1024u // sendmmsg sends no more

#define MESSAGE_COST 2000 // about how many instructions a message takes besides its bytes

// Fetch a struct msghdr and its vector. Returns 0, and the caller owes a user_vector_put; -errno.
static int get_message(const struct msghdr __user *user, struct msghdr *header,
                       struct user_vector *vector)
{
	if (copyin(aspace_current(), header, user, sizeof(*header)))
		return -EFAULT;
	if (!header->msg_name)
		header->msg_namelen = 0;
	if ((int)header->msg_namelen < 0)
		return WHY(-EINVAL, "an address of %d bytes", (int)header->msg_namelen);
	header->msg_namelen = MIN(header->msg_namelen, SOCKADDR_MAX);
	if (header->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	return user_vector_get(vector, aspace_current(),
	                       (const struct iovec __user *)header->msg_iov, header->msg_iovlen);
}

// Send the message that a struct msghdr describes.
static long send_message(struct socket *socket, const struct file *file,
                         const struct msghdr __user *user, uint32_t flags)
{
	struct socket_message message = { 0 };
	struct user_vector vector;
	struct msghdr header;
	struct uio uio;
	long n = get_message(user, &header, &vector);

	if (n)
		return n;
	uio = uio_vector(&vector);
	if (header.msg_namelen)
		n = address_get(&message.name, (const void __user *)header.msg_name,
		                (int)header.msg_namelen);
	if (!n)
		n = control_get(&header, &message);
	if (!n)
		n = socket_send(socket, &uio, message_flags(file, flags), &message);
	passed_files_free(message.files);
	user_vector_put(&vector);
	return n;
}

// Store a received message's address, flags and the length of its headers.
static int put_message(struct msghdr __user *user, const struct msghdr *header,
                       const struct socket_message *message, uint32_t flags, size_t control_used)
{
	struct aspace *as = aspace_current();
	int error = 0;

	if (header->msg_name)
		error = address_put(&message->name, (void __user *)header->msg_name,
		                    (int __user *)user_member(struct msghdr, user, msg_namelen));
	if (!error)
		error = put_user(as, user_member(struct msghdr, user, msg_flags), (int)flags);
	if (!error)
		error = put_user(as, user_member(struct msghdr, user, msg_controllen), control_used);
	return error;
}

// Receive into the buffers of a struct msghdr.
static long receive_message(struct socket *socket, const struct file *file,
                            struct msghdr __user *user, uint32_t flags)
{
	struct socket_message message = { 0 };
	struct control control;
	struct user_vector vector;
	struct msghdr header;
	struct uio uio;
	int error;
	long n = get_message(user, &header, &vector);

	if (n)
		return n;
	uio = uio_vector(&vector);
	n = socket_receive(socket, &uio, message_flags(file, flags), &message);
	user_vector_put(&vector);
	if (n >= 0) {
		control = (struct control){ (char __user *)header.msg_control,
			                    header.msg_controllen, 0 };
		control_put(&control, socket, &message, flags & MSG_CMSG_CLOEXEC);
		error = put_message(user, &header, &message,
		                    message.flags | control.flags | (flags & MSG_CMSG_CLOEXEC),
		                    header.msg_controllen - control.left);
		if (error)
			n = error;
	}
	passed_files_free(message.files);
	return n;
}

long do_sendmsg(int fd, const struct msghdr __user *user, uint32_t flags)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);
	long n;

	if (!socket)
		return error;
	n = send_message(socket, file, user, flags);
	file_put(file);
	return n;
}

long do_recvmsg(int fd, struct msghdr __user *user, uint32_t flags)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);
	long n;

	if (!socket)
		return error;
	n = receive_message(socket, file, user, flags);
	file_put(file);
	return n;
}

// The range is checked before the descriptor, as on Linux.
long do_sendto(int fd, const void __user *data, size_t length, uint32_t flags,
               const void __user *address, int address_length)
{
	struct socket_message message = { 0 };
	struct uio uio = uio_user((void __user *)data, MIN(length, UIO_MAX));
	struct socket *socket;
	struct file *file;
	int error;
	long n = 0;

	if (!user_range_ok(data, uio.left))
		return -EFAULT;
	socket = socket_arg_get(fd, &file, &error);
	if (!socket)
		return error;
	if (address)
		n = address_get(&message.name, address, address_length);
	if (!n)
		n = socket_send(socket, &uio, message_flags(file, flags), &message);
	file_put(file);
	return n;
}

long do_recvfrom(int fd, void __user *data, size_t length, uint32_t flags, void __user *address,
                 int __user *address_length)
{
	struct socket_message message = { 0 };
	struct uio uio = uio_user(data, MIN(length, UIO_MAX));
	struct socket *socket;
	struct file *file;
	int error;
	long n;

	if (!user_range_ok(data, uio.left))
		return -EFAULT;
	socket = socket_arg_get(fd, &file, &error);
	if (!socket)
		return error;
	n = socket_receive(socket, &uio, message_flags(file, flags), &message);
	if (n >= 0 && address) {
		error = address_put(&message.name, address, address_length);
		if (error)
			n = error;
	}
	passed_files_free(message.files);
	file_put(file);
	return n;
}

// An error ends the call, and is reported only if nothing was sent.
long do_sendmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);
	uint32_t done = 0;
	long n = 0;

	if (!socket)
		return error;
	while (done < MIN(count, MESSAGES_MAX)) {
		n = send_message(socket, file, (const struct msghdr __user *)(user + done), flags);
		if (n >= 0)
			n = put_user(aspace_current(),
			             user_member(struct mmsghdr, user + done, msg_len),
			             (unsigned int)n);
		if (n)
			break;
		done++;
		if (yield_after(MESSAGE_COST))
			break;
	}
	file_put(file);
	return done ? (long)done : n;
}

// The deadline is looked at after each message only: a wait for the next one may last longer (recvmmsg(2),
// BUGS). An error after the first message is reported by the next call.
long do_recvmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                 uint64_t deadline)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);
	uint32_t done = 0;
	long n = 0;

	if (!socket)
		return error;
	n = socket_report_error(socket, 0);
	while (!n && done < count) {
		n = receive_message(socket, file, (struct msghdr __user *)(user + done),
		                    flags & ~MSG_WAITFORONE);
		if (n >= 0)
			n = put_user(aspace_current(),
			             user_member(struct mmsghdr, user + done, msg_len),
			             (unsigned int)n);
		if (n)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (clock_ns() >= deadline || yield_after(MESSAGE_COST))
			break;
	}
	if (done && n && n != -EAGAIN && n > -ERESTARTSYS)
		(void)socket_report_error(socket, (int)n);
	file_put(file);
	return done ? (long)done : n;
}

// Do recvmmsg with a time-out in a struct of words of 32 or (`wide`) 64 bits.
static long receive_until(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                          void __user *timeout, bool wide)
{
	uint64_t ns, deadline = NO_DEADLINE, now;
	long n;

	if (timeout) {
		int error = get_ns(timeout, &ns, wide);

		if (error)
			return error;
		now = clock_ns();
		deadline = ns > NO_DEADLINE - 1 - now ? NO_DEADLINE - 1 : now + ns;
	}
	n = do_recvmmsg(fd, user, count, flags, deadline);
	if (n > 0 && timeout) {
		now = clock_ns();
		if (put_ns(timeout, now < deadline ? deadline - now : 0, wide))
			return -EFAULT;
	}
	return n;
}

long do_recvmmsg_until(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                       struct timespec __user *timeout)
{
	return receive_until(fd, user, count, flags, timeout, false);
}

// sendto(2), and send(2), which has no address.
SYSCALL6(sendto, int, fd, const void __user *, data, size_t, length, uint32_t, flags,
         const void __user *, address, int, address_length)
{
	return do_sendto(fd, data, length, flags, address, address_length);
}

// recvfrom(2), and recv(2), which stores no address.
SYSCALL6(recvfrom, int, fd, void __user *, data, size_t, length, uint32_t, flags, void __user *,
         address, int __user *, address_length)
{
	return do_recvfrom(fd, data, length, flags, address, address_length);
}

// sendmsg(2).
SYSCALL3(sendmsg, int, fd, const struct msghdr __user *, message, uint32_t, flags)
{
	return do_sendmsg(fd, message, flags);
}

// recvmsg(2).
SYSCALL3(recvmsg, int, fd, struct msghdr __user *, message, uint32_t, flags)
{
	return do_recvmsg(fd, message, flags);
}

// sendmmsg(2).
SYSCALL4(sendmmsg, int, fd, struct mmsghdr __user *, messages, uint32_t, count, uint32_t, flags)
{
	return do_sendmmsg(fd, messages, count, flags);
}

// recvmmsg(2).
SYSCALL5(recvmmsg, int, fd, struct mmsghdr __user *, messages, uint32_t, count, uint32_t, flags,
         void __user *, timeout)
{
	return receive_until(fd, messages, count, flags, timeout, false);
}

// recvmmsg(2), with a struct timespec64.
SYSCALL5(recvmmsg_time64, int, fd, struct mmsghdr __user *, messages, uint32_t, count, uint32_t,
         flags, void __user *, timeout)
{
	return receive_until(fd, messages, count, flags, timeout, true);
}
