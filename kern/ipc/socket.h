// socket.h: sockets of the family AF_UNIX (unix(7)): between the processes of this machine. A
// socket is a file; its calls come here from sys/sys_socket.c.
//
// Three types: SOCK_STREAM moves bytes between two connected sockets, SOCK_SEQPACKET messages
// between two connected sockets, SOCK_DGRAM single messages to any socket. No message is lost and
// none overtakes another.
#pragma once

#include "fs/file.h"
#include "kern.h"
#include <abi/socket.h>

struct fs_context;
struct passed_files;
struct socket;
struct uio;

// An address, as a program gives or gets it. length 0: none.
struct socket_name {
	uint32_t length; // bytes that count, of the family and the path; at most 1 more than sizeof(name)
	struct sockaddr_un name;
	char end; // 0: a path may fill `name` to its last byte, and counts with a NUL
};

// Besides its bytes, a message has these. To send: `name` is the destination. Received: `name` is
// the sender's.
struct socket_message {
	struct socket_name name;
	struct passed_files
		*files; // descriptors on their way; NULL: none. The struct's owner frees them
	bool has_creds; // to send: the program has given `creds`
	struct ucred creds;
	uint32_t flags; // received: MSG_TRUNC
};

// Register process_files_closed_hook and oom_reclaim_hook, so that sockets in flight are collected
// when a process ends and when memory is short. Called once, at boot.
void socket_init(void);

// Create an open socket. `type`: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET; `flags`: O_NONBLOCK or
// 0. Yields. Returns 0 with a new reference on the file in *store; -ENOMEM with *store unchanged.
// Caller: holds no lock.
int socket_create(int type, uint32_t flags, struct file **store);

// Create two sockets that are connected to each other (socketpair(2)); `type` and `flags` as for
// socket_create. Yields. Returns 0 with a new reference on each file in ends[]; -ENOMEM with ends[]
// undefined and no file left.
// Caller: holds no lock.
int socket_create_pair(int type, uint32_t flags, struct file *ends[2]);

// Returns the socket that `file` is, borrowed for as long as the file is open; NULL for any other
// file.
struct socket *socket_of(const struct file *file);

// Give the socket a name (bind(2)): a path, which is made with the directories of the current
// thread; an abstract name; or, if there is only the family, an abstract name that nobody has.
// Returns 0, also for only the family and a socket that has a name; else -EINVAL for a bad address
// or a socket that has a name; -EADDRINUSE; -ENOMEM; -ENOSPC if all names are taken; -EINTR if the
// thread must die; an error of names_make_socket for the path (-ENOENT, -ENOTDIR, -EACCES, -ELOOP,
// -ENAMETOOLONG). Yields and sleeps. Caller: holds no lock.
int socket_bind(struct socket *socket, const struct socket_name *name);

// Let others connect to the socket (listen(2)), or change the backlog. `backlog`: at most one more
// than that many connections wait for accept. Takes socket_lock. Returns 0; -EOPNOTSUPP for a
// datagram socket; -EINVAL without a name, or if the socket is connected.
int socket_listen(struct socket *socket, uint32_t backlog);

// Connect the socket (connect(2)). A datagram socket only stores where its messages go, and with
// AF_UNSPEC forgets it. Sleeps until the listener's queue has room unless `nonblocking`. Yields.
// Returns 0; -EINVAL for a bad address, or if the socket listens; -ECONNREFUSED if nobody has the
// name or listens; -EPROTOTYPE for a socket of another type; -EISCONN; -EPERM if the other datagram
// socket has another peer; -EAGAIN if the queue is full, or after SO_SNDTIMEO; -ERESTARTSYS, or
// -EINTR with a time-out, if a signal ends the wait; -ENOMEM; -ENOSPC if the socket needs a name
// (SO_PASSCRED) and all are taken; -EACCES, -ENOENT or another error of path_walk for the path.
// Caller: holds no lock.
int socket_connect(struct socket *socket, const struct socket_name *name, bool nonblocking);

// Take the next connection of a listening socket, and open it with `flags` (O_NONBLOCK or 0).
// Sleeps until there is one unless `nonblocking`. Returns 0 with a new reference on the file in
// *store; with *store unchanged: -EOPNOTSUPP for a datagram socket; -EINVAL if the socket does not
// listen, or was shut down; -EAGAIN if there is none, or after SO_RCVTIMEO; -ERESTARTSYS, or -EINTR
// with a time-out, if a signal ends the wait; -ENOMEM: then the connection is lost. Caller: holds
// no lock.
int socket_accept(struct socket *socket, uint32_t flags, bool nonblocking, struct file **store);

// Store the socket's own name, or (`peer`) the name of the socket that it is connected to. Without
// a name that is only the family (length 2). Takes socket_lock. Returns 0; -ENOTCONN, with only the
// family in *store, if `peer` is set and there is no such socket.
int socket_get_name(struct socket *socket, bool peer, struct socket_name *store);

// End the directions SHUT_RD, SHUT_WR or SHUT_RDWR of the socket (shutdown(2)), and of a connection
// the opposite ones of its peer: it cannot send what is not received, and receives the end. Wake
// those who wait. Yields. Caller: holds no lock. Returns 0, also if the socket is not connected;
// -EINVAL for any other `how`.
int socket_shutdown(struct socket *socket, int how);

// Send what `uio` has, with *message. Consumes the references of message->files, also on an error:
// they go with the first bytes, and message->files is NULL afterwards. `flags`: MSG_DONTWAIT,
// MSG_NOSIGNAL, MSG_OOB count. Sleeps until there is room unless MSG_DONTWAIT is set. Yields.
// Returns how many bytes were sent, of a stream perhaps not all; 0 for an empty message; else:
// -EPIPE if the peer does not receive or the socket was shut down (a stream also sends SIGPIPE
// unless MSG_NOSIGNAL is set); -EAGAIN without room or after SO_SNDTIMEO; -ERESTARTSYS, or -EINTR
// with a time-out, for a signal; -ENOTCONN; -EISCONN or -EOPNOTSUPP for a stream with an address;
// -EMSGSIZE for a message above SO_SNDBUF; for a destination -EPERM if it has another peer,
// -ECONNREFUSED if nobody has the name, -EPROTOTYPE for another type, -EACCES, -ENOENT or another
// error of path_walk; an error that the peer has left (-ECONNRESET); -ETOOMANYREFS for the files;
// -EOPNOTSUPP for MSG_OOB; -ENOBUFS or -ENOMEM; -EFAULT. Caller: holds no lock.
ssize_t socket_send(struct socket *socket, struct uio *uio, uint32_t flags,
                    struct socket_message *message);

// Receive into `uio` and *message, which the caller has cleared. message->files becomes the
// caller's to free by passed_files_free, also on an error. `flags`: MSG_DONTWAIT, MSG_PEEK,
// MSG_TRUNC, MSG_WAITALL and MSG_OOB count. Sleeps until there is something unless MSG_DONTWAIT is
// set. Yields.
// Returns how many bytes were received (of a message with MSG_TRUNC: how many it has); 0 at the end
// of a connection; else -EAGAIN without bytes or after SO_RCVTIMEO; -ERESTARTSYS, or -EINTR with a
// time-out, for a signal; -EINVAL for a stream that is not connected, -ENOTCONN for a
// SOCK_SEQPACKET that is not; an error that the peer has left (-ECONNRESET); -EINVAL (stream) or
// -EOPNOTSUPP for MSG_OOB; -EFAULT: a message that was taken is lost. Caller: holds no lock.
ssize_t socket_receive(struct socket *socket, struct uio *uio, uint32_t flags,
                       struct socket_message *message);

// Returns true if received messages are to show who sent them (SO_PASSCRED). Takes no lock: the
// answer may be out of date if another thread sets the option.
bool socket_passes_creds(const struct socket *socket);

// Store the value of an option of SOL_SOCKET in value[*length], cut off if *length is too short,
// and how many bytes were stored in *length (getsockopt(2)). Reading SO_ERROR clears the error.
// Takes socket_lock.
// Returns 0; -ENOPROTOOPT for an unknown option, with value[] and *length undefined.
#define SOCKET_OPTION_MAX 16u // bytes of the longest value
int socket_get_option(struct socket *socket, int option, void *value, uint32_t *length);

// Set an option of SOL_SOCKET from value[length], kernel memory (setsockopt(2)). Takes socket_lock.
// Returns 0; -ENOPROTOOPT for an option that does not exist or cannot be set; -EINVAL for a value
// that is too short; -EPERM or -EACCES, by the option, without CAP_NET_ADMIN; -EDOM for a bad time;
// -EOPNOTSUPP for SO_REUSEPORT.
// Caller: has checked that `length` is at least that of an int.
int socket_set_option(struct socket *socket, int option, const void *value, uint32_t length);

// Exchange the socket's error, which is reported once (SO_ERROR). `error`: the -errno that the next
// call is to report, or 0. Takes socket_lock. Returns the -errno that was stored before, for the
// caller to report, or 0.
int socket_report_error(struct socket *socket, int error);

// Collect the files of the descriptors fds[count] of the current thread, with a new reference on
// each, to pass them on. *store: those collected so far, or NULL; more are added. Returns 0, also
// for `count` 0; -EBADF if one is not open (those before it have been added); -EINVAL for more than
// SCM_MAX_FD in all; -ENOMEM. *store is the caller's to free by passed_files_free, also after an
// error.
int passed_files_add(struct passed_files **store, const int *fds, uint32_t count);

// Returns how many files there are. `files` may be NULL: then 0.
uint32_t passed_files_count(const struct passed_files *files);

// Returns file number `index`, from 0 to passed_files_count - 1, borrowed.
struct file *passed_files_get(const struct passed_files *files, uint32_t index);

// Drop the references, and free the struct, which may be NULL. Yields. Caller: holds no lock.
void passed_files_free(struct passed_files *files);
