// epoll_items.c: what is in a set of files: adding, changing and removing (epoll_ctl).
#include "fs/epoll_internal.h"

#include "fs/inode.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include <stdio.h>

#define ITEMS_MAX 100000u  // in all sets
#define SET_ITEMS_MAX 2000 // items that are sets: a wakeup may pass all of them without a yield
#define EXCLUSIVE_OK (POLLIN | POLLOUT | EPOLL_ALWAYS | EPOLLEXCLUSIVE | EPOLLET | EPOLLWAKEUP)
#define FREE_EACH 64 // items freed between two yields
#define ITEM_COST 500
#define LINE_COST 5000 // about how many instructions it takes to write a line of /proc/PID/fdinfo

static uint32_t item_count, set_item_count; // guarded by epoll_lock

// The order of items: by file, then by descriptor.
static bool item_before(const struct avl_node *a, const struct avl_node *b)
{
	const struct epoll_item *left = container_of(a, struct epoll_item, node);
	const struct epoll_item *right = container_of(b, struct epoll_item, node);

	return left->file != right->file ? left->file < right->file : left->fd < right->fd;
}

// Returns the item of a file and a descriptor, or NULL. Caller: holds epoll_lock.
static struct epoll_item *find_item(struct epoll *epoll, const struct file *file, int fd)
{
	struct avl_node *node = epoll->items.root;

	assert_mutex_held(&epoll_lock);
	while (node) {
		struct epoll_item *item = container_of(node, struct epoll_item, node);

		if (item->file == file && item->fd == fd)
			return item;
		node = node->child[item->file != file ? item->file < file : item->fd < fd];
	}
	return NULL;
}

// Remove an item from its set, and free it. Caller: holds epoll_lock.
static void free_item(struct epoll_item *item)
{
	assert_mutex_held(&epoll_lock);
	epoll_item_end(item);
	avl_remove(&item->epoll->items, &item->node);
	list_remove(&item->file_link);
	list_remove(&item->set_link);
	item_count--;
	if (file_is_epoll(item->file))
		set_item_count--;
	else
		item->epoll->files--;
	kfree(item);
}

// Put a new item of `epoll` where it belongs. Caller: holds epoll_lock.
static void link_item(struct epoll *epoll, struct epoll_item *item)
{
	assert_mutex_held(&epoll_lock);
	list_init(&item->set_link);
	avl_node_init(&item->node);
	avl_insert(&epoll->items, &item->node, item_before);
	list_add_tail(&item->file->watchers, &item->file_link);
	item_count++;
	if (file_is_epoll(item->file)) {
		list_add_tail(&epoll->sets, &item->set_link);
		set_item_count++;
	} else {
		epoll->files++;
	}
}

// Add a file to a set. Caller: holds epoll_lock.
static int add(struct epoll *epoll, struct file *file, int fd, const struct epoll_event *event)
{
	bool is_set = file_is_epoll(file);
	struct epoll_item *item;
	int error = 0;

	assert_mutex_held(&epoll_lock);
	if (is_set && !epoll_may_contain(epoll, file->private))
		return -ELOOP;
	if (item_count >= ITEMS_MAX || (is_set && set_item_count >= SET_ITEMS_MAX))
		return -ENOSPC;
	item = kmalloc_lasting(sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = (struct epoll_item){ .epoll = epoll, .file = file, .fd = fd, .event = *event };
	epoll_item_init(item);
	link_item(epoll, item);
	if (epoll_too_many_paths(item))
		error = -EINVAL;
	else if (!epoll_item_begin(item))
		error = -ENOSPC;
	if (error)
		free_item(item);
	else
		epoll_item_report(item);
	return error;
}

// Returns 0, or -EINVAL if EPOLLEXCLUSIVE is asked for where it is not allowed.
static int check_exclusive(int op, const struct file *file, uint32_t events)
{
	if (!(events & EPOLLEXCLUSIVE))
		return 0;
	if (op == EPOLL_CTL_MOD)
		return -EINVAL;
	return op == EPOLL_CTL_ADD && (file_is_epoll(file) || (events & ~(uint32_t)EXCLUSIVE_OK)) ?
	               -EINVAL :
	               0;
}

// Change the events of an item that is in its set. Caller: holds epoll_lock.
static int modify(struct epoll_item *item, const struct epoll_event *event)
{
	assert_mutex_held(&epoll_lock);
	if (item->event.events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->event = *event;
	item->watch.wanted = event->events;
	epoll_item_report(item);
	return 0;
}

int epoll_control(struct file *set, int op, struct file *file, int fd, struct epoll_event event)
{
	struct epoll *epoll = set->private;
	struct epoll_item *item;
	int error;

	assert_no_lock();
	if (!file->ops->poll)
		return -EPERM;
	if (file == set || !file_is_epoll(set))
		return -EINVAL;
	error = op == EPOLL_CTL_DEL ? 0 : check_exclusive(op, file, event.events);
	if (error)
		return error;
	event.events |= EPOLL_ALWAYS;
	mutex_lock(&epoll_lock);
	item = find_item(epoll, file, fd);
	if (op == EPOLL_CTL_ADD) {
		error = item ? -EEXIST : add(epoll, file, fd, &event);
	} else if (op != EPOLL_CTL_DEL && op != EPOLL_CTL_MOD) {
		error = -EINVAL;
	} else if (!item) {
		error = -ENOENT;
	} else if (op == EPOLL_CTL_MOD) {
		error = modify(item, &event);
	} else {
		free_item(item);
	}
	mutex_unlock(&epoll_lock);
	return error;
}

// There may be many items, so they are freed in groups.
void epoll_free_items(struct epoll *epoll)
{
	bool more = true;

	assert_no_lock();
	while (more) {
		mutex_lock(&epoll_lock);
		for (int i = 0; i < FREE_EACH && !avl_empty(&epoll->items); i++)
			free_item(container_of(avl_first(&epoll->items), struct epoll_item, node));
		more = !avl_empty(&epoll->items);
		mutex_unlock(&epoll_lock);
		(void)yield_after(FREE_EACH * ITEM_COST);
	}
}

// A file may be in many sets, and in one set by many descriptors.
void epoll_file_closed(struct file *file)
{
	bool more = true;

	assert_no_lock();
	while (more) {
		mutex_lock(&epoll_lock);
		for (int i = 0; i < FREE_EACH && !list_empty(&file->watchers); i++)
			free_item(list_first(&file->watchers, struct epoll_item, file_link));
		more = !list_empty(&file->watchers);
		mutex_unlock(&epoll_lock);
		(void)yield_after(FREE_EACH * ITEM_COST);
	}
}

// Copy the item that comes first among those after `after` (NULL: the first of all) to *copy, with its line in
// text[size]. Returns false if there is none.
static bool next_line(struct epoll *epoll, const struct epoll_item *after, struct epoll_item *copy,
                      char *text, size_t size)
{
	struct avl_node *node, *found = NULL;
	const struct epoll_item *item;

	mutex_lock(&epoll_lock);
	node = epoll->items.root;
	while (node) {
		bool later = !after || item_before(&after->node, node);

		if (later)
			found = node;
		node = node->child[!later];
	}
	if (found) {
		item = container_of(found, struct epoll_item, node);
		*copy = *item;
		snprintf(text, size,
		         "tfd: %8d events: %8x data: %16llx  pos:%llu ino:%x sdev:%llx\n", item->fd,
		         item->event.events, item->event.data, item->file->position,
		         item->file->inode->ino, (uint64_t)item->file->inode->dev);
	}
	mutex_unlock(&epoll_lock);
	return found;
}

void epoll_describe(struct file *file, struct text_writer *writer)
{
	struct epoll_item copy;
	char text[128];
	bool any = false;

	assert_no_lock();
	while (next_line(file->private, any ? &copy : NULL, &copy, text, sizeof(text))) {
		any = true;
		if (!writer->write(writer, text) || yield_after(LINE_COST))
			return;
	}
}
