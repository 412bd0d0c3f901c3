// Sockets: each function is one system call.

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int family, int type, int protocol)
{
	return syscall(SYS_socket, family, type, protocol);
}

int socketpair(int family, int type, int protocol, int fds[2])
{
	return syscall(SYS_socketpair, family, type, protocol, fds);
}

int bind(int fd, const void *address, socklen_t length)
{
	return syscall(SYS_bind, fd, address, length);
}

int connect(int fd, const void *address, socklen_t length)
{
	return syscall(SYS_connect, fd, address, length);
}

int listen(int fd, int backlog)
{
	return syscall(SYS_listen, fd, backlog);
}

int accept(int fd, void *address, socklen_t *length)
{
	return syscall(SYS_accept4, fd, address, length, 0);
}

int accept4(int fd, void *address, socklen_t *length, int flags)
{
	return syscall(SYS_accept4, fd, address, length, flags);
}

int getsockname(int fd, void *address, socklen_t *length)
{
	return syscall(SYS_getsockname, fd, address, length);
}

int getpeername(int fd, void *address, socklen_t *length)
{
	return syscall(SYS_getpeername, fd, address, length);
}

int shutdown(int fd, int how)
{
	return syscall(SYS_shutdown, fd, how);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
	return syscall(SYS_getsockopt, fd, level, option, value, length);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
	return syscall(SYS_setsockopt, fd, level, option, value, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
	return syscall(SYS_sendto, fd, data, length, flags, 0, 0);
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, const void *address,
               socklen_t address_length)
{
	return syscall(SYS_sendto, fd, data, length, flags, address, address_length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t recv(int fd, void *data, size_t length, int flags)
{
	return syscall(SYS_recvfrom, fd, data, length, flags, 0, 0);
}

ssize_t recvfrom(int fd, void *data, size_t length, int flags, void *address,
                 socklen_t *address_length)
{
	return syscall(SYS_recvfrom, fd, data, length, flags, address, address_length);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	return syscall(SYS_recvmsg, fd, message, flags);
}
