// sys_socket.c: socketcall(2). There is no family of addresses, so no socket can be made, and no
// descriptor is one: each call refuses as it does where a family is missing.
#include "fs/file.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/socket.h>

// The number of each call's arguments, which the program has put into an array.
static const uint8_t argument_count[] = {
	[SOCKET_SOCKET] = 3,      [SOCKET_BIND] = 3,       [SOCKET_CONNECT] = 3,
	[SOCKET_LISTEN] = 2,      [SOCKET_ACCEPT] = 3,     [SOCKET_GETSOCKNAME] = 3,
	[SOCKET_GETPEERNAME] = 3, [SOCKET_SOCKETPAIR] = 4, [SOCKET_SEND] = 4,
	[SOCKET_RECV] = 4,        [SOCKET_SENDTO] = 6,     [SOCKET_RECVFROM] = 6,
	[SOCKET_SHUTDOWN] = 2,    [SOCKET_SETSOCKOPT] = 5, [SOCKET_GETSOCKOPT] = 5,
	[SOCKET_SENDMSG] = 3,     [SOCKET_RECVMSG] = 3,    [SOCKET_ACCEPT4] = 4,
	[SOCKET_RECVMMSG] = 5,    [SOCKET_SENDMMSG] = 4,
};

#define ARGUMENTS 6

// Returns the reason why there is no socket of this family and type (socket(2)).
static int refuse_socket(uint32_t family, uint32_t type)
{
	if (type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return WHY(-EINVAL, "the socket's type %#x has unknown flags", type);
	if (family < AF_MAX && (type & SOCK_TYPE_MASK) >= SOCK_MAX)
		return WHY(-EINVAL, "there is no type of sockets %u", type & SOCK_TYPE_MASK);
	return WHY(-EAFNOSUPPORT, "there is no family of addresses %u", family);
}

// Returns the reason why descriptor `fd` cannot be used: -EBADF, or -ENOTSOCK.
static int refuse_descriptor(int fd)
{
	struct file *file = file_arg_get(fd);

	if (!file)
		return -EBADF;
	file_put(file);
	return WHY(-ENOTSOCK, "descriptor %d is no socket", fd);
}

// socketcall(2): the calls on sockets, by number.
SYSCALL2(socketcall, uint32_t, number, const uint32_t __user *, user)
{
	uint32_t args[ARGUMENTS];

	if (number >= ARRAY_SIZE(argument_count) || !argument_count[number])
		return WHY(-EINVAL, "there is no call %u on sockets", number);
	if (copyin(aspace_current(), args, user, argument_count[number] * sizeof(*args)))
		return -EFAULT;
	if (number == SOCKET_SOCKET || number == SOCKET_SOCKETPAIR)
		return refuse_socket(args[0], args[1]);
	return refuse_descriptor((int)args[0]);
}
