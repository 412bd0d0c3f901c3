// sys_socketcall.c: options of sockets, and socketcall(2), which combines all calls on sockets.
#include "sys/sys_socket.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// Fetch a value of `length` bytes, which an option needs at least an int of, and set the option.
static int set_option(struct socket *socket, int level, int option, const void __user *user,
                      int length)
{
	uint64_t value[SOCKET_OPTION_MAX / sizeof(uint64_t)] = { 0 };

	if (length < 0)
		return -EINVAL;
	if (level != SOL_SOCKET)
		return WHY(-EOPNOTSUPP, "there are no options of level %d", level);
	if ((size_t)length < sizeof(int))
		return WHY(-EINVAL, "an option of %d bytes", length);
	if (copyin(aspace_current(), value, user, MIN((size_t)length, sizeof(value))))
		return -EFAULT;
	return socket_set_option(socket, option, value, (uint32_t)length);
}

long do_setsockopt(int fd, int level, int option, const void __user *user, int length)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = set_option(socket, level, option, user, length);
	file_put(file);
	return error;
}

// Store an option, and its length.
static int get_option(struct socket *socket, int level, int option, void __user *user,
                      int __user *user_length)
{
	uint64_t value[SOCKET_OPTION_MAX / sizeof(uint64_t)];
	struct aspace *as = aspace_current();
	uint32_t length;
	int wanted, error;

	if (level != SOL_SOCKET)
		return WHY(-EOPNOTSUPP, "there are no options of level %d", level);
	if (get_user(as, &wanted, user_length))
		return -EFAULT;
	if (wanted < 0)
		return -EINVAL;
	length = (uint32_t)wanted;
	error = socket_get_option(socket, option, value, &length);
	if (!error)
		error = copyout(as, user, value, length);
	return error ? error : put_user(as, user_length, (int)length);
}

long do_getsockopt(int fd, int level, int option, void __user *user, int __user *user_length)
{
	struct file *file;
	int error;
	struct socket *socket = socket_arg_get(fd, &file, &error);

	if (!socket)
		return error;
	error = get_option(socket, level, option, user, user_length);
	file_put(file);
	return error;
}

// setsockopt(2).
SYSCALL5(setsockopt, int, fd, int, level, int, option, const void __user *, value, int, length)
{
	return do_setsockopt(fd, level, option, value, length);
}

// getsockopt(2).
SYSCALL5(getsockopt, int, fd, int, level, int, option, void __user *, value, int __user *, length)
{
	return do_getsockopt(fd, level, option, value, length);
}

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
#define POINTER(i) ((void __user *)args[i])

// The calls that make and change sockets, for socketcall.
static long call_on_socket(uint32_t number, const uint32_t args[ARGUMENTS])
{
	int fd = (int)args[0];

	switch (number) {
	case SOCKET_SOCKET:
		return do_socket(args[0], args[1], args[2]);
	case SOCKET_BIND:
		return do_bind(fd, POINTER(1), (int)args[2]);
	case SOCKET_CONNECT:
		return do_connect(fd, POINTER(1), (int)args[2]);
	case SOCKET_LISTEN:
		return do_listen(fd, (int)args[1]);
	case SOCKET_ACCEPT:
		return do_accept(fd, POINTER(1), POINTER(2), 0);
	case SOCKET_ACCEPT4:
		return do_accept(fd, POINTER(1), POINTER(2), args[3]);
	case SOCKET_GETSOCKNAME:
	case SOCKET_GETPEERNAME:
		return do_getname(fd, number == SOCKET_GETPEERNAME, POINTER(1), POINTER(2));
	case SOCKET_SOCKETPAIR:
		return do_socketpair(args[0], args[1], args[2], POINTER(3));
	case SOCKET_SHUTDOWN:
		return do_shutdown(fd, (int)args[1]);
	case SOCKET_SETSOCKOPT:
		return do_setsockopt(fd, (int)args[1], (int)args[2], POINTER(3), (int)args[4]);
	default: // SOCKET_GETSOCKOPT
		return do_getsockopt(fd, (int)args[1], (int)args[2], POINTER(3), POINTER(4));
	}
}

// socketcall(2): the calls on sockets, by number.
SYSCALL2(socketcall, uint32_t, number, const uint32_t __user *, user)
{
	uint32_t args[ARGUMENTS];
	int fd;

	if (number >= ARRAY_SIZE(argument_count) || !argument_count[number])
		return WHY(-EINVAL, "there is no call %u on sockets", number);
	if (copyin(aspace_current(), args, user, argument_count[number] * sizeof(*args)))
		return -EFAULT;
	fd = (int)args[0];
	switch (number) {
	case SOCKET_SEND:
		return do_sendto(fd, POINTER(1), args[2], args[3], NULL, 0);
	case SOCKET_SENDTO:
		return do_sendto(fd, POINTER(1), args[2], args[3], POINTER(4), (int)args[5]);
	case SOCKET_RECV:
		return do_recvfrom(fd, POINTER(1), args[2], args[3], NULL, NULL);
	case SOCKET_RECVFROM:
		return do_recvfrom(fd, POINTER(1), args[2], args[3], POINTER(4), POINTER(5));
	case SOCKET_SENDMSG:
		return do_sendmsg(fd, POINTER(1), args[2]);
	case SOCKET_RECVMSG:
		return do_recvmsg(fd, POINTER(1), args[2]);
	case SOCKET_SENDMMSG:
		return do_sendmmsg(fd, POINTER(1), args[2], args[3]);
	case SOCKET_RECVMMSG:
		return do_recvmmsg_until(fd, POINTER(1), args[2], args[3], POINTER(4));
	default:
		return call_on_socket(number, args);
	}
}
