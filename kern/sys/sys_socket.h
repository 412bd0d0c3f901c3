// sys_socket.h: what the files of the calls on sockets share: the calls themselves, for
// socketcall(2), and their arguments. Each function returns what its call returns: 0 or more, or a
// negative errno. Caller of all functions: holds no lock.
#pragma once

#include "fs/fdtable.h"
#include "ipc/socket.h"
#include "sys/user_path.h"

struct timespec;

// Returns the socket of descriptor `fd`, with a new reference on its file in *file, which the
// caller drops by file_put. *error is undefined then. Returns NULL with the error in *error, *file
// undefined and no reference: -EBADF if it is not open or was opened with O_PATH; -ENOTSOCK if the
// file is no socket.
struct socket *socket_arg_get(int fd, struct file **file, int *error);

// Fetch an address of `length` bytes (0: none; no check of the family). Returns 0 with it in *name;
// with *name undefined: -EINVAL for a negative length or more bytes than any family has
// (SOCKADDR_MAX); -EFAULT if it cannot be read.
int address_get(struct socket_name *name, const void __user *user, int length);

// Store an address at `user`, cut off after *user_length bytes, and its true length at
// `user_length`.
// Returns 0; -EFAULT if the memory cannot be accessed; -EINVAL for a negative *user_length.
int address_put(const struct socket_name *name, void __user *user, int __user *user_length);

// Returns `flags` (MSG_) for a call on `file`, with MSG_DONTWAIT if the file has O_NONBLOCK.
static inline uint32_t message_flags(const struct file *file, uint32_t flags)
{
	return file->flags & O_NONBLOCK ? flags | MSG_DONTWAIT : flags;
}

// sys_socket.c
long do_socket(uint32_t family, uint32_t type, uint32_t protocol);
long do_socketpair(uint32_t family, uint32_t type, uint32_t protocol, int __user *user);
long do_bind(int fd, const void __user *address, int length);
long do_connect(int fd, const void __user *address, int length);
long do_listen(int fd, int backlog);
long do_accept(int fd, void __user *address, int __user *length, uint32_t flags);
long do_getname(int fd, bool peer, void __user *address, int __user *length);
long do_shutdown(int fd, int how);

// sys_socketcall.c
long do_setsockopt(int fd, int level, int option, const void __user *user, int length);
long do_getsockopt(int fd, int level, int option, void __user *user, int __user *user_length);

// sys_socket_message.c
long do_sendto(int fd, const void __user *data, size_t length, uint32_t flags,
               const void __user *address, int address_length);
long do_recvfrom(int fd, void __user *data, size_t length, uint32_t flags, void __user *address,
                 int __user *address_length);
long do_sendmsg(int fd, const struct msghdr __user *user, uint32_t flags);
long do_recvmsg(int fd, struct msghdr __user *user, uint32_t flags);
long do_sendmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags);
long do_recvmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                 uint64_t deadline);
// recvmmsg(2) with a time-out at `timeout` (NULL: none), where the time that is left is stored if a
// message was received.
long do_recvmmsg_until(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                       struct timespec __user *timeout);

// -- sys_socket_control.c: what goes along with the bytes of a message.

// Fetch the headers that a program sends (header->msg_control), and store what they carry in
// *message, which the caller has cleared. message->files is the caller's to free, also after an
// error. Returns 0, also without headers; -ENOBUFS if they are too long or out of memory; -EINVAL
// for a malformed or unknown header, or too many files; -EBADF; -EPERM or -ESRCH for credentials of
// others; -ENOMEM; -EFAULT if the headers cannot be read.
int control_get(const struct msghdr *header, struct socket_message *message);

// The place for headers in a program's memory.
struct control {
	char __user *at; // NULL: none
	size_t left;
	uint32_t flags; // MSG_CTRUNC: something did not fit
};

// Store the headers of all that came with a message: its sender's credentials if the socket wants
// them, and new descriptors for its files; `cloexec`: they are closed at exec. Advances *control;
// sets MSG_CTRUNC there if something found no room. message->files stays the caller's to free.
// Never fails.
void control_put(struct control *control, const struct socket *socket,
                 const struct socket_message *message, bool cloexec);
