// socket_message.c: messages: making and freeing them, and the queues that they are in.
#include "ipc/socket_internal.h"

#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/yield.h"

#define FREE_COST 500 // about how many instructions it takes to free a message, or one of its files

#define PIECE_COST 80 // about how many instructions it takes to free a piece

// Data bytes of the first piece, and of each other one: a piece takes at most a page.
#define FIRST_MAX (PAGE_SIZE - sizeof(struct message))
#define PIECE_MAX (PAGE_SIZE - sizeof(struct piece))

static void free_pieces(struct message *message)
{
	struct piece *next;

	for (struct piece *piece = message->first.next; piece; piece = next) {
		next = piece->next;
		kfree(piece);
	}
	kfree(message);
}

void message_discard(struct message *message)
{
	process_release(message->pieces);
	free_pieces(message);
}

// Allocate the next piece of a message, after *last, for at most `left` bytes. Returns it or NULL.
static struct piece *add_piece(struct message *message, struct piece *last, size_t left)
{
	size_t size = MIN(left, PIECE_MAX);
	struct piece *piece = kmalloc_lasting(sizeof(*piece) + size);

	if (!piece)
		return NULL;
	piece->next = NULL;
	piece->size = (uint32_t)size;
	last->next = piece;
	message->pieces++;
	process_hold(1);
	message->memory += sizeof(*piece) + size;
	return piece;
}

int message_create(struct uio *uio, uint32_t length, struct message **store)
{
	size_t first = MIN((size_t)length, FIRST_MAX), done = 0;
	struct message *message = kmalloc_lasting(sizeof(*message) + first);
	struct piece *piece;
	int error = 0;

	assert_no_lock();
	if (!message)
		return -ENOBUFS;
	*message = (struct message){
		.length = length,
		.charge = message_charge(length),
		.refs = 1,
		.pieces = 1,
		.memory = sizeof(*message) + first,
		.first.size = (uint32_t)first,
	};
	process_hold(1);
	list_init(&message->rights_link);
	piece = message->piece = &message->first;
	for (;;) {
		if (uio_copyin(uio, piece->data, piece->size) < piece->size)
			error = -EFAULT;
		else
			error = yield_after(piece->size + UIO_RANGE_COST);
		done += piece->size;
		if (error || done == length)
			break;
		piece = add_piece(message, piece, length - done);
		if (!piece) {
			error = -ENOBUFS;
			break;
		}
	}
	if (error)
		message_discard(message);
	else
		*store = message;
	return error;
}

#define CREDS_UNKNOWN 65534u // the ids of a sender that was not recorded, with the pid 0

// Returns true if who has sent a message is to be recorded: an end of the connection wants to know, or
// the connection has not been accepted yet, so that its end may still ask.
static bool wants_creds(const struct socket *from, const struct socket *to)
{
	return socket_passes_creds(from) || socket_passes_creds(to) || to->listener;
}

int message_queue(struct message *message, struct socket *from, struct socket *to,
                  struct socket_message *extra)
{
	const struct credentials *credentials = credentials_current();
	int error = 0;

	assert_spin_held(&socket_lock);
	message->files = extra->files;
	if (message->files)
		error = rights_begin(message, to);
	if (error) {
		message->files = NULL;
		return error;
	}
	extra->files = NULL;
	message->creds = (struct ucred){ .uid = CREDS_UNKNOWN, .gid = CREDS_UNKNOWN };
	if (extra->has_creds) {
		message->creds = extra->creds;
	} else if (wants_creds(from, to)) {
		creds_of_current(&message->creds);
		message->creds.uid = credentials->user.real;
		message->creds.gid = credentials->group.real;
	}
	message->sender = socket_get(from);
	process_release(message->pieces);
	list_add_tail(&to->queue, &message->link);
	to->queue_length++;
	to->queue_bytes += message->length;
	message->queued_at = to;
	socket_hold_memory(to, (int64_t)message->memory);
	socket_wake_reader(to);
	return 0;
}

void message_unqueue(struct message *message, struct socket *socket)
{
	assert_spin_held(&socket_lock);
	if (!list_empty(&message->rights_link))
		rights_end(message, socket);
	list_remove(&message->link);
	socket->queue_length--;
	socket->queue_bytes -= message->length - message->taken;
	socket_hold_memory(socket, -(int64_t)message->memory);
	socket_wake_room(socket);
}

// Polls are woken when they may report room.
void socket_uncharge(struct socket *socket, uint32_t charge)
{
	assert_spin_held(&socket_lock);
	socket->sent -= charge;
	if (socket->dead)
		return;
	waitq_wake_one(&socket->write_wait);
	if ((uint64_t)socket->sent * 4 > socket->send_limit)
		return;
	waitq_wake_polls(&socket->polls, SOCKET_POLL_ROOM);
	async_wake_room(&socket->async);
}

// The sender may have ended long ago: then its struct is freed with its last message.
void message_free(struct message *message)
{
	struct socket *sender = message->sender;

	assert_spin_held(&socket_lock);
	if (--message->refs)
		return;
	assert(!message->files);
	(void)yield_due(PIECE_COST * message->pieces);
	socket_uncharge(sender, message->charge);
	socket_put(sender);
	free_pieces(message);
}

// A queue may be long: its list is moved as a whole. Only the messages with files are looked at: there
// are few (rights_begin).
void messages_take(struct socket *socket, struct list *dead)
{
	assert_spin_held(&socket_lock);
	rights_take(socket);
	list_move_all(dead, &socket->queue);
	if (socket->state != SOCKET_LISTENING)
		socket->queue_length = 0;
	socket->queue_bytes = 0;
	socket_hold_memory(socket, -(int64_t)socket->queue_memory);
}

// Closing a file of a message may close a socket that has messages with sockets, and so on. So that this
// needs no recursion, an inner call leaves its messages to the outermost one of its thread.
void messages_free(struct list *dead)
{
	struct thread *thread = thread_current();

	assert_no_lock();
	if (thread->dead_messages) {
		list_move_all(thread->dead_messages, dead);
		return;
	}
	thread->dead_messages = dead;
	while (!list_empty(dead)) {
		struct message *message = list_first(dead, struct message, link);
		uint32_t cost = FREE_COST * (message->pieces + passed_files_count(message->files));

		list_remove(&message->link);
		passed_files_free(message->files);
		message->files = NULL;
		spin_lock(&socket_lock);
		message_free(message);
		spin_unlock(&socket_lock);
		(void)yield_after(cost);
	}
	thread->dead_messages = NULL;
}
