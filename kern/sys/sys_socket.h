// sys_socket.h: what the files of the calls on sockets share: the calls themselves, for
// socketcall(2), and their arguments. Each function returns what its call returns: 0 or more, or a
// negative errno. Caller of all functions: holds no lock.
#pragma once

#include "fs/fdtable.h"
#include "ipc/socket.h"
#include "sys/user_path.h"

struct timespec;

// Returns the socket of descriptor `fd` of the current thread, borrowed, with a new reference on
// its file in *file, which the caller drops by file_put. *error is undefined then. Returns NULL
// with the error in *error, *file undefined and no reference: -EBADF if it is not open or was
// opened with O_PATH; -ENOTSOCK if the file is no socket. May yield (file_put): no lock may be
// held.
struct socket *socket_arg_get(int fd, struct file **file, int *error);

// Fetch an address of `length` bytes (0: none, and `user` does not count; no check of the family).
// Copies from the user: no lock may be held. Returns 0 with it in *name, of a long one the first
// bytes with the whole length; with *name undefined: -EINVAL for a negative length or more bytes
// than any family has (SOCKADDR_MAX, 128); -EFAULT if it cannot be read.
int address_get(struct socket_name *name, const void __user *user, int length);

// Store an address at `user`, cut off after *user_length bytes, and then its true length at
// `user_length`. Copies from and to the user: no lock may be held. Returns 0; -EFAULT if the memory
// cannot be accessed, perhaps with the length or a part stored; -EINVAL, with nothing stored, for a
// negative *user_length.
int address_put(const struct socket_name *name, void __user *user, int __user *user_length);

// Returns `flags` (MSG_) for a call on `file`: with MSG_DONTWAIT if the file has O_NONBLOCK, else
// as they are.
static inline uint32_t message_flags(const struct file *file, uint32_t flags)
{
	return file->flags & O_NONBLOCK ? flags | MSG_DONTWAIT : flags;
}

// -- sys_socket.c, sys_socketcall.c, sys_socket_message.c: the calls.

// Do socket(2). `type`: a type of sockets, with SOCK_CLOEXEC and SOCK_NONBLOCK; SOCK_RAW means
// SOCK_DGRAM. Yields: no lock may be held. Returns the new descriptor; in this order: -EINVAL for
// unknown flags, or for a type that no family has if `family` is below AF_MAX; -EAFNOSUPPORT unless
// `family` is AF_UNIX; -EPROTONOSUPPORT unless `protocol` is 0 or AF_UNIX; -ESOCKTNOSUPPORT for
// another type; -ENOMEM; -EMFILE.
long do_socket(uint32_t family, uint32_t type, uint32_t protocol);

// Do socketpair(2), with `family`, `type` and `protocol` as for do_socket: store two new
// descriptors at `user`. Copies to the user, and yields: no lock may be held. Returns 0; in this
// order: -EINVAL for unknown flags; -EMFILE or -ENOMEM; -EFAULT; the errors of do_socket, but
// -EMFILE. After an error no descriptor is open; numbers may have been stored.
long do_socketpair(uint32_t family, uint32_t type, uint32_t protocol, int __user *user);

// Do bind(2): give the socket `fd` the name of `length` bytes at `address`. Copies from the user,
// and sleeps: no lock may be held. Returns 0; in this order: -EBADF or -ENOTSOCK (socket_arg_get);
// -EINVAL or -EFAULT (address_get); an error of socket_bind.
long do_bind(int fd, const void __user *address, int length);

// Do connect(2): connect the socket `fd` to the name of `length` bytes at `address`, without
// waiting if the file has O_NONBLOCK. Copies from the user, and sleeps: no lock may be held.
// Returns 0; in this order: -EBADF or -ENOTSOCK (socket_arg_get); -EINVAL or -EFAULT (address_get);
// an error of socket_connect.
long do_connect(int fd, const void __user *address, int length);

// Do listen(2) on the socket `fd`. A `backlog` above SOMAXCONN (4096) or below 0 counts as
// SOMAXCONN. No lock may be held. Returns 0; -EBADF or -ENOTSOCK (socket_arg_get); an error of
// socket_listen.
long do_listen(int fd, int backlog);

// Do accept4(2) on the socket `fd`; `flags`: SOCK_CLOEXEC and SOCK_NONBLOCK for the new file.
// Stores the peer's address at `address` unless that is NULL (address_put). Sleeps until there is a
// connection unless the file has O_NONBLOCK: no lock may be held.
// Returns the new descriptor; in this order: -EBADF; -EINVAL for other flags; -EMFILE or -ENOMEM;
// -ENOTSOCK; an error of socket_accept; -ECONNABORTED if the peer has gone, -EFAULT or -EINVAL if
// its address cannot be stored: the last three end the connection.
long do_accept(int fd, void __user *address, int __user *length, uint32_t flags);

// Do getsockname(2), or (`peer`) getpeername(2), on the socket `fd`: store the name at `address`
// and its length at `length` (address_put). No lock may be held. Returns 0; in this order: -EBADF
// or -ENOTSOCK (socket_arg_get); -ENOTCONN (`peer`); -EFAULT or -EINVAL (address_put).
long do_getname(int fd, bool peer, void __user *address, int __user *length);

// Do shutdown(2) on the socket `fd`; `how`: SHUT_RD, SHUT_WR or SHUT_RDWR. Yields: no lock may be
// held. Returns 0; -EBADF or -ENOTSOCK (socket_arg_get); -EINVAL for another `how`.
long do_shutdown(int fd, int how);

// Do setsockopt(2) on the socket `fd`, from the `length` bytes at `user`, of which those beyond
// SOCKET_OPTION_MAX (16) are not read. Copies from the user: no lock may be held. Returns 0; in
// this order: -EBADF or -ENOTSOCK (socket_arg_get); -EINVAL for a negative length; -EOPNOTSUPP for
// another level than SOL_SOCKET; -EINVAL for less than an int; -EFAULT; an error of
// socket_set_option.
long do_setsockopt(int fd, int level, int option, const void __user *user, int length);

// Do getsockopt(2) on the socket `fd`: store the option at `user`, cut off after *user_length
// bytes, and how many bytes that is at `user_length`. Copies from and to the user: no lock may be
// held.
// Returns 0; in this order: -EBADF or -ENOTSOCK (socket_arg_get); -EOPNOTSUPP for another level
// than SOL_SOCKET; -EFAULT; -EINVAL for a negative length; -ENOPROTOOPT for an unknown option;
// -EFAULT if it cannot be stored: SO_ERROR has been cleared then.
long do_getsockopt(int fd, int level, int option, void __user *user, int __user *user_length);

// Do sendto(2): send the `length` bytes at `data`, at most UIO_MAX (2^31 - 4096), by the socket
// `fd`, to the name of `address_length` bytes at `address`; NULL: to its peer. Copies from the
// user, and sleeps: no lock may be held. Returns how many bytes were sent; in this order: -EFAULT
// if the bytes reach beyond ULIM; -EBADF or -ENOTSOCK (socket_arg_get); -EINVAL or -EFAULT
// (address_get); an error of socket_send.
long do_sendto(int fd, const void __user *data, size_t length, uint32_t flags,
               const void __user *address, int address_length);

// Do recvfrom(2): receive at most `length` bytes, cut to UIO_MAX (2^31 - 4096), at `data` from the
// socket `fd`, and store the sender's address at `address` (address_put) unless that is NULL. Files
// that come along are closed. Copies from and to the user, and sleeps: no lock may be held. Returns
// what socket_receive returns; before that, -EFAULT if the bytes reach beyond ULIM, then -EBADF or
// -ENOTSOCK (socket_arg_get); after it -EFAULT or -EINVAL for the address: the bytes are lost.
long do_recvfrom(int fd, void __user *data, size_t length, uint32_t flags, void __user *address,
                 int __user *address_length);

// Do sendmsg(2): send the message that the struct msghdr at `user` describes, with its headers
// (control_get), by the socket `fd`. Copies from the user, and sleeps: no lock may be held. Returns
// how many bytes were sent; in this order: -EBADF or -ENOTSOCK (socket_arg_get); -EFAULT for the
// struct; -EINVAL for a negative length of the address; -EMSGSIZE for more than IOV_MAX (1024)
// ranges; an error of user_vector_get; of address_get; of control_get; of socket_send.
long do_sendmsg(int fd, const struct msghdr __user *user, uint32_t flags);

// Do recvmsg(2): receive a message from the socket `fd` as the struct msghdr at `user` says, with
// its headers (control_put), and store the sender's address, the flags and the length of the
// headers there. Copies from and to the user, and sleeps: no lock may be held. Returns what
// socket_receive returns; before that the errors of do_sendmsg up to those of user_vector_get;
// after it -EFAULT or -EINVAL if something cannot be stored: the message is lost, but descriptors
// stay open.
long do_recvmsg(int fd, struct msghdr __user *user, uint32_t flags);

// Do sendmmsg(2): send the messages that user[count] describe, at most 1024, one after another as
// do_sendmsg does, and store in each msg_len how many bytes were sent. Copies from and to the user,
// sleeps and yields: no lock may be held. Returns how many messages were sent, 0 for `count` 0; an
// error ends the call, and is returned only if none was sent: -EBADF, -ENOTSOCK, another error of
// do_sendmsg, or -EFAULT for msg_len.
long do_sendmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags);

// Do recvmmsg(2): receive up to `count` messages into user[], one after another as do_recvmsg does,
// and store in each msg_len how many bytes it has. With MSG_WAITFORONE in `flags` only the first
// one is waited for. After a message at or after `deadline`, a time of clock_ns() or NO_DEADLINE,
// no other is received; a wait does not end at it. Copies from and to the user, sleeps and yields:
// no lock may be held.
// Returns how many messages were received, 0 for `count` 0; if none was: -EBADF, -ENOTSOCK, an
// error that the peer or an earlier call has left, or one of do_recvmsg. A later error ends the
// call and is reported by the next one, except -EAGAIN and -ERESTARTSYS.
long do_recvmmsg(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                 uint64_t deadline);
// Do recvmmsg(2) with a time-out at `timeout` (NULL: none), where the time that is left, or 0, is
// stored if a message was received; otherwise like do_recvmmsg. No lock may be held. Returns what
// that returns; before it -EFAULT or -EINVAL for the time (get_ns); after it -EFAULT if the time
// cannot be stored: the messages have been received.
long do_recvmmsg_until(int fd, struct mmsghdr __user *user, uint32_t count, uint32_t flags,
                       struct timespec __user *timeout);

// -- sys_socket_control.c: what goes along with the bytes of a message.

// Fetch the headers that a program sends (header->msg_control, of msg_controllen bytes; header
// itself is kernel memory), and store what they carry in *message, which the caller has cleared;
// headers of another level than SOL_SOCKET are passed over. message->files is the caller's to free,
// also after an error. Copies from the user: no lock may be held.
// Returns 0, also without headers; -ENOBUFS if they have more than 131072 bytes, or out of memory;
// -EINVAL for a malformed or unknown header, or too many files; -EBADF; -EPERM or -ESRCH for
// credentials of others; -ENOMEM; -EFAULT if the headers cannot be read. After an error *message
// may have some of it.
int control_get(const struct msghdr *header, struct socket_message *message);

// The place for headers in a program's memory.
struct control {
	char __user *at; // NULL: none
	size_t left;
	uint32_t flags; // MSG_CTRUNC: something did not fit
};

// Store the headers of all that came with a message: its sender's credentials if the socket wants
// them, and new descriptors of the current thread for its files; `cloexec`: they are closed at
// exec. Advances control->at and control->left; sets MSG_CTRUNC in control->flags if something
// found no room, memory that can be written, or free descriptor. message->files stays the caller's
// to free. Copies to the user, and yields: no lock may be held. Never fails: credentials, or the
// header of open descriptors, that cannot be written are left out, without a flag.
void control_put(struct control *control, const struct socket *socket,
                 const struct socket_message *message, bool cloexec);
