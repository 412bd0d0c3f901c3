// socket_internal.h: what the files of sockets share.
//
// One lock guards all sockets. A message or a connection concerns two or more of them, and cycles
// of sockets in flight are found by looking at many, so that one lock per socket would have to be
// taken in pairs and in some order. The lock is only held for short steps: a piece of a page is
// copied under it, as for pipes; files are closed and names are looked up without it.
#pragma once

#include "cpu/spinlock.h"
#include "fs/async_file.h"
#include "fs/inode.h"
#include "ipc/socket.h"
#include "mem/avl.h"
#include "thread/timer.h"
#include "thread/waitq.h"

extern struct spinlock socket_lock; // RANK_SOCKET

// A name that a socket has. The sockets that accept makes share the listener's.
// [s] socket_lock   [c] constant
struct bound_name {
	uint32_t refs;              // [s]
	int type;                   // [c] of the socket
	struct avl_node node;       // [s] in the tree of abstract names
	struct socket *socket;      // [s] the one that was bound to it
	struct socket_name address; // [c]
};

enum socket_state { SOCKET_IDLE, SOCKET_LISTENING, SOCKET_CONNECTED };

#define SHUT_RECEIVE 1u // bits of `shut`
#define SHUT_SEND 2u
#define SHUT_BOTH 3u

// Options that are only stored: bits of `options`, by number.
#define SOCKET_OPTION(number) (1u << (number))

// [s] socket_lock   [c] constant
struct socket {
	uint32_t refs;            // [s] its file, its peers, its messages, the queue of a listener
	int type;                 // [c] SOCK_
	struct file *file;        // [s] borrowed; NULL: not accepted yet, or closed
	uint8_t state;            // [s] enum socket_state
	uint8_t shut;             // [s] SHUT_ bits
	bool dead;                // [s] closed
	int error;                // [s] to be reported once (SO_ERROR), or 0
	struct socket *peer;      // [s] a reference; NULL: none. It may be dead
	struct socket *listener;  // [s] not accepted yet: whose queue it is in; borrowed
	struct bound_name *name;  // [s] a reference; NULL: none
	struct inode *name_inode; // [s] of a path: the file that has the name; a reference
	struct ucred peer_creds;  // [s] SO_PEERCRED
	struct list queue;        // [s] messages to read: struct message by link
	uint32_t queue_length;    // [s] how many; of a listener: how many connections
	uint32_t queue_bytes;     // [s] bytes in them that have not been read
	uint64_t queue_memory;    // [s] bytes that the messages and their files hold
	struct list connections;  // [s] of a listener: sockets by connection_link, the oldest first
	struct list connection_link;
	uint32_t backlog;         // [s] the queue is full when it is longer
	uint32_t sent;            // [s] charges of its messages that are being made or not read yet
	uint32_t send_limit;      // [s] it may send while `sent` is below (SO_SNDBUF)
	uint32_t receive_limit;   // [s] SO_RCVBUF; has no effect on this family
	uint32_t low_water;       // [s] SO_RCVLOWAT
	uint64_t send_timeout;    // [s] ns, or NO_DEADLINE
	uint64_t receive_timeout; // [s]
	uint32_t options;         // [s] SOCKET_OPTION bits
	int priority;             // [s] stored only
	struct linger linger;     // [s] stored only
	struct waitq read_wait;   // a wakeup is for one thread: it takes what has come
	struct waitq write_wait;  // a wakeup is for one thread: it takes the room in `sent`
	struct waitq room_wait;   // all that wait for room in `queue`
	struct waitq polls;       // all polls
	struct async_set async;   // its file, if that wants signals
	struct list blocked;      // [s] polls found `queue` full: sockets by blocked_link
	struct list blocked_link; // [s]
	struct socket *blocked_on; // [s] whose list `blocked` it is on
	struct list room_link;   // [s] among those whose `blocked` are being woken (socket_wake.c)
	struct list rights;      // [s] messages with files, by rights_link: in its queue, or in the
				 // queues of its connections
	uint32_t rights_count;   // [s] how many are in its own queue
	uint32_t in_flight;      // [s] how often it is in a message
	struct list flight_link; // [s] among all sockets with in_flight > 0
	uint32_t visible;        // [s] scratch of socket_rights.c: references from outside
	struct list visit_link;  // [s] likewise
	bool suspect;            // [s] likewise
};

// Some bytes of a message. The first piece is allocated with its message.
struct piece {
	struct piece *next;
	uint32_t size;
	char data[];
};

// A message. A stream's bytes come in messages too, whose borders the reader does not see.
// [s] socket_lock   [c] constant once queued
struct message {
	struct list link;           // [s]
	uint32_t refs;              // [s] its place in a queue or its receiver, and peeking readers
	struct list rights_link;    // [s] while it is in a queue and has files
	uint32_t length;            // [c] bytes
	uint32_t taken;             // [s] of a stream: bytes that have been read
	uint32_t charge;            // [c] counted in the sender's `sent`
	uint32_t pieces;            // [c] of a page at most
	size_t memory;              // [c] bytes of memory, without its files
	struct socket *sender;      // [c] a reference
	struct socket *queued_at;   // [s] in whose queue it is; borrowed
	struct ucred creds;         // [s] who sent it; pid 0: not recorded
	struct passed_files *files; // [s] NULL: none
	struct piece *piece;        // [s] of a stream: the piece with the next byte,
	uint32_t at;                // [s] and its place there
	struct piece first;         // the last field: its data follows
};

// The files in a message.
struct passed_files {
	struct flight_user *user; // [s] whose limit they count against; NULL: not prepared
	size_t held;              // [c] bytes of memory that they held when they were prepared
	uint32_t call_pages;      // pages that the process counts whose call has them; 0 in a queue
	uint32_t count;           // [c]
	struct file *files[];
};

// -- socket.c: sockets in general.

// Take a reference on `socket`, which is not NULL, and return it. Caller: holds socket_lock.
static inline struct socket *socket_get(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	socket->refs++;
	return socket;
}

// Drop a reference on `socket`, which may be NULL. The last one frees the struct, and its reference
// on its name; the socket must have been closed then (socket_close), or never opened. Caller: holds
// socket_lock.
void socket_put(struct socket *socket);

// Returns the socket's error, 0 or -errno, and clears it: the caller reports it. Caller: holds
// socket_lock.
int socket_take_error(struct socket *socket);

// Returns true if the socket has room to send: a message of any size may be charged then. Needs
// socket_lock.
static inline bool socket_has_room(const struct socket *socket)
{
	return socket->sent < socket->send_limit;
}

// Returns true if the queue of `socket` takes no more messages, or connections of a listener: it
// has more than `backlog`. Needs socket_lock.
static inline bool socket_queue_full(const struct socket *socket)
{
	return socket->queue_length > socket->backlog;
}

// Count `bytes` more of memory in the queue of `socket`, below 0: less; while it waits for accept,
// in its listener's memory too. Messages count some memory several times (rights_prepare): the sum
// may exceed what 32 bits hold. Caller: holds socket_lock.
static inline void socket_hold_memory(struct socket *socket, int64_t bytes)
{
	assert_spin_held(&socket_lock);
	socket->queue_memory += bytes;
	if (socket->listener)
		socket->listener->queue_memory += bytes;
}

// Returns the deadline, a time of clock_ns(), of a wait that begins now and has this time-out in
// ns; NO_DEADLINE: none. Needs no lock.
static inline uint64_t socket_deadline(uint64_t timeout)
{
	return timeout == NO_DEADLINE ? NO_DEADLINE : clock_ns() + timeout;
}

// Allocate a socket of `type`, idle and without file, name and peer, with one reference, for
// socket_open or kfree. Needs no lock. Returns NULL if out of memory.
struct socket *socket_alloc(int type);

// Close a socket: mark it as dead and shut, end the connection for its peer (with -ECONNRESET if
// messages were left unread), drop the reference on the peer, move its messages to *dead, for
// messages_free, and wake all that wait. Its name, its connections that were not accepted and the
// caller's reference are left to the caller, who releases socket_lock by socket_unlock for a
// datagram socket. Caller: holds socket_lock.
void socket_close(struct socket *socket, struct list *dead);

// Make a file of a socket, open for reading and writing; `flags`: O_NONBLOCK or 0. On success
// consumes the caller's reference on `socket`, and stores a new reference on the file in *store.
// Returns 0; -ENOMEM with *store unchanged: the reference is still the caller's. Caller: holds no
// lock.
int socket_open(struct socket *socket, uint32_t flags, struct file **store);

// Fill *creds with the number of the current process, which there must be, and the thread's
// effective ids. Needs no lock.
void creds_of_current(struct ucred *creds);

// -- socket_wake.c

// What a poll reports of a socket that has room to send.
#define SOCKET_POLL_ROOM (POLLOUT | POLLWRNORM | POLLWRBAND)

// Let the socket's file signal its owner, if it has O_ASYNC, that `reason` holds: POLL_IN or
// POLL_HUP. Not if a thread sleeps in a read of a stream. Caller: holds socket_lock, and has not
// woken that thread yet.
void socket_signal(struct socket *socket, int reason);

// Wake one thread that waits for a message or a connection, and all polls for that. Caller: holds
// socket_lock.
void socket_wake_reader(struct socket *socket);

// Wake all that wait for the socket, because its state has changed. Caller: holds socket_lock, and
// releases it by socket_unlock if the socket may be a datagram socket.
void socket_wake_all(struct socket *socket);

// Wake those who wait for room in the queue of `socket`, which has room again. The polls of other
// sockets are only noted here, with a reference on `socket`: socket_unlock wakes them. Caller:
// holds socket_lock, and releases it by socket_unlock if the socket may be a datagram socket.
void socket_wake_room(struct socket *socket);

// Release socket_lock, and wake the polls that wait for room where socket_wake_room was called,
// also by other threads. Yields if there are any, with socket_lock released; it is free at the
// return. Caller: holds socket_lock and no other lock.
void socket_unlock(void);

// Let polls of `socket` wait until the queue of `other`, its peer, has room: a wakeup there wakes
// them. They wait for one socket at a time: ends an earlier wait. Takes no reference on `other`:
// who changes the peer calls socket_unblock. Caller: holds socket_lock.
void socket_block(struct socket *socket, struct socket *other);

// End what socket_block has begun; does nothing if polls of `socket` wait for no other socket.
// Wakes nobody. Caller: holds socket_lock.
void socket_unblock(struct socket *socket);

// Sleep on `wq` until it is woken, with socket_lock released; it is held again at the return.
// Caller: holds socket_lock and no other lock. Returns 0 if woken: look again; -EAGAIN once
// clock_ns() has reached `deadline`; -ERESTARTSYS if a signal ends the sleep, or -EINTR if there is
// a deadline: the call must not begin again with the whole time-out (signal(7)).
int socket_sleep(struct waitq *wq, uint64_t deadline);

// -- socket_names.c

// Drop a reference on a name, which may be NULL. The last one frees it: it must not be in the tree
// of abstract names then (socket_unname). Caller: holds socket_lock.
void name_put(struct bound_name *name);

// Find the socket of `type` that has the name `address`, which socket_check_name has accepted. It
// may be dead by the time the caller takes socket_lock. Sleeps. Caller: holds no lock.
// Returns 0 with a new reference in *store; after an error *store is undefined: for a path -ENOENT,
// -ENOTDIR, -ELOOP, -ENAMETOOLONG, -ENOMEM, -EINTR, or -EACCES, also without write permission for
// the file; -ECONNREFUSED if nobody has the name, if the file is no socket, or if its socket is
// closed; -EPROTOTYPE if the path is a socket's of another type (an abstract name of another type
// is another name: -ECONNREFUSED).
int socket_find(const struct socket_name *address, int type, struct socket **store);

// Check an address: the family AF_UNIX and at least one byte of a path or an abstract name, at most
// sizeof(struct sockaddr_un) bytes in all. Needs no lock. Returns 0 or -EINVAL.
int socket_check_name(const struct socket_name *address);

// Give the socket an abstract name that nobody has, if it has no name and SO_PASSCRED is set, as
// Linux does. Returns 0, also if there is nothing to do; -ENOMEM; -ENOSPC if all names are taken;
// -EINTR if the thread must die. Yields. Caller: holds no lock.
int socket_name_for_creds(struct socket *socket);

// Let nobody find a socket that closes by its name any more; it may have none. The struct
// bound_name stays until the socket is freed. Stores in *inode the inode of its path, whose
// reference the caller drops without socket_lock; NULL: none. The path's file stays. Caller: holds
// socket_lock.
void socket_unname(struct socket *socket, struct inode **inode);

// -- socket_connect.c

// Returns true if `socket` may send messages to `to`: a socket that has a peer takes messages only
// from it. Does not look at room, shutdown or the end of `to`. Caller: holds socket_lock.
bool socket_may_send(const struct socket *socket, const struct socket *to);

// Let a datagram socket have no peer: drop the reference on the peer. If it had one, the messages
// in its queue move to *dead, for messages_free, and a peer that is connected back gets -ECONNRESET
// if there were any. Caller: holds socket_lock, and releases it by socket_unlock.
void socket_lose_peer(struct socket *socket, struct list *dead);

// -- socket_message.c

// Returns how many bytes a message of `length` bytes counts in its sender's `sent`. Besides the
// bytes, Linux counts its struct sk_buff and the smallest block of memory (SKB_TRUESIZE).
static inline uint32_t message_charge(uint32_t length)
{
	return 768 + length;
}

// Release `charge` bytes of the room that `socket` has for what it sends (message_charge). Then wake
// one thread that waits to send. If at least three quarters of the room are free, wake also
// the polls that wait for room. Wakes nobody if the socket is dead (its file is closed). Caller:
// holds socket_lock.
void socket_uncharge(struct socket *socket, uint32_t charge);

// Make a message of the next `length` bytes of `uio` (0: an empty one), which advances, also on an
// error. Until the message is queued or discarded, the current process accounts for its pieces, a
// page each.
// Returns 0 with the message in *store: the caller queues it, or calls message_discard. With *store
// unchanged: -ENOBUFS if out of memory; -EFAULT if the program's bytes cannot be read; -EINTR if
// the thread must die. Yields. Caller: holds no lock, and has charged the sender with
// message_charge(length).
int message_create(struct uio *uio, uint32_t length, struct message **store);

// Free a message that was not queued. The caller, in the process that made it, still owns its
// files, and releases its charge. Needs no lock.
void message_discard(struct message *message);

// Put the message at the end of the queue of `to`, as sent by `from`, and wake a reader. Checks
// neither room nor whether `to` is dead or shut. Consumes the message and the files of *extra,
// whose `files` is NULL afterwards; they have been prepared (rights_prepare). Takes a reference on
// `from`. The current process, which has made the message, accounts for it no more. Returns 0;
// -ETOOMANYREFS with nothing changed if too many files are on their way, of the user or in all.
// Caller: holds socket_lock.
int message_queue(struct message *message, struct socket *from, struct socket *to,
                  struct socket_message *extra);

// Take a message out of the queue of `socket`, and wake those who wait for room there. Its files
// stay in it, and are not in flight any more. The charge is still the sender's. The queue's
// reference on the message becomes the caller's. Caller: holds socket_lock, and releases it by
// socket_unlock if the socket may be a datagram socket.
void message_unqueue(struct message *message, struct socket *socket);

// Drop a reference on a message that is on no queue. The last one frees it, releases its charge,
// and drops its reference on the sender; its files must have been taken out before. Caller: holds
// socket_lock.
void message_free(struct message *message);

// Move all messages in the queue of `socket` to the list `dead`, for messages_free; their files are
// not in flight any more. Wakes nobody. Caller: holds socket_lock.
void messages_take(struct socket *socket, struct list *dead);

// Free the messages of the list, which are in no queue, and close their files; the list is empty at
// the end. Inside another call of the same thread, leave them to that call. Yields. Caller: holds
// no lock.
void messages_free(struct list *dead);

// -- socket_rights.c

#define FILES_IN_FLIGHT_MAX 8192u

extern uint32_t files_in_flight;      // [s] in all queues, each as often as it is there
extern struct list sockets_in_flight; // [s] struct socket by flight_link

// Count the memory that `files` hold (files->held) for the current process, because a call of it
// has them. passed_files_free and rights_begin end that. Needs no lock.
void rights_hold(struct passed_files *files);

// Count the files of a message, which have been prepared, as being on their way to `to`. The
// process of the call does not account for them any more. Returns 0; -ETOOMANYREFS with nothing
// changed if the user has more on their way already than RLIMIT_NOFILE (and the thread neither
// CAP_SYS_RESOURCE nor CAP_SYS_ADMIN), or if there would be more than FILES_IN_FLIGHT_MAX in all.
// Caller: holds socket_lock.
int rights_begin(struct message *message, struct socket *to);

// Count the files of a message in the queue of `to` as not on their way any more. They stay in the
// message, and no process accounts for them (rights_hold). Caller: holds socket_lock.
void rights_end(struct message *message, struct socket *to);

// Make what rights_begin needs for `files`: measure the memory that they hold (at most all of the
// machine), and find the record of the current thread's real user. Let the current process account
// for them as long as a call of it has them. Once for each struct. Yields. Caller: holds no lock.
// Returns 0; -ENOMEM with nothing changed.
int rights_prepare(struct passed_files *files);

// Count all files of the messages in the queue of `socket` as not on their way any more
// (rights_end). They stay in the messages. Caller: holds socket_lock.
void rights_take(struct socket *socket);

// Move the messages with files in the queue of `socket`, which accept takes, from the list `rights`
// of `listener` to its own. Caller: holds socket_lock.
void rights_accepted(struct socket *listener, struct socket *socket);

// Returns a copy of `files`, with new references, which the caller frees by passed_files_free; the
// current process accounts for it. It is not prepared to be sent. NULL if out of memory. Caller:
// holds socket_lock.
struct passed_files *passed_files_copy(const struct passed_files *files);

// Returns about how many bytes of memory the files in the queue of `socket` (of a listener: in
// those of its connections) hold beyond what they held when they were sent; 0 if they hold less.
// Looks at the first messages only, with at most 8 files in all. Caller: holds socket_lock.
uint64_t rights_growth(const struct socket *socket);

// -- socket_circles.c

// Free the messages in queues that nobody can ever read: of sockets that only other such sockets
// refer to. Returns true if there were any. Yields. Caller: holds no lock.
bool rights_collect(void);

// Call rights_collect if more than a quarter of FILES_IN_FLIGHT_MAX files are on their way. Yields.
// Caller: holds no lock.
void rights_collect_if_many(void);
