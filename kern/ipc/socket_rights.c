// socket_rights.c: files in messages (SCM_RIGHTS), on their way from one process to another.
//
// A message may have sockets, in whose queues there are messages with sockets, and so on: also the
// one in whose queue it lies. So sockets that no program can reach any more may refer to each other in a
// circle, and their references never become 0. rights_collect finds them: it takes a socket as
// reachable if it has a reference from outside the queues, or is in the queue of a reachable socket.
// The messages in the queues of all others are freed, and with these the references.
//
// There are at most FILES_IN_FLIGHT_MAX files on their way, so the search needs no yield.
#include "ipc/socket_internal.h"

#include "fs/fdtable.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/yield.h"

#define FILES_IN_FLIGHT_MAX 8192u

#define DROP_COST 300   // about how many instructions it takes to drop a reference on a file
#define COLLECT_COST 60 // or to look at a file in flight, in all steps of a search,
#define MOVE_COST 10    // or to look at its message

#define GROWTH_FILES 8u // files that rights_growth looks at

// How many files that a user has sent are on their way.
// [s] socket_lock   [c] constant
struct flight_user {
	struct avl_node node; // [s]
	uid_t uid;            // [c] a real user id
	uint32_t refs;        // [s] structs passed_files
	uint32_t files;       // [s]
};

static struct avl_tree users;                        // [s]
static uint32_t files_in_flight;                     // [s]
static struct list in_flight = LIST_INIT(in_flight); // [s] struct socket by flight_link

int passed_files_add(struct passed_files **store, const int *fds, uint32_t count)
{
	struct passed_files *files = *store;

	if (!count)
		return 0;
	if (count > SCM_MAX_FD || (files && files->count + count > SCM_MAX_FD))
		return -EINVAL;
	if (!files) {
		files = kzalloc_lasting(sizeof(*files) + SCM_MAX_FD * sizeof(struct file *));
		if (!files)
			return -ENOMEM;
		*store = files;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct file *file = fd_get(thread_current()->files, fds[i]);

		if (!file)
			return -EBADF;
		files->files[files->count++] = file;
	}
	return 0;
}

uint32_t passed_files_count(const struct passed_files *files)
{
	return files ? files->count : 0;
}

struct file *passed_files_get(const struct passed_files *files, uint32_t index)
{
	return files->files[index];
}

void passed_files_free(struct passed_files *files)
{
	struct flight_user *user;

	assert_no_lock();
	if (!files)
		return;
	for (uint32_t i = 0; i < files->count; i++) {
		file_put(files->files[i]);
		(void)yield_after(DROP_COST);
	}
	user = files->user;
	spin_lock(&socket_lock);
	if (user && --user->refs == 0) {
		avl_remove(&users, &user->node);
		kfree(user);
	}
	spin_unlock(&socket_lock);
	kfree(files);
}

struct passed_files *passed_files_copy(const struct passed_files *files)
{
	size_t size = sizeof(*files) + files->count * sizeof(struct file *);
	struct passed_files *copy = kmalloc(size);

	assert_spin_held(&socket_lock);
	if (!copy)
		return NULL;
	memcpy(copy, files, size);
	copy->user = NULL;
	for (uint32_t i = 0; i < copy->count; i++)
		file_get(copy->files[i]);
	return copy;
}

static bool user_before(const struct avl_node *a, const struct avl_node *b)
{
	return container_of(a, struct flight_user, node)->uid <
	       container_of(b, struct flight_user, node)->uid;
}

// Returns the user with this id, or NULL. Caller: holds socket_lock.
static struct flight_user *find_user(uid_t uid)
{
	struct avl_node *node = users.root;

	assert_spin_held(&socket_lock);
	while (node) {
		struct flight_user *user = container_of(node, struct flight_user, node);

		if (user->uid == uid)
			return user;
		node = node->child[user->uid < uid];
	}
	return NULL;
}

// The memory of the files is found out here and not in rights_begin, because a file may be a socket,
// whose operation takes the lock. A file that this process alone has open may soon be held by the message
// alone, so the message counts all of it.
int rights_prepare(struct passed_files *files)
{
	struct flight_user *fresh = kzalloc_lasting(sizeof(*fresh)), *user;

	assert_no_lock();
	if (!fresh)
		return -ENOMEM;
	files->held = sizeof(*files) + SCM_MAX_FD * sizeof(struct file *);
	for (uint32_t i = 0; i < files->count; i++)
		files->held += file_held_bytes(files->files[i]) * files->files[i]->refs;
	spin_lock(&socket_lock);
	user = find_user(credentials_current()->user.real);
	if (!user) {
		user = fresh;
		fresh = NULL;
		user->uid = credentials_current()->user.real;
		avl_insert(&users, &user->node, user_before);
	}
	user->refs++;
	files->user = user;
	spin_unlock(&socket_lock);
	kfree(fresh);
	return 0;
}

// Add `change` (1 or -1) to the counts of all sockets among the files. Caller: holds socket_lock.
static void count_sockets(const struct passed_files *files, int change)
{
	assert_spin_held(&socket_lock);
	for (uint32_t i = 0; i < files->count; i++) {
		struct socket *socket = socket_of(files->files[i]);

		if (!socket)
			continue;
		if (change > 0 && !socket->in_flight)
			list_add_tail(&in_flight, &socket->flight_link);
		socket->in_flight += (uint32_t)change;
		if (!socket->in_flight)
			list_remove(&socket->flight_link);
	}
}

// The limit of a user is Linux's: that of the descriptors of a process (unix(7), ETOOMANYREFS).
int rights_begin(struct message *message, struct socket *to)
{
	struct passed_files *files = message->files;
	struct flight_user *user = files->user;

	assert_spin_held(&socket_lock);
	if (user->files > thread_limit(RLIMIT_NOFILE) && !capable(CAP_SYS_RESOURCE) &&
	    !capable(CAP_SYS_ADMIN))
		return -ETOOMANYREFS;
	if (files->count > FILES_IN_FLIGHT_MAX - files_in_flight)
		return -ETOOMANYREFS;
	user->files += files->count;
	files_in_flight += files->count;
	socket_hold_memory(to, files->held);
	to->rights_count++;
	list_add_tail(to->listener ? &to->listener->rights : &to->rights, &message->rights_link);
	count_sockets(files, 1);
	return 0;
}

void rights_end(struct message *message, struct socket *from)
{
	struct passed_files *files = message->files;

	assert_spin_held(&socket_lock);
	files->user->files -= files->count;
	files_in_flight -= files->count;
	socket_hold_memory(from, -files->held);
	from->rights_count--;
	list_remove(&message->rights_link);
	count_sockets(files, -1);
}

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
	list_for_each(socket, &in_flight, flight_link) {
		socket->suspect = socket->file->refs == socket->in_flight;
		socket->visible = socket->in_flight;
	}
	list_for_each(socket, &in_flight, flight_link)
		if (socket->suspect)
			visit_sockets(socket, discount, NULL);
	list_for_each(socket, &in_flight, flight_link)
		if (socket->visible)
			clear(socket, &reachable);
	while (!list_empty(&reachable)) {
		socket = list_first(&reachable, struct socket, visit_link);
		list_remove(&socket->visit_link);
		visit_sockets(socket, clear, &reachable);
	}
	list_for_each(socket, &in_flight, flight_link)
		if (socket->suspect)
			list_add_tail(unreachable, &socket->visit_link);
}

void rights_collect(void)
{
	struct list dead = LIST_INIT(dead), unreachable = LIST_INIT(unreachable);

	assert_no_lock();
	if (likely(list_empty(&in_flight)))
		return;
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
	spin_unlock(&socket_lock);
	messages_free(&dead);
}

void rights_collect_if_many(void)
{
	if (files_in_flight > FILES_IN_FLIGHT_MAX / 4)
		rights_collect();
}

// A process may have sent its last socket away and closed it: without this, a circle would stay until
// the next socket closes.
void socket_init(void)
{
	process_files_closed_hook = rights_collect;
}

void rights_accepted(struct socket *listener, struct socket *socket)
{
	struct message *message, *after;

	assert_spin_held(&socket_lock);
	if (!socket->rights_count)
		return;
	(void)yield_due(MOVE_COST * files_in_flight);
	list_for_each_safe(message, after, &listener->rights, rights_link)
		if (message->queued_at == socket) {
			list_remove(&message->rights_link);
			list_add_tail(&socket->rights, &message->rights_link);
		}
}

void rights_take(struct socket *socket)
{
	struct list *list = socket->listener ? &socket->listener->rights : &socket->rights;
	struct message *message, *after;

	assert_spin_held(&socket_lock);
	if (!socket->rights_count)
		return;
	(void)yield_due(MOVE_COST * files_in_flight);
	list_for_each_safe(message, after, list, rights_link)
		if (message->queued_at == socket)
			rights_end(message, socket);
}

// A file that was sent while it was small may have grown since. The first few files are looked at, not
// all: this is called for each descriptor of a process, under the table's lock.
size_t rights_growth(const struct socket *socket)
{
	size_t now = 0, then = 0;
	uint32_t looked = 0;
	struct message *message;

	assert_spin_held(&socket_lock);
	list_for_each(message, &socket->rights, rights_link) {
		const struct passed_files *files = message->files;

		if (looked + files->count > GROWTH_FILES)
			break;
		looked += files->count;
		then += files->held;
		for (uint32_t i = 0; i < files->count; i++) {
			const struct socket *other = socket_of(files->files[i]);

			now += other ? sizeof(*other) + other->queue_memory :
			               file_held_bytes(files->files[i]) * files->files[i]->refs;
		}
	}
	return now > then ? now - then : 0;
}
