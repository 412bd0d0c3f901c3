// socket_receive.c: receiving. A datagram is taken out of the queue and then copied, so a bad address
// loses it, as on Linux. The bytes of a stream are copied under the lock, piece by piece as from a
// pipe: they stay in the queue until they have arrived.
#include "ipc/socket_internal.h"

#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "thread/why.h"
#include "thread/yield.h"

#define SEEK_COST 10 // about how many instructions it takes to pass over a message

// A reader of a stream. The place in the queue holds while the lock is not released.
struct reader {
	struct socket *socket;
	struct uio *uio;
	struct socket_message *result;
	bool peek;               // MSG_PEEK
	bool has_message;        // bytes of a message have been read; its sender is noted
	bool end;                // stop here: the next message is not to be joined to these bytes
	size_t done;             // bytes read
	struct message *message; // where the next byte is; NULL: to be looked up
	struct piece *piece;
	uint32_t at;
};

bool socket_passes_creds(const struct socket *socket)
{
	return socket->options & SOCKET_OPTION(SO_PASSCRED);
}

// Note the sender of a message.
static void note_sender(const struct message *message, struct socket_message *result)
{
	result->creds = message->creds;
	if (message->sender->name)
		result->name = message->sender->name->address;
}

// Give the receiver the files of a message: the message's own, or, for MSG_PEEK, copies. If there is no
// memory for copies, the receiver gets none. Caller: holds socket_lock.
static void note_files(struct message *message, bool peek, struct socket_message *result)
{
	assert_spin_held(&socket_lock);
	if (!message->files)
		return;
	if (peek) {
		result->files = passed_files_copy(message->files);
		return;
	}
	if (!list_empty(&message->rights_link))
		rights_end(message, message->queued_at);
	result->files = message->files;
	message->files = NULL;
	rights_hold(result->files);
}

// Find the next byte. Returns false if the queue has none. The caller yields soon: a queue may have
// thousands of messages. Caller: holds socket_lock.
static bool seek(struct reader *reader)
{
	struct list *queue = &reader->socket->queue;
	size_t skip = reader->peek ? reader->done : 0;
	struct message *message;
	uint32_t steps = 0;

	assert_spin_held(&socket_lock);
	if (reader->message)
		return true;
	list_for_each(message, queue, link) {
		size_t left = message->length - message->taken;

		if (skip < left) {
			reader->message = message;
			break;
		}
		skip -= left;
		steps++;
	}
	(void)yield_due(steps * SEEK_COST);
	if (!reader->message)
		return false;
	reader->piece = message->piece;
	reader->at = message->at + (uint32_t)skip;
	while (reader->at >= reader->piece->size) {
		reader->at -= reader->piece->size;
		reader->piece = reader->piece->next;
	}
	return true;
}

// Returns true if two messages have the same recorded sender.
static bool same_sender(const struct ucred *a, const struct ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

// Bytes up to the reader's place have been read: free the message if it is used up. A message with files
// ends a read. Caller: holds socket_lock.
static void advance(struct reader *reader, size_t n)
{
	struct message *message = reader->message;
	bool had_files = message->files;

	assert_spin_held(&socket_lock);
	reader->at += (uint32_t)n;
	if (had_files && !reader->result->files)
		note_files(message, reader->peek, reader->result);
	if (reader->at == reader->piece->size) {
		reader->piece = reader->piece->next;
		reader->at = 0;
	}
	if (!reader->peek) {
		message->taken += (uint32_t)n;
		reader->socket->queue_bytes -= (uint32_t)n;
		message->piece = reader->piece;
		message->at = reader->at;
	}
	if (reader->piece)
		return;
	reader->message = NULL;
	reader->end = reader->result->files;
	if (!reader->peek) {
		message_unqueue(message, reader->socket);
		message_free(message);
	} else if (message->link.next != &reader->socket->queue) {
		reader->message = list_first(&message->link, struct message, link);
		reader->piece = reader->message->piece;
		reader->at = reader->message->at;
	}
}

// Copy the next piece. Returns its length; 0 with reader->end set, or if the lock was released and all
// is to be looked up anew; -EAGAIN if there is no byte; -EFAULT, -EINTR. Caller: holds socket_lock.
static ssize_t read_piece(struct reader *reader)
{
	struct socket_message *result = reader->result;
	size_t n, copied;
	int error;

	assert_only_spinlock(&socket_lock);
	if (!seek(reader)) {
		reader->end = reader->peek && reader->done;
		return reader->end ? 0 : -EAGAIN;
	}
	if (reader->has_message && socket_passes_creds(reader->socket) &&
	    !same_sender(&reader->message->creds, &result->creds)) {
		reader->end = true;
		return 0;
	}
	if (!reader->peek && result->files && reader->message->files) {
		reader->end = true; // another reader took the end of the message with the first files
		return 0;
	}
	n = MIN((size_t)(reader->piece->size - reader->at), reader->uio->left);
	copied = uio_copyout_nofault(reader->uio, reader->piece->data + reader->at, n);
	if (copied < n) {
		spin_unlock(&socket_lock);
		error = uio_fault_in(reader->uio, copied, n, true);
		spin_lock(&socket_lock);
		reader->message = NULL;
		return error;
	}
	if (!reader->has_message)
		note_sender(reader->message, result);
	reader->has_message = true;
	uio_advance(reader->uio, n);
	reader->done += n;
	advance(reader, n);
	return (ssize_t)n;
}

// Yield with the lock released. Returns 0; -EINTR if the thread must die. Caller: holds socket_lock.
static int yield_unlocked(struct reader *reader)
{
	int error;

	assert_only_spinlock(&socket_lock);
	spin_unlock(&socket_lock);
	error = thread_yield_point_killable();
	spin_lock(&socket_lock);
	reader->message = NULL;
	return error;
}

// Wait for bytes of a stream. Returns 0: look again; 1 at the end of the stream; -errno. Caller: holds
// socket_lock.
static int wait_for_bytes(struct socket *socket, uint64_t deadline, bool nonblocking)
{
	int error = socket_take_error(socket);

	assert_only_spinlock(&socket_lock);
	if (error)
		return error;
	if (socket->shut & SHUT_RECEIVE)
		return 1;
	return nonblocking ? -EAGAIN : socket_sleep(&socket->read_wait, deadline);
}

// Read until there are enough bytes: one, or SO_RCVLOWAT; with MSG_WAITALL all. Then only what is in the
// queue is read. Returns how many, or -errno if there are none.
static ssize_t receive_stream(struct socket *socket, struct uio *uio, uint32_t flags,
                              struct socket_message *result)
{
	struct reader reader = {
		.socket = socket, .uio = uio, .result = result, .peek = flags & MSG_PEEK
	};
	uint64_t deadline = socket_deadline(socket->receive_timeout);
	size_t enough = MIN((size_t)socket->low_water, uio->left);
	ssize_t n = 0;

	if (socket->state != SOCKET_CONNECTED)
		return WHY(-EINVAL, "the socket is not connected");
	if (flags & MSG_OOB)
		return WHY(-EINVAL, "this family has no urgent data");
	if (flags & MSG_WAITALL)
		enough = uio->left;
	enough = MAX(enough, 1u);
	spin_lock(&socket_lock);
	for (;;) {
		n = read_piece(&reader);
		if (n == -EAGAIN && reader.done < enough) {
			n = wait_for_bytes(socket, deadline, flags & MSG_DONTWAIT);
			if (n)
				break;
			continue;
		}
		if (n < 0 || reader.end || (reader.has_message && !uio->left))
			break;
		if (yield_due((uint32_t)n + UIO_RANGE_COST) && yield_unlocked(&reader))
			break;
	}
	if (!list_empty(&socket->queue))
		waitq_wake_one(&socket->read_wait);
	spin_unlock(&socket_lock);
	return reader.done ? (ssize_t)reader.done : MIN(n, 0);
}

// Wait for a message. Returns 0 if there is one; 1 if none will come; -errno. The end of a connection is
// also seen without waiting, that of datagrams is not. Caller: holds socket_lock.
static int wait_for_message(struct socket *socket, uint64_t deadline, bool nonblocking)
{
	int error;

	assert_only_spinlock(&socket_lock);
	for (;;) {
		error = socket_take_error(socket);
		if (error)
			return error;
		if (!list_empty(&socket->queue))
			return 0;
		if (socket->shut & SHUT_RECEIVE && !(nonblocking && socket->type == SOCK_DGRAM))
			return 1;
		error = nonblocking ? -EAGAIN : socket_sleep(&socket->read_wait, deadline);
		if (error)
			return error;
	}
}

// Copy the first `n` bytes of a message on which the caller has a reference. Returns 0 or -EFAULT.
static int copy_message(const struct message *message, struct uio *uio, size_t n)
{
	for (const struct piece *piece = &message->first; n; piece = piece->next) {
		size_t step = MIN(n, (size_t)piece->size);

		if (uio_copyout(uio, piece->data, step) < step)
			return -EFAULT;
		if (yield_after(step + UIO_RANGE_COST))
			return -EINTR;
		n -= step;
	}
	return 0;
}

// Wait for a message, and take it out of the queue, or (MSG_PEEK) leave it there. Returns as
// wait_for_message, with a reference in *store: the current process accounts for the message's pieces
// meanwhile. Caller: holds socket_lock, and releases it by socket_unlock.
static int take_message(struct socket *socket, uint32_t flags, struct message **store)
{
	uint64_t deadline = socket_deadline(socket->receive_timeout);
	int error = wait_for_message(socket, deadline, flags & MSG_DONTWAIT);

	assert_spin_held(&socket_lock);
	if (error)
		return error;
	*store = list_first(&socket->queue, struct message, link);
	process_hold((*store)->pieces);
	if (flags & MSG_PEEK)
		(*store)->refs++;
	else
		message_unqueue(*store, socket);
	if (!list_empty(&socket->queue))
		waitq_wake_one(&socket->read_wait);
	return 0;
}

// Receive one message. Those of its bytes that do not fit are lost.
static ssize_t receive_message(struct socket *socket, struct uio *uio, uint32_t flags,
                               struct socket_message *result)
{
	struct message *message = NULL;
	size_t n;
	int error;

	if (flags & MSG_OOB)
		return WHY(-EOPNOTSUPP, "this family has no urgent data");
	if (socket->type == SOCK_SEQPACKET && socket->state != SOCKET_CONNECTED)
		return -ENOTCONN;
	spin_lock(&socket_lock);
	error = take_message(socket, flags, &message);
	if (!error) {
		note_sender(message, result);
		note_files(message, flags & MSG_PEEK, result);
	}
	socket_unlock();
	if (error)
		return MIN(error, 0);
	n = MIN((size_t)message->length, uio->left);
	error = copy_message(message, uio, n);
	if (n < message->length)
		result->flags |= MSG_TRUNC;
	if (flags & MSG_TRUNC)
		n = message->length;
	process_release(message->pieces);
	spin_lock(&socket_lock);
	message_free(message);
	spin_unlock(&socket_lock);
	return error ? error : (ssize_t)n;
}

ssize_t socket_receive(struct socket *socket, struct uio *uio, uint32_t flags,
                       struct socket_message *result)
{
	assert_no_lock();
	return socket->type == SOCK_STREAM ? receive_stream(socket, uio, flags, result) :
	                                     receive_message(socket, uio, flags, result);
}
