// socket_connect.c: connections: listen, connect, accept and shutdown.
#include "ipc/socket_internal.h"

#include "mem/heap.h"
#include "thread/why.h"

int socket_listen(struct socket *socket, uint32_t backlog)
{
	int error = 0;

	if (socket->type == SOCK_DGRAM)
		return WHY(-EOPNOTSUPP, "a datagram socket has no connections");
	spin_lock(&socket_lock);
	if (!socket->name)
		error = WHY(-EINVAL, "the socket has no name");
	else if (socket->state == SOCKET_CONNECTED)
		error = WHY(-EINVAL, "the socket is connected");
	if (!error) {
		socket->state = SOCKET_LISTENING;
		socket->backlog = backlog;
		creds_of_current(&socket->peer_creds);
		socket_wake_room(socket);
	}
	spin_unlock(&socket_lock);
	return error;
}

// Wait until the queue of `other` has room. Returns 0: look again; -errno as socket_sleep. Caller:
// holds socket_lock and a reference on `other`.
static int wait_for_room(struct socket *other, uint64_t deadline, bool nonblocking)
{
	assert_only_spinlock(&socket_lock);
	return nonblocking ? -EAGAIN : socket_sleep(&other->room_wait, deadline);
}

// Check whether `socket` may be connected to the listener. Returns 0; -EAGAIN: its queue is full.
// Caller: holds socket_lock.
static int check_connect(const struct socket *socket, const struct socket *listener)
{
	assert_spin_held(&socket_lock);
	if (listener->dead)
		return -ESTALE;
	if (listener->state != SOCKET_LISTENING || listener->shut & SHUT_RECEIVE)
		return WHY(-ECONNREFUSED, "the socket does not listen");
	if (socket_queue_full(listener))
		return -EAGAIN;
	if (socket->state != SOCKET_IDLE)
		return socket->state == SOCKET_CONNECTED ? -EISCONN : -EINVAL;
	return 0;
}

// Make the connection: `fresh` is the end that accept will return. Consumes the reference on `fresh`.
// Caller: holds socket_lock.
static void make_connection(struct socket *socket, struct socket *listener, struct socket *fresh)
{
	assert_spin_held(&socket_lock);
	fresh->state = socket->state = SOCKET_CONNECTED;
	fresh->peer = socket_get(socket);
	creds_of_current(&fresh->peer_creds);
	fresh->name = listener->name;
	fresh->name->refs++;
	fresh->options = listener->options & SOCKET_OPTION(SO_PASSCRED);
	fresh->listener = listener;
	socket->peer = socket_get(fresh);
	socket->peer_creds = listener->peer_creds;
	list_add_tail(&listener->connections, &fresh->connection_link);
	listener->queue_length++;
	socket_wake_reader(listener);
}

// Connect to the listener with this name. The name is looked up anew after each wait, and if the
// listener has closed meanwhile.
static int connect_stream(struct socket *socket, const struct socket_name *name, bool nonblocking)
{
	uint64_t deadline = socket_deadline(socket->send_timeout);
	struct socket *fresh = socket_alloc(socket->type), *listener;
	bool again = true;
	int error = 0;

	if (!fresh)
		return -ENOMEM;
	while (again) {
		error = socket_find(name, socket->type, &listener);
		if (error)
			break;
		spin_lock(&socket_lock);
		error = check_connect(socket, listener);
		again = error == -ESTALE;
		if (error == -EAGAIN) {
			error = wait_for_room(listener, deadline, nonblocking);
			again = !error;
		} else if (!error) {
			make_connection(socket, listener, fresh);
			fresh = NULL;
		}
		socket_put(listener);
		spin_unlock(&socket_lock);
	}
	kfree(fresh);
	return error;
}

// Let `socket` have `peer` (a reference, consumed; or NULL) in place of its old one. The messages from the
// old one are lost; *dead gets them. An old peer that is connected back learns of it by an error.
// Caller: holds socket_lock, and releases it by socket_unlock.
static void change_peer(struct socket *socket, struct socket *peer, struct list *dead)
{
	struct socket *old = socket->peer;

	assert_spin_held(&socket_lock);
	socket->peer = peer;
	socket_unblock(socket);
	socket->state = peer ? SOCKET_CONNECTED : SOCKET_IDLE;
	if (!old)
		return;
	if (old != peer && !list_empty(&socket->queue)) {
		messages_take(socket, dead);
		socket_wake_room(socket);
		if (!old->dead && old->peer == socket) {
			old->error = -ECONNRESET;
			async_wake(&old->async, POLL_ERR);
			socket_wake_all(old);
		}
	}
	waitq_wake_all(&socket->polls);
	socket_put(old);
}

void socket_lose_peer(struct socket *socket, struct list *dead)
{
	assert_spin_held(&socket_lock);
	change_peer(socket, NULL, dead);
}

bool socket_may_send(const struct socket *socket, const struct socket *to)
{
	assert_spin_held(&socket_lock);
	return !to->peer || to->peer == socket;
}

// Only the address is stored. A socket that is connected to another one takes no messages from this.
static int connect_datagram(struct socket *socket, const struct socket_name *name)
{
	struct list dead = LIST_INIT(dead);
	struct socket *peer = NULL;
	int error = 0;

	if (name->name.sun_family != AF_UNSPEC) {
		error = socket_find(name, socket->type, &peer);
		if (error)
			return error;
	}
	spin_lock(&socket_lock);
	if (peer && peer->dead)
		error = -ECONNREFUSED;
	else if (peer && !socket_may_send(socket, peer))
		error = WHY(-EPERM, "the socket is connected to another one");
	if (error)
		socket_put(peer);
	else
		change_peer(socket, peer, &dead);
	socket_unlock();
	messages_free(&dead);
	return error;
}

int socket_connect(struct socket *socket, const struct socket_name *name, bool nonblocking)
{
	bool forget = socket->type == SOCK_DGRAM && name->name.sun_family == AF_UNSPEC;
	int error;

	assert_no_lock();
	if (forget && name->length >= sizeof(name->name.sun_family))
		return connect_datagram(socket, name);
	error = socket_check_name(name);
	if (!error)
		error = socket_name_for_creds(socket);
	if (error)
		return error;
	return socket->type == SOCK_DGRAM ? connect_datagram(socket, name) :
	                                    connect_stream(socket, name, nonblocking);
}

// Wait for a connection. Returns 0 with the oldest one in *store, whose reference moves to the caller;
// -errno as accept(2). Caller: holds socket_lock.
static int take_connection(struct socket *listener, bool nonblocking, struct socket **store)
{
	uint64_t deadline = socket_deadline(listener->receive_timeout);
	int error = 0;

	assert_only_spinlock(&socket_lock);
	if (listener->state != SOCKET_LISTENING)
		return WHY(-EINVAL, "the socket does not listen");
	while (list_empty(&listener->connections) && !error) {
		if (listener->shut & SHUT_RECEIVE)
			error = -EINVAL;
		else if (nonblocking)
			error = -EAGAIN;
		else
			error = socket_sleep(&listener->read_wait, deadline);
	}
	if (error)
		return error;
	*store = list_first(&listener->connections, struct socket, connection_link);
	list_remove(&(*store)->connection_link);
	listener->queue_length--;
	listener->queue_memory -= (*store)->queue_memory;
	rights_accepted(listener, *store);
	(*store)->listener = NULL;
	socket_wake_room(listener);
	if (!list_empty(&listener->connections))
		waitq_wake_one(&listener->read_wait);
	return 0;
}

// If there is no memory for the file, the connection is lost.
int socket_accept(struct socket *listener, uint32_t flags, bool nonblocking, struct file **store)
{
	struct list dead = LIST_INIT(dead);
	struct socket *socket = NULL;
	int error;

	assert_no_lock();
	if (listener->type == SOCK_DGRAM)
		return WHY(-EOPNOTSUPP, "a datagram socket has no connections");
	spin_lock(&socket_lock);
	error = take_connection(listener, nonblocking, &socket);
	spin_unlock(&socket_lock);
	if (error)
		return error;
	error = socket_open(socket, flags, store);
	if (error) {
		spin_lock(&socket_lock);
		socket_close(socket, &dead);
		socket_put(socket);
		spin_unlock(&socket_lock);
		messages_free(&dead);
	}
	return error;
}

// For a connection the peer learns of it: it cannot send what is not received, and receives the end.
int socket_shutdown(struct socket *socket, int how)
{
	struct socket *peer;
	uint8_t bits = (uint8_t)(how + 1); // SHUT_RD is 0: its bit is SHUT_RECEIVE

	assert_no_lock();
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	spin_lock(&socket_lock);
	socket->shut |= bits;
	socket_wake_all(socket);
	peer = socket->type == SOCK_DGRAM ? NULL : socket->peer;
	if (peer) {
		peer->shut |= (uint8_t)((bits & SHUT_RECEIVE ? SHUT_SEND : 0) |
		                        (bits & SHUT_SEND ? SHUT_RECEIVE : 0));
		if (bits & SHUT_SEND)
			socket_signal(peer, bits == SHUT_BOTH ? POLL_HUP : POLL_IN);
		socket_wake_all(peer);
	}
	socket_unlock();
	return 0;
}
