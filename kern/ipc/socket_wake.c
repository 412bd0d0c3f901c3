// socket_wake.c: waiting for sockets, and waking those who wait.
//
// A poll of a datagram socket also waits for room in the queue of its peer. Thousands of sockets may have
// the same peer, each with thousands of polls, so these are woken in steps, with yields in between:
// socket_wake_room puts the peer on a list, and socket_unlock goes through the list.
#include "ipc/socket_internal.h"

#include "thread/yield.h"

#define WAKE_COST 100 // about how many instructions it takes to wake a poll

struct spinlock socket_lock = SPINLOCK_INIT("socket", RANK_SOCKET);

// Sockets whose queue has room and for which polls of other sockets wait, by room_link. Each is a
// reference. Guarded by socket_lock.
static struct list rooms = LIST_INIT(rooms);

void socket_wake_reader(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	socket_signal(socket, POLL_IN);
	waitq_wake_one(&socket->read_wait);
	waitq_wake_polls(&socket->polls, POLLIN | POLLRDNORM);
}

// As on Linux, a stream signals nothing while a thread sleeps in a read of it.
void socket_signal(struct socket *socket, int reason)
{
	assert_spin_held(&socket_lock);
	if (socket->type != SOCK_STREAM || socket->state == SOCKET_LISTENING ||
	    waitq_empty(&socket->read_wait))
		async_wake(&socket->async, reason);
}

void socket_wake_all(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	waitq_wake_all(&socket->read_wait);
	waitq_wake_all(&socket->write_wait);
	waitq_wake_all(&socket->polls);
	socket_wake_room(socket);
}

void socket_wake_room(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	waitq_wake_all(&socket->room_wait);
	if (list_empty(&socket->blocked) || !list_empty(&socket->room_link))
		return;
	list_add_tail(&rooms, &socket->room_link);
	socket_get(socket);
}

void socket_block(struct socket *socket, struct socket *other)
{
	assert_spin_held(&socket_lock);
	if (socket->blocked_on == other)
		return;
	socket_unblock(socket);
	socket->blocked_on = other;
	list_add_tail(&other->blocked, &socket->blocked_link);
}

void socket_unblock(struct socket *socket)
{
	assert_spin_held(&socket_lock);
	if (!socket->blocked_on)
		return;
	socket->blocked_on = NULL;
	list_remove(&socket->blocked_link);
}

// Wake the polls of one socket that waits for room in the queue of the first socket on the list `rooms`. If
// none waits, or the queue is full again, that socket leaves the list: the next room puts it there
// again. Returns about how many instructions this took. Caller: holds socket_lock.
static uint32_t wake_step(void)
{
	struct socket *socket = list_first(&rooms, struct socket, room_link), *other;

	assert_spin_held(&socket_lock);
	if (list_empty(&socket->blocked) || socket_queue_full(socket)) {
		list_remove(&socket->room_link);
		socket_put(socket);
		return WAKE_COST;
	}
	other = list_first(&socket->blocked, struct socket, blocked_link);
	socket_unblock(other);
	return WAKE_COST * (1 + (uint32_t)waitq_wake_polls(&other->polls, SOCKET_POLL_ROOM));
}

// A thread that must die wakes the others too: nobody else would.
void socket_unlock(void)
{
	assert_only_spinlock(&socket_lock);
	while (unlikely(!list_empty(&rooms))) {
		if (!yield_due(wake_step()))
			continue;
		spin_unlock(&socket_lock);
		(void)thread_yield_point();
		spin_lock(&socket_lock);
	}
	spin_unlock(&socket_lock);
}

int socket_sleep(struct waitq *wq, uint64_t deadline)
{
	int error;

	assert_only_spinlock(&socket_lock);
	error = waitq_sleep(wq, &socket_lock, WAIT_INTERRUPTIBLE, deadline);
	if (error == -ETIMEDOUT)
		return -EAGAIN;
	if (error)
		return deadline == NO_DEADLINE ? -ERESTARTSYS : -EINTR;
	return 0;
}
