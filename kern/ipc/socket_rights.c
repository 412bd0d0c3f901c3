// socket_rights.c: files in messages (SCM_RIGHTS), on their way from one process to another.
#include "ipc/socket_internal.h"

#include "fs/fdtable.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/yield.h"

#define DROP_COST 300    // about how many instructions it takes to drop a reference on a file
#define MOVE_COST 10     // or to look at a message with files
#define MEASURE_COST 200 // or to measure a file's memory
#define COMPARE_COST 4   // and to compare it with one before it

#define GROWTH_FILES 8u // files that rights_growth looks at

// How many files that a user has sent are on their way.
// [s] socket_lock   [c] constant
struct flight_user {
	struct avl_node node; // [s]
	uid_t uid;            // [c] a real user id
	uint32_t refs;        // [s] structs passed_files
	uint32_t files;       // [s]
};

static struct avl_tree users; // [s]
uint32_t files_in_flight;
struct list sockets_in_flight = LIST_INIT(sockets_in_flight);

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
	process_release(files->call_pages);
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
	rights_hold(copy);
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

void rights_hold(struct passed_files *files)
{
	files->call_pages = files->held / PAGE_SIZE;
	process_hold(files->call_pages);
}

// Returns true if file number `index` is among those before it too.
static bool is_repeated(const struct passed_files *files, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (files->files[i] == files->files[index])
			return true;
	return false;
}

// Returns how many bytes the files hold; at most all memory, since sockets in the queues of others count
// some memory several times. A file that this process alone has open may soon be held by the message
// alone, so the message counts all of it.
static size_t measure(const struct passed_files *files)
{
	uint64_t held = sizeof(*files) + SCM_MAX_FD * sizeof(struct file *);

	for (uint32_t i = 0; i < files->count; i++) {
		struct file *file = files->files[i];

		if (!is_repeated(files, i))
			held += (uint64_t)file_held_bytes(file) * file->refs;
		(void)yield_after(MEASURE_COST + i * COMPARE_COST);
	}
	return (size_t)MIN(held, (uint64_t)page_usable_count() * PAGE_SIZE);
}

// The memory of the files is found out here and not in rights_begin, because a file may be a socket,
// whose operation takes the lock.
int rights_prepare(struct passed_files *files)
{
	struct flight_user *fresh = kzalloc_lasting(sizeof(*fresh)), *user;

	assert_no_lock();
	if (!fresh)
		return -ENOMEM;
	files->held = measure(files);
	rights_hold(files);
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
			list_add_tail(&sockets_in_flight, &socket->flight_link);
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
	socket_hold_memory(to, (int64_t)files->held);
	process_release(files->call_pages);
	files->call_pages = 0;
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
	socket_hold_memory(from, -(int64_t)files->held);
	from->rights_count--;
	list_remove(&message->rights_link);
	count_sockets(files, -1);
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
uint64_t rights_growth(const struct socket *socket)
{
	uint64_t now = 0, then = 0;
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
			               (uint64_t)file_held_bytes(files->files[i]) *
			                       files->files[i]->refs;
		}
	}
	return now > then ? now - then : 0;
}
