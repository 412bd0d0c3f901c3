// socket.h: sockets of the family AF_UNIX (unix(7)): between the processes of this machine. A socket
// is a file; its calls come here from sys/sys_socket.c.
//
// Three types: SOCK_STREAM moves bytes between two connected sockets, SOCK_SEQPACKET messages between
// two connected sockets, SOCK_DGRAM single messages to any socket. No message is lost and none
// overtakes another.
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

// Besides its bytes, a message has these. To send: `name` is the destination. Received: `name` is the
// sender's.
struct socket_message {
	struct socket_name name;
	struct passed_files
		*files; // descriptors on their way; NULL: none. The struct's owner frees them
	bool has_creds; // to send: the program has given `creds`
	struct ucred creds;
	uint32_t flags; // received: MSG_TRUNC
};

// Let sockets in flight be collected when a process ends. Called once, at boot.
void socket_init(void);

// Create an open socket. `type`: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET; `flags`: O_NONBLOCK or 0.
// Returns 0 with the file in *store; -ENOMEM. Caller: holds no lock.
int socket_create(int type, uint32_t flags, struct file **store);

// Create two sockets that are connected to each other (socketpair(2)). The caller owns one reference on
// each. Returns 0 or -ENOMEM. Caller: holds no lock.
int socket_create_pair(int type, uint32_t flags, struct file *ends[2]);

// Returns the socket that `file` is, borrowed, or NULL.
struct socket *socket_of(const struct file *file);

// Give the socket a name (bind(2)): a path, which is made with the directories of the current thread;
// an abstract name; or, if there is only the family, an abstract name that nobody has. Returns 0;
// -EINVAL for a bad address or a socket that has a name; -EADDRINUSE; -ENOMEM; -ENOSPC if all names are
// taken; an error of the path. Yields. Caller: holds no lock.
int socket_bind(struct socket *socket, const struct socket_name *name);

// Let others connect to the socket (listen(2)). `backlog`: at most one more than that many connections
// wait for accept. Returns 0; -EOPNOTSUPP for a datagram socket; -EINVAL without a name, or if it is connected.
int socket_listen(struct socket *socket, uint32_t backlog);

// Connect the socket (connect(2)). A datagram socket only stores where its messages go, and with
// AF_UNSPEC forgets it. Waits for room in the listener's queue unless `nonblocking`. Returns 0; -errno
// as connect(2); -ERESTARTSYS or -EINTR if a signal ends the wait. Caller: holds no lock.
int socket_connect(struct socket *socket, const struct socket_name *name, bool nonblocking);

// Take the next connection of a listening socket, and open it with `flags` (O_NONBLOCK or 0). Waits for
// one unless `nonblocking`. Returns 0 with the file in *store; -errno as accept(2). Caller: holds no
// lock.
int socket_accept(struct socket *socket, uint32_t flags, bool nonblocking, struct file **store);

// Store the socket's own name, or (`peer`) the name of the socket that it is connected to. Returns 0;
// -ENOTCONN.
int socket_get_name(struct socket *socket, bool peer, struct socket_name *store);

// End the directions SHUT_RD, SHUT_WR or SHUT_RDWR of the socket (shutdown(2)). Returns 0 or -EINVAL.
int socket_shutdown(struct socket *socket, int how);

// Send what `uio` has, with *message: its files go with the first bytes, and belong to the caller no
// more. `flags`: MSG_. Returns how many bytes were sent, or -errno as sendmsg(2). Caller: holds no lock.
ssize_t socket_send(struct socket *socket, struct uio *uio, uint32_t flags,
                    struct socket_message *message);

// Receive into `uio` and *message, which the caller has cleared. Returns how many bytes were received
// (with MSG_TRUNC: how many the message has), or -errno as recvmsg(2). Caller: holds no lock.
ssize_t socket_receive(struct socket *socket, struct uio *uio, uint32_t flags,
                       struct socket_message *message);

// Returns true if received messages are to show who sent them (SO_PASSCRED).
bool socket_passes_creds(const struct socket *socket);

// Store the value of an option of SOL_SOCKET in value[*length], and its true length, if shorter, in
// *length (getsockopt(2)). Returns 0; -ENOPROTOOPT for an unknown option.
#define SOCKET_OPTION_MAX 16u // bytes of the longest value
int socket_get_option(struct socket *socket, int option, void *value, uint32_t *length);

// Set an option from value[length] (setsockopt(2)). Returns 0; -ENOPROTOOPT; -EINVAL for a value that is
// too short; -EPERM; -EDOM. Caller: has checked that `length` is at least that of an int.
int socket_set_option(struct socket *socket, int option, const void *value, uint32_t length);

// Report an error of the socket once. `error`: an error that the next call is to report, or 0. Returns the
// socket's error, which is reported now, or 0.
int socket_report_error(struct socket *socket, int error);

// Collect the files of the descriptors fds[count] to pass on. *store: those collected so far, or NULL;
// more are added. Returns 0; -EBADF; -EINVAL for more than SCM_MAX_FD; -ENOMEM. *store is always the
// caller's to free.
int passed_files_add(struct passed_files **store, const int *fds, uint32_t count);

// Returns how many files there are. `files` may be NULL.
uint32_t passed_files_count(const struct passed_files *files);

// Returns file number `index`, borrowed.
struct file *passed_files_get(const struct passed_files *files, uint32_t index);

// Drop the references, and free the struct, which may be NULL. Yields. Caller: holds no lock.
void passed_files_free(struct passed_files *files);
