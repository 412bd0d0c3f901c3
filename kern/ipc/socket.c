// socket.c: sockets as files: making and closing them, waiting for them.
#include "ipc/socket_internal.h"

#include "fs/uio.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/yield.h"
#include <abi/ioctl.h>

#define BUFFER_DEFAULT 212992u // bytes: Linux's net.core.wmem_default

#define CLOSE_COST 400 // about how many instructions it takes to close a connection

void creds_of_current(struct ucred *creds)
{
	const struct credentials *credentials = credentials_current();

	*creds = (struct ucred){
		.pid = process_current()->pid,
		.uid = credentials->user.effective,
		.gid = credentials->group.effective,
	};
}

struct socket *socket_alloc(int type)
{
	struct socket *socket = kzalloc_lasting(sizeof(*socket));

	if (!socket)
		return NULL;
	socket->refs = 1;
	socket->type = type;
	socket->peer_creds = (struct ucred){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
	list_init(&socket->queue);
	list_init(&socket->connections);
	list_init(&socket->connection_link);
	list_init(&socket->blocked);
	list_init(&socket->blocked_link);
	list_init(&socket->room_link);
	list_init(&socket->rights);
	list_init(&socket->flight_link);
	list_init(&socket->visit_link);
	socket->backlog = 10; // Linux's net.unix.max_dgram_qlen
	socket->send_limit = socket->receive_limit = BUFFER_DEFAULT;
	socket->low_water = 1;
	socket->send_timeout = socket->receive_timeout = NO_DEADLINE;
	waitq_init(&socket->read_wait);
	waitq_init(&socket->write_wait);
	waitq_init(&socket->room_wait);
	waitq_init(&socket->polls);
	async_set_init(&socket->async);
	return socket;
}

void socket_put(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	if (!socket || --socket->refs)
		return;
	name_put(socket->name);
	kfree(socket);
}

int socket_take_error(struct socket *socket)
{
	int error = socket->error;

	assert_spin_held(&socket_lock);
	socket->error = 0;
	return error;
}

// A connected peer sees the end of the stream, or, if this socket leaves messages unread, an error. A
// datagram peer learns of it when it sends.
static void leave_peer(struct socket *socket, bool unread)
{
	struct socket *peer = socket->peer;

	assert_spin_held(&socket_lock);
	socket->peer = NULL;
	socket_unblock(socket);
	if (!peer)
		return;
	if (socket->type != SOCK_DGRAM) {
		peer->shut = SHUT_BOTH;
		if (unread)
			peer->error = -ECONNRESET;
		socket_signal(peer, POLL_HUP);
		socket_wake_all(peer);
	}
	socket_put(peer);
}

// A connection that was never accepted counts as one with unread messages.
void socket_close(struct socket *socket, struct list *dead)
{
	bool unread = !list_empty(&socket->queue) || socket->listener;

	assert_spin_held(&socket_lock);
	socket->dead = true;
	socket->shut = SHUT_BOTH;
	leave_peer(socket, unread);
	messages_take(socket, dead);
	socket->state = SOCKET_IDLE;
	socket_wake_all(socket);
}

// Close the oldest connection that was not accepted. Returns false if there is none.
static bool close_connection(struct socket *listener, struct list *dead)
{
	struct socket *socket;

	assert_spin_held(&socket_lock);
	if (list_empty(&listener->connections))
		return false;
	socket = list_first(&listener->connections, struct socket, connection_link);
	list_remove(&socket->connection_link);
	listener->queue_length--;
	socket_close(socket, dead);
	socket->listener = NULL;
	socket_put(socket);
	return true;
}

// The connections go one by one, with yields in between: there may be thousands.
static void socket_release(struct file *file)
{
	struct socket *socket = file->private;
	struct list dead = LIST_INIT(dead);
	struct inode *name;
	bool more = true;

	spin_lock(&socket_lock);
	socket->file = NULL;
	socket_unname(socket, &name);
	socket_close(socket, &dead);
	socket_unlock();
	while (more) {
		spin_lock(&socket_lock);
		more = close_connection(socket, &dead);
		spin_unlock(&socket_lock);
		(void)yield_after(CLOSE_COST);
	}
	inode_put(name);
	messages_free(&dead);
	(void)rights_collect();
	spin_lock(&socket_lock);
	socket_put(socket);
	spin_unlock(&socket_lock);
}

// read(2): like a receive without flags, but files are lost.
static ssize_t socket_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct socket_message message = { 0 };
	ssize_t n;

	(void)pos;
	if (!uio->left)
		return 0;
	n = socket_receive(file->private, uio, file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0,
	                   &message);
	passed_files_free(message.files);
	return n;
}

static ssize_t socket_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct socket_message message = { 0 };

	(void)pos;
	return socket_send(file->private, uio, file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0,
	                   &message);
}

// Returns true if the socket is far enough below its limit that a poll reports room, as on Linux: a
// quarter of the limit.
static bool has_room_for_poll(struct socket *socket)
{
	struct socket *peer = socket->peer;

	assert_spin_held(&socket_lock);
	if (socket->state == SOCKET_LISTENING || (uint64_t)socket->sent * 4 > socket->send_limit)
		return false;
	if (socket->type == SOCK_STREAM || !peer || peer->peer == socket || !socket_queue_full(peer))
		return true;
	socket_block(socket, peer);
	return false;
}

// A connection that has never been made counts as hung up, as on Linux.
static unsigned int socket_poll(struct file *file, struct poll_table *table)
{
	struct socket *socket = file->private;
	unsigned int events = 0;

	spin_lock(&socket_lock);
	poll_wait(table, &socket->polls);
	if (socket->error)
		events |= POLLERR;
	if (socket->shut == SHUT_BOTH)
		events |= POLLHUP;
	if (socket->shut & SHUT_RECEIVE)
		events |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!list_empty(&socket->queue) || !list_empty(&socket->connections))
		events |= POLLIN | POLLRDNORM;
	if (socket->type != SOCK_DGRAM && socket->state == SOCKET_IDLE)
		events |= POLLHUP;
	if (has_room_for_poll(socket))
		events |= SOCKET_POLL_ROOM;
	else if (socket->type != SOCK_STREAM)
		socket->async.room_wanted = true;
	spin_unlock(&socket_lock);
	return events;
}

// FIONREAD counts the bytes of the next datagram, or of all messages of a connection.
static int socket_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct socket *socket = file->private;
	uint32_t bytes;
	bool listening;

	if (request != FIONREAD && request != SIOCOUTQ)
		return -ENOTTY;
	spin_lock(&socket_lock);
	listening = socket->state == SOCKET_LISTENING;
	if (request == SIOCOUTQ)
		bytes = socket->sent;
	else if (socket->type == SOCK_DGRAM && !list_empty(&socket->queue))
		bytes = list_first(&socket->queue, struct message, link)->length;
	else
		bytes = socket->queue_bytes;
	spin_unlock(&socket_lock);
	if (request == FIONREAD && listening)
		return -EINVAL;
	return put_user(aspace_current(), (int __user *)arg, (int)bytes);
}

// Unread messages are the reader's: its end frees them. They hold no more than all memory.
static size_t socket_held_bytes(const struct file *file)
{
	const struct socket *socket = file->private;
	uint64_t bytes;

	spin_lock(&socket_lock);
	bytes = sizeof(*socket) + socket->queue_memory + rights_growth(socket);
	if (socket->state == SOCKET_LISTENING)
		bytes += socket->queue_length * sizeof(*socket);
	spin_unlock(&socket_lock);
	return (size_t)MIN(bytes, (uint64_t)page_usable_count() * PAGE_SIZE);
}

static struct async_set *socket_async(struct file *file)
{
	struct socket *socket = file->private;

	return &socket->async;
}

static const struct file_ops socket_ops = {
	.read = socket_read,
	.write = socket_write,
	.ioctl = socket_ioctl,
	.poll = socket_poll,
	.async = socket_async,
	.held_bytes = socket_held_bytes,
	.release = socket_release,
};

struct socket *socket_of(const struct file *file)
{
	return file->ops == &socket_ops ? file->private : NULL;
}

int socket_open(struct socket *socket, uint32_t flags, struct file **store)
{
	struct inode *inode = inode_create(S_IFSOCK | 0777, VOLUME_NAMELESS, NULL);
	int error;

	assert_no_lock();
	if (!inode)
		return -ENOMEM;
	inode->nlink = 1; // as on Linux
	error = file_create_nameless(inode, O_RDWR | flags, &socket_ops, socket, store);
	if (error)
		return error;
	spin_lock(&socket_lock);
	socket->file = *store;
	spin_unlock(&socket_lock);
	return 0;
}

static int create(int type, uint32_t flags, struct file **store)
{
	struct socket *socket = socket_alloc(type);
	int error;

	if (!socket)
		return -ENOMEM;
	error = socket_open(socket, flags, store);
	if (error)
		kfree(socket);
	return error;
}

// If there is no memory, messages that nobody can read are looked for.
int socket_create(int type, uint32_t flags, struct file **store)
{
	int error = create(type, flags, store);

	assert_no_lock();
	if (error == -ENOMEM && rights_collect())
		error = create(type, flags, store);
	return error;
}

int socket_create_pair(int type, uint32_t flags, struct file *ends[2])
{
	struct socket *sockets[2];
	int error = socket_create(type, flags, &ends[0]);

	assert_no_lock();
	if (error)
		return error;
	error = socket_create(type, flags, &ends[1]);
	if (error) {
		file_put(ends[0]);
		return error;
	}
	spin_lock(&socket_lock);
	for (int i = 0; i < 2; i++) {
		sockets[i] = ends[i]->private;
		sockets[i]->state = SOCKET_CONNECTED;
		creds_of_current(&sockets[i]->peer_creds);
	}
	sockets[0]->peer = socket_get(sockets[1]);
	sockets[1]->peer = socket_get(sockets[0]);
	spin_unlock(&socket_lock);
	return 0;
}
