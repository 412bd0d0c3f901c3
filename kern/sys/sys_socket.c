// sys_socket.c: making, naming, connecting and shutting down sockets. kern/ipc/socket.h does the work.
#include "sys/sys_socket.h"

#include "fs/file.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"

struct socket *socket_arg_get(int fd, struct file **file, int *error)
{
	struct socket *socket;

	*error = -EBADF;
	*file = file_arg_get(fd);
	if (!*file)
		return NULL;
	socket = socket_of(*file);
	if (!socket) {
		file_put(*file);
		*error = WHY(-ENOTSOCK, "descriptor %d is no socket", fd);
	}
	return socket;
}

int address_get(struct socket_name *name, const void __user *user, int length)
{
	char longest[SOCKADDR_MAX];

	*name = (struct socket_name){ .length = (uint32_t)length };
	if (length < 0 || (uint32_t)length > SOCKADDR_MAX)
		return WHY(-EINVAL, "an address of %d bytes", length);
	if (copyin(aspace_current(), longest, user, (size_t)length))
		return -EFAULT;
	memcpy(&name->name, longest, MIN((size_t)length, sizeof(name->name)));
	return 0;
}

int address_put(const struct socket_name *name, void __user *user, int __user *user_length)
{
	struct aspace *as = aspace_current();
	int length;

	if (get_user(as, &length, user_length))
		return -EFAULT;
	length = MIN(length, (int)name->length);
	if (length < 0)
		return -EINVAL;
	if (put_user(as, user_length, (int)name->length))
		return -EFAULT;
	return copyout(as, user, &name->name, (size_t)length);
}

// Check the arguments of socket and socketpair, in Linux's order, and store the type of the socket. The
// old type SOCK_RAW means datagrams. Returns 0 or -errno.
static int check_kind(uint32_t family, uint32_t type, uint32_t protocol, int *store)
{
	uint32_t plain = type & SOCK_TYPE_MASK;

	if (type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return WHY(-EINVAL, "the socket's type %#x has unknown flags", type);
	if (family < AF_MAX && plain >= SOCK_MAX)
		return WHY(-EINVAL, "there is no type of sockets %u", plain);
	if (family != AF_UNIX)
		return WHY(-EAFNOSUPPORT, "there is no family of addresses %u", family);
	if (protocol && protocol != AF_UNIX)
		return WHY(-EPROTONOSUPPORT, "there is no protocol %u", protocol);
	if (plain != SOCK_STREAM && plain != SOCK_DGRAM && plain != SOCK_RAW &&
	    plain != SOCK_SEQPACKET)
		return WHY(-ESOCKTNOSUPPORT, "the family has no sockets of type %u", plain);
	*store = plain == SOCK_RAW ? SOCK_DGRAM : (int)plain;
	return 0;
}

static uint32_t open_flags(uint32_t type)
{
	return type & SOCK_NONBLOCK ? O_NONBLOCK : 0;
}

long do_socket(uint32_t family, uint32_t type, uint32_t protocol)
{
	struct file *file;
	int plain, error = check_kind(family, type, protocol, &plain);

	if (!error)
		error = socket_create(plain, open_flags(type), &file);
	return error ? error : fd_add(thread_current()->files, file, 0, type & SOCK_CLOEXEC);
}

// Reserve two descriptors, and store their numbers for the program. Returns 0; after an error nothing is
// reserved.
static int reserve_pair(int fds[2], int __user *user)
{
	struct fdtable *files = thread_current()->files;
	int error;

	fds[0] = fd_reserve(files, 0);
	if (fds[0] < 0)
		return fds[0];
	fds[1] = fd_reserve(files, 0);
	error = fds[1] < 0 ? fds[1] : copyout(aspace_current(), user, fds, 2 * sizeof(*fds));
	if (error) {
		fd_unreserve(files, fds[0]);
		if (fds[1] >= 0)
			fd_unreserve(files, fds[1]);
	}
	return error;
}

// The numbers are stored before the sockets are made, as on Linux.
long do_socketpair(uint32_t family, uint32_t type, uint32_t protocol, int __user *user)
{
	struct fdtable *files = thread_current()->files;
	struct file *ends[2];
	int fds[2], plain, error;

	if (type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return WHY(-EINVAL, "the socket's type %#x has unknown flags", type);
	error = reserve_pair(fds, user);
	if (error)
		return error;
	error = check_kind(family, type, protocol, &plain);
	if (!error)
		error = socket_create_pair(plain, open_flags(type), ends);
	for (int i = 0; i < 2; i++) {
		if (error)
			fd_unreserve(files, fds[i]);
		else
			fd_install(files, fds[i], ends[i], type & SOCK_CLOEXEC);
	}
	return error;
}

// The address is fetched after the descriptor has been looked at, as on Linux.
long do_bind(int fd, const void __user *address, int length)
{
	struct socket_name name;
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = address_get(&name, address, length);
	if (!error)
		error = socket_bind(socket, &name);
	file_put(file);
	return error;
}

// Like do_bind: first the descriptor, then the address.
long do_connect(int fd, const void __user *address, int length)
{
	struct socket_name name;
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = address_get(&name, address, length);
	if (!error)
		error = socket_connect(socket, &name, file->flags & O_NONBLOCK);
	file_put(file);
	return error;
}

long do_listen(int fd, int backlog)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = socket_listen(socket, MIN((uint32_t)backlog, (uint32_t)SOMAXCONN));
	file_put(file);
	return error;
}

// Accept a connection for do_accept, which has reserved a descriptor. Stores the new file.
static int accept_file(int fd, uint32_t flags, void __user *address, int __user *length,
                       struct file **store)
{
	struct socket_name name;
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = socket_accept(socket, open_flags(flags), file->flags & O_NONBLOCK, store);
	if (!error && address) {
		error = socket_get_name(socket_of(*store), true, &name);
		error = error ? -ECONNABORTED : address_put(&name, address, length);
		if (error)
			file_put(*store);
	}
	file_put(file);
	return error;
}

// The order is Linux's: the descriptor is open, the flags, a free descriptor, the socket.
long do_accept(int fd, void __user *address, int __user *length, uint32_t flags)
{
	struct fdtable *files = thread_current()->files;
	struct file *file = file_arg_get(fd);
	int error, accepted;

	if (!file)
		return -EBADF;
	file_put(file);
	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return WHY(-EINVAL, "unknown flags %#x", flags);
	accepted = fd_reserve(files, 0);
	if (accepted < 0)
		return accepted;
	error = accept_file(fd, flags, address, length, &file);
	if (error) {
		fd_unreserve(files, accepted);
		return error;
	}
	fd_install(files, accepted, file, flags & SOCK_CLOEXEC);
	return accepted;
}

// Store the name of the socket, or of its peer.
long do_getname(int fd, bool peer, void __user *address, int __user *length)
{
	struct socket_name name;
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = socket_get_name(socket, peer, &name);
	if (!error)
		error = address_put(&name, address, length);
	file_put(file);
	return error;
}

long do_shutdown(int fd, int how)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = socket_shutdown(socket, how);
	file_put(file);
	return error;
}

// socket(2).
SYSCALL3(socket, uint32_t, family, uint32_t, type, uint32_t, protocol)
{
	return do_socket(family, type, protocol);
}

// socketpair(2).
SYSCALL4(socketpair, uint32_t, family, uint32_t, type, uint32_t, protocol, int __user *, fds)
{
	return do_socketpair(family, type, protocol, fds);
}

// bind(2).
SYSCALL3(bind, int, fd, const void __user *, address, int, length)
{
	return do_bind(fd, address, length);
}

// connect(2).
SYSCALL3(connect, int, fd, const void __user *, address, int, length)
{
	return do_connect(fd, address, length);
}

// listen(2).
SYSCALL2(listen, int, fd, int, backlog)
{
	return do_listen(fd, backlog);
}

// accept4(2). i386 has no accept of its own besides socketcall.
SYSCALL4(accept4, int, fd, void __user *, address, int __user *, length, uint32_t, flags)
{
	return do_accept(fd, address, length, flags);
}

// getsockname(2).
SYSCALL3(getsockname, int, fd, void __user *, address, int __user *, length)
{
	return do_getname(fd, false, address, length);
}

// getpeername(2).
SYSCALL3(getpeername, int, fd, void __user *, address, int __user *, length)
{
	return do_getname(fd, true, address, length);
}

// shutdown(2).
SYSCALL2(shutdown, int, fd, int, how)
{
	return do_shutdown(fd, how);
}
