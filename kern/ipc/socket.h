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

// Create an open socket without name and peer. `type`: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET;
// `flags`: O_NONBLOCK or 0. Yields. Caller: holds no lock. Returns 0 with a new reference on the
// file in *store; -ENOMEM with *store unchanged.
int socket_create(int type, uint32_t flags, struct file **store);

// Create two sockets that are connected to each other, also of the type SOCK_DGRAM (socketpair(2));
// `type` and `flags` as for socket_create. Yields. Caller: holds no lock. Returns 0 with a new
// reference on each file in ends[]; -ENOMEM with ends[] undefined and no file left.
int socket_create_pair(int type, uint32_t flags, struct file *ends[2]);

// Returns the socket that `file` is, borrowed for as long as the file is open; NULL for any other
// file.
struct socket *socket_of(const struct file *file);

// Give the socket a name (bind(2)): a path, which is made with the directories of the current
// thread and the permissions 0777 less the umask; an abstract name; or, if there is only the
// family, an abstract name that nobody has. Yields and sleeps. Caller: holds no lock.
// Returns 0, also for only the family and a socket that has a name; -EINVAL if the address has
// another family or too many bytes, or not even a family; -ENOMEM. For a path: -EADDRINUSE, or
// another error of names_make_socket (-ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG); then
// -EINVAL if the socket has a name. For an abstract name: -EINVAL if the socket has a name; then
// -EADDRINUSE. For only the family: -ENOSPC if all names are taken; -EINTR if the thread must die.
int socket_bind(struct socket *socket, const struct socket_name *name);

// Let others connect to the socket (listen(2)), or change the backlog if it listens already. At
// most `backlog` + 1 connections wait for accept. The current process becomes the one that others
// see in SO_PEERCRED when they connect later. Takes socket_lock.
// Returns 0. Errors change nothing: -EOPNOTSUPP for a datagram socket; -EINVAL if the socket has no
// name, or is connected.
int socket_listen(struct socket *socket, uint32_t backlog);

// Connect the socket (connect(2)). A datagram socket only stores where its messages go, and with
// AF_UNSPEC forgets it; if its peer changes, it loses the messages of the old one. Another socket
// sleeps until the listener's queue has room unless `nonblocking`. Yields and sleeps. Caller: holds
// no lock.
// Returns 0; with the same peer as before: -EINVAL for a bad address; -ENOSPC if the socket needs a
// name (SO_PASSCRED) and all are taken; -ENOMEM; -EACCES, -ENOENT or another error of path_walk for
// the path; -ECONNREFUSED if nobody has the name or listens; -EPROTOTYPE if the path is a socket's
// of another type. Of datagrams -EPERM if the other socket has another peer. Else, in this order:
// -EAGAIN if the queue is full, or after SO_SNDTIMEO; -ERESTARTSYS, or -EINTR with a time-out, if a
// signal ends the wait; -EISCONN; -EINVAL if the socket itself listens.
int socket_connect(struct socket *socket, const struct socket_name *name, bool nonblocking);

// Take the oldest connection of a listening socket, and open it with `flags` (O_NONBLOCK or 0).
// Sleeps until there is one unless `nonblocking`. Yields. Caller: holds no lock.
// Returns 0 with a new reference on the file in *store; with *store unchanged: -EOPNOTSUPP for a
// datagram socket; -EINVAL if the socket does not listen, or if none waits and it was shut down;
// -EAGAIN if there is none, or after SO_RCVTIMEO; -ERESTARTSYS, or -EINTR with a time-out, if a
// signal ends the wait; -ENOMEM: then the connection is lost.
int socket_accept(struct socket *socket, uint32_t flags, bool nonblocking, struct file **store);

// Store the socket's own name, or (`peer`) the name of the socket that it is connected to. Without
// a name that is only the family (length 2). Takes socket_lock. Returns 0; -ENOTCONN, with only the
// family in *store, if `peer` is set and there is no such socket.
int socket_get_name(struct socket *socket, bool peer, struct socket_name *store);

// End the directions SHUT_RD, SHUT_WR or SHUT_RDWR of the socket (shutdown(2)), and of a connection
// that is not of datagrams the opposite ones of its peer: it cannot send what is not received, and
// receives the end. What is in the queues stays. Wake those who wait. Yields. Caller: holds no
// lock. Returns 0, also if the socket is not connected; -EINVAL for any other `how`.
int socket_shutdown(struct socket *socket, int how);

// Send what `uio` has (0 bytes: an empty message; of a stream nothing), with *message; a
// SOCK_SEQPACKET does not look at message->name. Consumes the references of message->files, also on
// an error: they go with the first bytes, and message->files is NULL afterwards. `flags`:
// MSG_DONTWAIT, MSG_NOSIGNAL, MSG_OOB count. Sleeps until there is room unless MSG_DONTWAIT is set.
// Yields. Caller: holds no lock.
// Returns how many bytes were sent, of a stream perhaps not all. If none: -ENOMEM or -ETOOMANYREFS
// for the files; -EOPNOTSUPP for MSG_OOB; -EISCONN or -EOPNOTSUPP for a stream with an address;
// -ENOTCONN; -EMSGSIZE for a message above SO_SNDBUF less 32 bytes; an error that the peer has left
// (-ECONNRESET); -EAGAIN without room or after SO_SNDTIMEO; -ERESTARTSYS, or -EINTR with a
// time-out, for a signal; -ENOBUFS; -EFAULT; -EINTR if the thread must die; for a destination
// -EINVAL, -EACCES, -ECONNREFUSED, -EPROTOTYPE or another error as socket_connect, or -EPERM if it
// has another peer; -EPIPE if the peer does not receive or the socket was shut down (a stream also
// sends SIGPIPE unless MSG_NOSIGNAL is set).
ssize_t socket_send(struct socket *socket, struct uio *uio, uint32_t flags,
                    struct socket_message *message);

// Receive into `uio` and *message, which the caller has cleared. message->files becomes the
// caller's to free by passed_files_free, also on an error. `flags`: MSG_DONTWAIT, MSG_PEEK,
// MSG_OOB, MSG_WAITALL (of a stream), MSG_TRUNC (of a message) count. Sleeps until there is a
// message, or of a stream SO_RCVLOWAT bytes, unless MSG_DONTWAIT is set. Bytes of a message that do
// not fit are lost. Yields. Caller: holds no lock.
// Returns how many bytes were received (of a message with MSG_TRUNC: how many it has); 0 at the end
// of a connection. If none: -EINVAL for a stream that is not connected, -ENOTCONN for a
// SOCK_SEQPACKET that is not; -EINVAL (stream) or -EOPNOTSUPP for MSG_OOB; an error that the peer
// has left (-ECONNRESET); -EAGAIN without bytes or after SO_RCVTIMEO; -ERESTARTSYS, or -EINTR with
// a time-out, for a signal; -EINTR if the thread must die; -EFAULT: a message that was taken is
// lost, the bytes of a stream stay.
ssize_t socket_receive(struct socket *socket, struct uio *uio, uint32_t flags,
                       struct socket_message *message);

// Returns true if received messages are to show who sent them (SO_PASSCRED). Takes no lock: the
// answer may be out of date if another thread sets the option.
bool socket_passes_creds(const struct socket *socket);

// Store the value of an option of SOL_SOCKET in value[*length], kernel memory, cut off if *length
// is too short, and how many bytes were stored in *length (getsockopt(2)). Reading SO_ERROR clears
// the error. Takes socket_lock.
// Returns 0; -ENOPROTOOPT for an unknown option, with value[] and *length undefined.
#define SOCKET_OPTION_MAX 16u // bytes of the longest value
int socket_get_option(struct socket *socket, int option, void *value, uint32_t *length);

// Set an option of SOL_SOCKET (setsockopt(2)). value[length] is kernel memory. Sizes of buffers are
// doubled, and kept within their bounds. Takes socket_lock. Caller: has checked that `length` is at
// least the size of an int; some options need more.
// Returns 0. Errors change nothing: -ENOPROTOOPT if the option does not exist or cannot be set;
// -EINVAL if this option needs a longer value; without CAP_NET_ADMIN -EACCES for SO_DEBUG, and
// -EPERM for sizes beyond the bounds (SO_SNDBUFFORCE, SO_RCVBUFFORCE) and high priorities; -EDOM if
// the microseconds of a time-out are not 0 to 999,999; -EOPNOTSUPP to switch SO_REUSEPORT on.
int socket_set_option(struct socket *socket, int option, const void *value, uint32_t length);

// Exchange the socket's error, which is reported once (SO_ERROR). `error`: the -errno that the next
// call is to report, or 0. Takes socket_lock. Returns the -errno that was stored before, for the
// caller to report, or 0.
int socket_report_error(struct socket *socket, int error);

// Collect the files of the descriptors fds[count], kernel memory, of the current thread, with a new
// reference on each, to pass them on. *store: those collected so far, or NULL; more are added.
// Returns 0, also for `count` 0; -EINVAL for more than SCM_MAX_FD in all, and -ENOMEM, with nothing
// changed; -EBADF if one is not open: those before it have been added. *store is the caller's to
// free by passed_files_free, also after an error.
int passed_files_add(struct passed_files **store, const int *fds, uint32_t count);

// Returns how many files there are. `files` may be NULL: then 0.
uint32_t passed_files_count(const struct passed_files *files);

// Returns file number `index`, from 0 to passed_files_count - 1, borrowed for as long as `files`
// has it.
struct file *passed_files_get(const struct passed_files *files, uint32_t index);

// Drop the references on the files, which may close them, and free the struct, which may be NULL;
// it is in no message any more. Yields. Caller: holds no lock.
void passed_files_free(struct passed_files *files);
