// socket_names.c: names of sockets: paths, and abstract names (unix(7)).
#include "ipc/socket_internal.h"

#include "fs/name_changes.h"
#include "fs/permission.h"
#include "mem/heap.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <stdio.h>

#define FAMILY_SIZE offsetof(struct sockaddr_un, sun_path) // bytes of an address before the path

#define AUTOMATIC_MAX 0xfffffu // the greatest number in a name that the kernel chooses

#define FIND_COST 500 // about how many instructions it takes to look for a name among thousands

// [s] socket_lock
static struct avl_tree abstract_names; // [s] struct bound_name by node
static uint32_t next_automatic;        // [s] where the search for a name begins

void name_put(struct bound_name *name)
{
	assert_spin_held(&socket_lock);
	if (name && --name->refs == 0)
		kfree(name);
}

int socket_check_name(const struct socket_name *address)
{
	if (address->length <= FAMILY_SIZE || address->length > sizeof(address->name))
		return WHY(-EINVAL, "an address of %u bytes", address->length);
	if (address->name.sun_family != AF_UNIX)
		return WHY(-EINVAL, "the address has family %u", address->name.sun_family);
	return 0;
}

// The order of abstract names: by type, length and bytes.
static int compare(int type, const struct socket_name *address, const struct bound_name *name)
{
	if (type != name->type)
		return type < name->type ? -1 : 1;
	if (address->length != name->address.length)
		return address->length < name->address.length ? -1 : 1;
	return memcmp(&address->name, &name->address.name, address->length);
}

static bool name_before(const struct avl_node *a, const struct avl_node *b)
{
	const struct bound_name *left = container_of(a, struct bound_name, node);

	return compare(left->type, &left->address, container_of(b, struct bound_name, node)) < 0;
}

// Returns the abstract name, borrowed, or NULL. Caller: holds socket_lock.
static struct bound_name *find_abstract(int type, const struct socket_name *address)
{
	struct avl_node *node = abstract_names.root;

	assert_spin_held(&socket_lock);
	while (node) {
		struct bound_name *name = container_of(node, struct bound_name, node);
		int order = compare(type, address, name);

		if (order == 0)
			return name;
		node = node->child[order > 0];
	}
	return NULL;
}

// Allocate a name for `socket`, with one reference. Returns NULL if out of memory.
static struct bound_name *name_create(struct socket *socket, const struct socket_name *address)
{
	struct bound_name *name = kzalloc_lasting(sizeof(*name));

	if (!name)
		return NULL;
	name->refs = 1;
	name->type = socket->type;
	name->socket = socket;
	name->address = *address;
	avl_node_init(&name->node);
	return name;
}

// Give the socket an abstract name. Returns 0; -ENOMEM; -EINVAL if it has a name; -EADDRINUSE.
static int bind_abstract(struct socket *socket, const struct socket_name *address)
{
	struct bound_name *name = name_create(socket, address);
	int error = 0;

	if (!name)
		return -ENOMEM;
	spin_lock(&socket_lock);
	if (socket->name)
		error = WHY(-EINVAL, "the socket has a name");
	else if (find_abstract(socket->type, address))
		error = -EADDRINUSE;
	if (error) {
		name_put(name);
	} else {
		socket->name = name;
		avl_insert(&abstract_names, &name->node, name_before);
	}
	spin_unlock(&socket_lock);
	return error;
}

// Write an abstract name of five digits, which the kernel has chosen.
static void write_automatic(struct socket_name *address, uint32_t number)
{
	memset(address, 0, sizeof(*address));
	address->name.sun_family = AF_UNIX;
	address->length = FAMILY_SIZE + 6;
	snprintf(address->name.sun_path + 1, 6, "%05x", number);
}

// Look for a name that nobody has, at most *left more, and give it to the socket, unless that has one.
// Returns true when the socket has a name; false if all were looked at or it is time to yield. Caller:
// holds socket_lock.
static bool choose_name(struct socket *socket, struct bound_name *name, uint32_t *left)
{
	assert_spin_held(&socket_lock);
	if (socket->name)
		return true;
	while (*left) {
		--*left;
		write_automatic(&name->address, next_automatic++ & AUTOMATIC_MAX);
		if (!find_abstract(socket->type, &name->address)) {
			socket->name = name;
			avl_insert(&abstract_names, &name->node, name_before);
			return true;
		}
		if (yield_due(FIND_COST))
			break;
	}
	return false;
}

// Give the socket an abstract name that nobody has. Nearly always the first one that is looked at is
// free. Returns 0, also if the socket has a name; -ENOMEM; -ENOSPC if all names are taken; -EINTR if
// the thread must die. Yields.
static int bind_automatic(struct socket *socket)
{
	uint32_t left = AUTOMATIC_MAX + 1;
	struct socket_name address;
	struct bound_name *name;
	bool done = false;
	int error = 0;

	write_automatic(&address, 0);
	name = name_create(socket, &address);
	if (!name)
		return -ENOMEM;
	while (!done && left && !error) {
		spin_lock(&socket_lock);
		done = choose_name(socket, name, &left);
		spin_unlock(&socket_lock);
		error = yield_after(0);
	}
	if (socket->name != name)
		kfree(name);
	return done ? 0 : error ? error : WHY(-ENOSPC, "all names are taken");
}

int socket_name_for_creds(struct socket *socket)
{
	assert_no_lock();
	return socket_passes_creds(socket) && !socket->name ? bind_automatic(socket) : 0;
}

// Make the path's file first: then the name is only stored. The path ends at a NUL, or with the
// address.
static int bind_path(struct socket *socket, const struct socket_name *given)
{
	struct fs_context *fs = thread_current()->fs_context;
	char text[UNIX_PATH_MAX + 1] = { 0 };
	struct socket_name address = *given;
	struct bound_name *name;
	struct inode *inode;
	int error;

	memcpy(text, given->name.sun_path, given->length - FAMILY_SIZE);
	address.length = (uint32_t)(FAMILY_SIZE + strlen(text) + 1);
	name = name_create(socket, &address);
	if (!name)
		return -ENOMEM;
	error = names_make_socket(fs, text, 0777, &inode);
	if (error) {
		kfree(name);
		return error == -EEXIST ? -EADDRINUSE : error;
	}
	spin_lock(&socket_lock);
	if (socket->name) {
		error = -EINVAL;
	} else {
		socket->name = name;
		socket->name_inode = inode;
		inode->socket = socket;
	}
	spin_unlock(&socket_lock);
	if (error) {
		(void)names_unlink(fs, NULL, text);
		inode_put(inode);
		kfree(name);
	}
	return error;
}

int socket_bind(struct socket *socket, const struct socket_name *address)
{
	int error;

	assert_no_lock();
	if (address->length == FAMILY_SIZE && address->name.sun_family == AF_UNIX)
		return bind_automatic(socket);
	error = socket_check_name(address);
	if (error)
		return error;
	return address->name.sun_path[0] ? bind_path(socket, address) :
	                                   bind_abstract(socket, address);
}

// Find the file of a path, to which the current thread may write. Stores a new reference.
static int find_inode(const struct socket_name *address, struct inode **store)
{
	char text[UNIX_PATH_MAX + 1] = { 0 };
	int error;

	memcpy(text, address->name.sun_path, address->length - FAMILY_SIZE);
	error = path_lookup(thread_current()->fs_context, NULL, text, WALK_FOLLOW, store);
	if (error)
		return error;
	error = inode_permission(*store, W_OK);
	if (!error && !inode_is(*store, S_IFSOCK))
		error = WHY(-ECONNREFUSED, "%.40s is no socket", text);
	if (error)
		inode_put(*store);
	return error;
}

int socket_find(const struct socket_name *address, int type, struct socket **store)
{
	struct inode *inode = NULL;
	struct bound_name *name;
	int error;

	assert_no_lock();
	if (address->name.sun_path[0]) {
		error = find_inode(address, &inode);
		if (error)
			return error;
	}
	spin_lock(&socket_lock);
	if (inode) {
		*store = inode->socket;
	} else {
		name = find_abstract(type, address);
		*store = name ? name->socket : NULL;
	}
	error = !*store ? -ECONNREFUSED : (*store)->type != type ? -EPROTOTYPE : 0;
	if (!error)
		socket_get(*store);
	spin_unlock(&socket_lock);
	if (inode && !error)
		inode_accessed(inode);
	inode_put(inode);
	return error ? WHY(error, "nobody has the name, or a socket of another type") : 0;
}

void socket_unname(struct socket *socket, struct inode **inode)
{
	assert_spin_held(&socket_lock);
	*inode = socket->name_inode;
	if (*inode)
		(*inode)->socket = NULL;
	socket->name_inode = NULL;
	if (socket->name && socket->name->socket == socket && avl_is_linked(&socket->name->node))
		avl_remove(&abstract_names, &socket->name->node);
}

int socket_get_name(struct socket *socket, bool peer, struct socket_name *store)
{
	const struct socket *from = socket;

	*store = (struct socket_name){ .length = FAMILY_SIZE, .name.sun_family = AF_UNIX };
	spin_lock(&socket_lock);
	if (peer)
		from = socket->peer;
	if (from && from->name)
		*store = from->name->address;
	spin_unlock(&socket_lock);
	return from ? 0 : -ENOTCONN;
}
