// socket_send.c: sending. The order of the checks is that of Linux's net/unix/af_unix.c.
#include "ipc/socket_internal.h"

#include "fs/pipe.h"
#include "fs/uio.h"
#include "thread/why.h"

// The most bytes of a stream that go into one message: Linux's greatest sk_buff here. The reader of a
// message with files stops at its end, so programs can see the size.
#define STREAM_MESSAGE_MAX 36544u

#define DATAGRAM_OVERHEAD 32u // a datagram is shorter than the sender's limit by so much

// Wait until the sender has room. Returns 0; the socket's error; -EPIPE if it may not send any more;
// -EAGAIN; -ERESTARTSYS, -EINTR. Caller: holds socket_lock.
static int wait_to_send(struct socket *socket, uint64_t deadline, bool nonblocking)
{
	int error = 0;

	assert_only_spinlock(&socket_lock);
	while (!error) {
		error = socket_take_error(socket);
		if (error)
			break;
		if (socket->shut & SHUT_SEND)
			return WHY(-EPIPE, "the socket was shut down");
		if (socket_has_room(socket))
			return 0;
		socket->async.room_wanted = true;
		error = nonblocking ? -EAGAIN : socket_sleep(&socket->write_wait, deadline);
	}
	return error;
}

// Another sender may wait, and there is still room: it was perhaps not woken because this one was.
static void pass_wakeup_on(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	if (socket_has_room(socket))
		waitq_wake_one(&socket->write_wait);
}

// Wait for room as wait_to_send does, then make a message of `length` bytes without the lock. The sender is
// charged before: many threads that send at once share one limit. If there is no memory, messages that
// nobody can read are looked for.
static int prepare(struct socket *socket, struct uio *uio, uint32_t length, uint64_t deadline,
                   bool nonblocking, struct message **store)
{
	struct uio whole;
	int error;

	spin_lock(&socket_lock);
	error = wait_to_send(socket, deadline, nonblocking);
	if (!error)
		socket->sent += message_charge(length);
	pass_wakeup_on(socket);
	spin_unlock(&socket_lock);
	if (error)
		return error;
	whole = *uio;
	error = message_create(uio, length, store);
	if (error == -ENOBUFS && rights_collect()) {
		*uio = whole;
		error = message_create(uio, length, store);
	}
	if (error) {
		spin_lock(&socket_lock);
		socket_uncharge(socket, message_charge(length));
		spin_unlock(&socket_lock);
	}
	return error;
}

// The message was not sent: free it, and release its charge.
static void abandon(struct socket *socket, struct message *message)
{
	spin_lock(&socket_lock);
	socket_uncharge(socket, message->charge);
	spin_unlock(&socket_lock);
	message_discard(message);
}

// Send up to STREAM_MESSAGE_MAX bytes to the peer. Returns how many; -EPIPE if the peer does not receive
// any more, with *broken set; -errno.
static ssize_t send_part(struct socket *socket, struct uio *uio, uint64_t deadline,
                         bool nonblocking, struct socket_message *extra, bool *broken)
{
	uint32_t length = (uint32_t)MIN(MIN(uio->left, (size_t)STREAM_MESSAGE_MAX),
	                                (size_t)socket->send_limit / 2 - 64);
	struct message *message;
	struct socket *peer;
	int error = prepare(socket, uio, length, deadline, nonblocking, &message);

	if (error)
		return error;
	spin_lock(&socket_lock);
	peer = socket->peer;
	if (!peer || peer->dead || peer->shut & SHUT_RECEIVE) {
		*broken = true;
		error = -EPIPE;
	} else {
		error = message_queue(message, socket, peer, extra);
	}
	spin_unlock(&socket_lock);
	if (!error)
		return (ssize_t)length;
	abandon(socket, message);
	return error;
}

// Returns 0 if a stream socket can send; -EOPNOTSUPP or -EISCONN if an address is given; -ENOTCONN;
// -EPIPE.
static int check_stream(struct socket *socket, const struct socket_message *extra)
{
	if (extra->name.length)
		return socket->state == SOCKET_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (!socket->peer)
		return -ENOTCONN;
	return socket->shut & SHUT_SEND ? -EPIPE : 0;
}

// The files go with the first part. A part that was sent before an error counts.
static ssize_t send_stream(struct socket *socket, struct uio *uio, uint32_t flags,
                           struct socket_message *extra)
{
	uint64_t deadline = socket_deadline(socket->send_timeout);
	ssize_t n = check_stream(socket, extra), sent = 0;
	bool broken = n == -EPIPE;

	while (!n && uio->left) {
		n = send_part(socket, uio, deadline, flags & MSG_DONTWAIT, extra, &broken);
		if (n > 0) {
			sent += n;
			n = 0;
		}
	}
	if (broken && !sent && !(flags & MSG_NOSIGNAL))
		sigpipe_hook();
	return sent ? sent : n;
}

// Store where a datagram goes, with a reference. Returns 0; -ENOTCONN; what socket_find returns.
static int find_destination(struct socket *socket, const struct socket_name *name,
                            struct socket **store)
{
	if (name->length)
		return socket_find(name, socket->type, store);
	spin_lock(&socket_lock);
	*store = socket->peer ? socket_get(socket->peer) : NULL;
	spin_unlock(&socket_lock);
	return *store ? 0 : -ENOTCONN;
}

// The destination has closed. Returns -EAGAIN: look the name up again; -ECONNREFUSED if it was the
// peer, which is forgotten; -EPIPE for a connection. Caller: holds socket_lock, and releases it by
// socket_unlock.
static int destination_closed(struct socket *socket, struct socket *to, struct list *dead)
{
	assert_spin_held(&socket_lock);
	if (socket->type == SOCK_SEQPACKET)
		return -EPIPE;
	if (socket->peer != to)
		return -ESTALE;
	socket_lose_peer(socket, dead);
	return -ECONNREFUSED;
}

// Queue the message at its destination. Returns 0; -ESTALE: find the destination again; -errno. Caller:
// holds socket_lock, which may be released meanwhile, and a reference on `to`; releases the lock by
// socket_unlock.
static int deliver(struct message *message, struct socket *socket, struct socket *to,
                   uint64_t deadline, bool nonblocking, struct socket_message *extra,
                   struct list *dead)
{
	int error;

	assert_only_spinlock(&socket_lock);
	if (!socket_may_send(socket, to))
		return WHY(-EPERM, "the destination is connected to another socket");
	if (to->dead)
		return destination_closed(socket, to, dead);
	if (to->shut & SHUT_RECEIVE)
		return WHY(-EPIPE, "the destination does not receive any more");
	if (to != socket && to->peer != socket && socket_queue_full(to)) {
		if (nonblocking)
			return -EAGAIN;
		error = socket_sleep(&to->room_wait, deadline);
		return error ? error : -ESTALE;
	}
	return message_queue(message, socket, to, extra);
}

// Send one datagram.
static ssize_t send_datagram(struct socket *socket, struct uio *uio, uint32_t flags,
                             struct socket_message *extra)
{
	uint64_t deadline = socket_deadline(socket->send_timeout);
	bool nonblocking = flags & MSG_DONTWAIT;
	uint32_t length = (uint32_t)uio->left;
	struct list dead = LIST_INIT(dead);
	struct message *message = NULL;
	struct socket *to;
	int error = extra->name.length ? socket_check_name(&extra->name) : 0;

	if (!error && !extra->name.length && !socket->peer)
		error = -ENOTCONN;
	if (!error)
		error = socket_name_for_creds(socket);
	if (!error && length > socket->send_limit - DATAGRAM_OVERHEAD)
		error = WHY(-EMSGSIZE, "a message of %u bytes", length);
	if (!error)
		error = prepare(socket, uio, length, deadline, nonblocking, &message);
	if (error)
		return error;
	do {
		error = find_destination(socket, &extra->name, &to);
		if (error)
			break;
		spin_lock(&socket_lock);
		error = deliver(message, socket, to, deadline, nonblocking, extra, &dead);
		socket_put(to);
		socket_unlock();
	} while (error == -ESTALE);
	messages_free(&dead);
	if (error)
		abandon(socket, message);
	return error ? error : (ssize_t)length;
}

ssize_t socket_send(struct socket *socket, struct uio *uio, uint32_t flags,
                    struct socket_message *extra)
{
	ssize_t n = 0;

	assert_no_lock();
	if (extra->files) {
		rights_collect_if_many();
		n = rights_prepare(extra->files);
	}
	if (!n && flags & MSG_OOB)
		n = WHY(-EOPNOTSUPP, "this family has no urgent data");
	if (!n && socket->type == SOCK_SEQPACKET) {
		spin_lock(&socket_lock);
		n = socket_take_error(socket);
		spin_unlock(&socket_lock);
		if (!n && socket->state != SOCKET_CONNECTED)
			n = -ENOTCONN;
		extra->name.length = 0;
	}
	if (!n)
		n = socket->type == SOCK_STREAM ? send_stream(socket, uio, flags, extra) :
		                                  send_datagram(socket, uio, flags, extra);
	passed_files_free(extra->files);
	extra->files = NULL;
	return n;
}
