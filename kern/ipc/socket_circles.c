// socket_circles.c: sockets that only messages refer to.
//
// A message may have sockets, in whose queues there are messages with sockets, and so on: also the
// one in whose queue it lies. So sockets that no program can reach any more may refer to each other in a
// circle, and their references never become 0. rights_collect finds them: it takes a socket as
// reachable if it has a reference from outside the queues, or is in the queue of a reachable socket.
// The messages in the queues of all others are freed, and with these the references.
//
// There are at most FILES_IN_FLIGHT_MAX files on their way, so the search needs no yield.
#include "ipc/socket_internal.h"

#include "proc/oom.h"
#include "proc/process.h"
#include "thread/yield.h"

// About how many instructions it takes to look at a file in flight, in all steps of a search.
#define COLLECT_COST 60

// Call `visit` for each socket among the files in the queue of `from`, and in the queues of its
// connections that wait for accept. Caller: holds socket_lock.
static void visit_sockets(struct socket *from, void (*visit)(struct socket *, struct list *),
                          struct list *list)
{
	struct message *message;

	assert_spin_held(&socket_lock);
	list_for_each(message, &from->rights, rights_link)
		for (uint32_t i = 0; i < message->files->count; i++) {
			struct socket *socket = socket_of(message->files->files[i]);

			if (socket)
				visit(socket, list);
		}
}

// A suspect refers to `socket`: that reference is not from outside.
static void discount(struct socket *socket, struct list *list)
{
	(void)list;
	socket->visible--;
}

// A reachable socket refers to `socket`: it is reachable too, and its queue is to be visited.
static void clear(struct socket *socket, struct list *list)
{
	if (!socket->suspect)
		return;
	socket->suspect = false;
	list_add_tail(list, &socket->visit_link);
}

// Find the sockets that cannot be reached: those that stay suspects. They are added to the list
// `unreachable` by visit_link. Caller: holds socket_lock.
static void find_unreachable(struct list *unreachable)
{
	struct list reachable = LIST_INIT(reachable);
	struct socket *socket;

	assert_spin_held(&socket_lock);
	list_for_each(socket, &sockets_in_flight, flight_link) {
		socket->suspect = socket->file->refs == socket->in_flight;
		socket->visible = socket->in_flight;
	}
	list_for_each(socket, &sockets_in_flight, flight_link)
		if (socket->suspect)
			visit_sockets(socket, discount, NULL);
	list_for_each(socket, &sockets_in_flight, flight_link)
		if (socket->visible)
			clear(socket, &reachable);
	while (!list_empty(&reachable)) {
		socket = list_first(&reachable, struct socket, visit_link);
		list_remove(&socket->visit_link);
		visit_sockets(socket, clear, &reachable);
	}
	list_for_each(socket, &sockets_in_flight, flight_link)
		if (socket->suspect)
			list_add_tail(unreachable, &socket->visit_link);
}

bool rights_collect(void)
{
	struct list dead = LIST_INIT(dead), unreachable = LIST_INIT(unreachable);
	bool found;

	assert_no_lock();
	if (likely(list_empty(&sockets_in_flight)))
		return false;
	spin_lock(&socket_lock);
	find_unreachable(&unreachable);
	while (!list_empty(&unreachable)) {
		struct socket *socket = list_first(&unreachable, struct socket, visit_link);

		list_remove(&socket->visit_link);
		while (!list_empty(&socket->rights)) {
			struct message *message = list_first(&socket->rights, struct message,
			                                     rights_link);

			message_unqueue(message, message->queued_at);
			list_add_tail(&dead, &message->link);
		}
	}
	(void)yield_due(COLLECT_COST * files_in_flight);
	socket_unlock();
	found = !list_empty(&dead);
	messages_free(&dead);
	return found;
}

void rights_collect_if_many(void)
{
	assert_no_lock();
	if (files_in_flight > FILES_IN_FLIGHT_MAX / 4)
		(void)rights_collect();
}

static void files_closed(void)
{
	(void)rights_collect();
}

// A process may have sent its last socket away and closed it: without the first hook, a circle would stay
// until the next socket closes; without the second, its memory would be missed until then.
void socket_init(void)
{
	process_files_closed_hook = files_closed;
	oom_reclaim_hook = rights_collect;
}
