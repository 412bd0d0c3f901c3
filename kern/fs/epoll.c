// epoll.c: sets of files that a program waits for.
//
// Each file of a set has an item. The item's watch stands on the file's wait queue; when the queue is
// woken, the watch leaves it, and the item goes to the set's list of ready items. A wait takes the
// items off that list and asks each file for its events, which puts the watch back first. So an item
// is on the queue of its file, or on the ready list, or on both, and no wakeup is lost. A file that
// stays ready goes to the end of the list again, unless EPOLLET asks for changes alone.
#include "fs/epoll.h"

#include "fs/anonymous_file.h"
#include "mem/avl.h"
#include "mem/heap.h"
#include "thread/yield.h"

#define ITEMS_MAX 100000u // in all sets
#define NESTED_MAX 4      // sets in sets, as on Linux
#define ALWAYS (POLLERR | POLLHUP)
#define FLAGS (EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP)
#define EXCLUSIVE_OK (POLLIN | POLLOUT | ALWAYS | EPOLLEXCLUSIVE | EPOLLET | EPOLLWAKEUP)
#define FREE_EACH 64 // items freed between two yields
#define ITEM_COST 500

// [e] epoll_lock   [r] ready_lock   [c] constant
struct epoll {
	struct list ready;     // [r] struct epoll_item by ready_link, those that were woken first
	struct avl_tree items; // [e] struct epoll_item by node
	struct list sets;      // [e] the items that are sets themselves, by set_link
	struct file *file;     // [c] this set
	struct waitq wait;     // waits for it, polls of it, sets that contain it
};

struct epoll_item {
	struct watch watch;
	struct list ready_link;   // [r] on the ready list
	struct avl_node node;     // [e] in epoll->items, by file and descriptor
	struct list file_link;    // [e] in file->watchers
	struct list set_link;     // [e] in epoll->sets
	struct epoll *epoll;      // [c]
	struct file *file;        // [c] borrowed: the item goes before the file does
	int fd;                   // [c]
	struct epoll_event event; // [e]
};

// Guards the sets and what is in them, while files are asked for their events too.
static struct mutex epoll_lock;
static struct spinlock ready_lock = SPINLOCK_INIT("epoll ready lists", RANK_EPOLL_READY);
static uint32_t item_count; // [e]

static const struct file_ops epoll_ops;

void epoll_init(void)
{
	mutex_init(&epoll_lock, "sets of files", RANK_EPOLL);
}

bool file_is_epoll(const struct file *file)
{
	return file->ops == &epoll_ops;
}

// The watch of an item was woken. Called with the locks of the wait queues held.
static void item_fired(struct watch *watch)
{
	struct epoll_item *item = container_of(watch, struct epoll_item, watch);

	spin_lock(&ready_lock);
	if (list_empty(&item->ready_link))
		list_add_tail(&item->epoll->ready, &item->ready_link);
	spin_unlock(&ready_lock);
	watch_wake(&item->epoll->wait);
}

// Returns the item at the head of `list`, taken off it, or NULL.
static struct epoll_item *take_first(struct list *list)
{
	struct epoll_item *item = NULL;

	spin_lock(&ready_lock);
	if (!list_empty(list)) {
		item = list_first(list, struct epoll_item, ready_link);
		list_remove(&item->ready_link);
	}
	spin_unlock(&ready_lock);
	return item;
}

// Put an item at the end of its set's ready list, unless it is there.
static void put_last(struct epoll_item *item)
{
	spin_lock(&ready_lock);
	if (list_empty(&item->ready_link))
		list_add_tail(&item->epoll->ready, &item->ready_link);
	spin_unlock(&ready_lock);
}

static unsigned int set_events(struct epoll *epoll);

// Put the item's watch on the queue of its file, and return which of its events hold now. Caller:
// holds epoll_lock.
static unsigned int item_events(struct epoll_item *item)
{
	struct poll_table table = { .watch = &item->watch };
	uint32_t wanted = item->event.events | ALWAYS;

	assert_mutex_held(&epoll_lock);
	if (!(item->event.events & ~(uint32_t)FLAGS))
		return 0; // EPOLLONESHOT has been used up
	if (!file_is_epoll(item->file))
		return item->file->ops->poll(item->file, &table) & wanted;
	poll_wait(&table, &((struct epoll *)item->file->private)->wait);
	return set_events(item->file->private) & wanted;
}

// Returns POLLIN if a file of the set is ready. Items that turn out not to be are taken off the list.
// Caller: holds epoll_lock.
static unsigned int set_events(struct epoll *epoll)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	while ((item = take_first(&epoll->ready))) {
		if (!item_events(item))
			continue;
		spin_lock(&ready_lock);
		if (list_empty(&item->ready_link))
			list_add(&epoll->ready, &item->ready_link);
		spin_unlock(&ready_lock);
		return POLLIN | POLLRDNORM;
	}
	return 0;
}

// Store up to `max` ready files. Each item that is on the list now is looked at once at most: those
// that stay ready wait at its end for the next call. Returns how many. Caller: holds epoll_lock.
static int collect(struct epoll *epoll, struct epoll_event *events, int max)
{
	struct epoll_item *item, *last = NULL;
	int count = 0;

	assert_mutex_held(&epoll_lock);
	spin_lock(&ready_lock);
	if (!list_empty(&epoll->ready))
		last = list_entry(epoll->ready.prev, struct epoll_item, ready_link);
	spin_unlock(&ready_lock);
	while (count < max && last && (item = take_first(&epoll->ready))) {
		unsigned int found = item_events(item);
		bool was_last = item == last;

		if (found) {
			events[count++] = (struct epoll_event){ found, item->event.data };
			if (item->event.events & EPOLLONESHOT)
				item->event.events &= FLAGS;
			else if (!(item->event.events & EPOLLET))
				put_last(item);
		}
		if (was_last)
			break;
	}
	return count;
}

// The watch is not needed to wake this thread: it sleeps on the set's own queue. That is entered
// before the list is looked at, as a poll does.
int epoll_collect(struct file *set, struct epoll_event *events, int max, uint64_t deadline)
{
	struct epoll *epoll = set->private;
	struct waiter waiter;
	int count, error = 0;

	assert_no_lock();
	for (;;) {
		if (deadline)
			waiter_add(&epoll->wait, &waiter);
		mutex_lock(&epoll_lock);
		count = collect(epoll, events, max);
		mutex_unlock(&epoll_lock);
		if (!count && deadline && !error && !thread_signal_pending())
			error = waiter_block(WAIT_INTERRUPTIBLE, deadline);
		if (deadline)
			waiter_remove(&waiter);
		if (count || !deadline)
			return count;
		if (thread_signal_pending())
			return -EINTR;
		if (error == -ETIMEDOUT)
			deadline = 0; // look once more
		error = 0;
	}
}

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
	watch_remove(&item->watch);
	spin_lock(&ready_lock);
	list_remove(&item->ready_link);
	spin_unlock(&ready_lock);
	avl_remove(&item->epoll->items, &item->node);
	list_remove(&item->file_link);
	list_remove(&item->set_link);
	item_count--;
	kfree(item);
}

// Returns how many sets are nested below `epoll`, itself included; more than NESTED_MAX + 1 if
// `wanted` is among them. Caller: holds epoll_lock.
static int depth_below(const struct epoll *epoll, const struct epoll *wanted, int level)
{
	struct epoll_item *item;
	int deepest = 1;

	assert_mutex_held(&epoll_lock);
	if (epoll == wanted || level > NESTED_MAX)
		return NESTED_MAX + 2;
	list_for_each(item, &epoll->sets, set_link) {
		int depth = 1 + depth_below(item->file->private, wanted, level + 1);

		deepest = MAX(deepest, depth);
		if (deepest > NESTED_MAX + 1)
			break;
	}
	return deepest;
}

// Returns how many sets are nested above `epoll`, itself included. Caller: holds epoll_lock.
static int depth_above(const struct epoll *epoll, int level)
{
	struct epoll_item *item;
	int deepest = 1;

	assert_mutex_held(&epoll_lock);
	if (level > NESTED_MAX)
		return 1;
	list_for_each(item, &epoll->file->watchers, file_link) {
		int depth = 1 + depth_above(item->epoll, level + 1);

		deepest = MAX(deepest, depth);
		if (deepest > NESTED_MAX)
			break;
	}
	return deepest;
}

// Add a file to a set. Caller: holds epoll_lock.
static int add(struct epoll *epoll, struct file *file, int fd, const struct epoll_event *event)
{
	bool is_set = file_is_epoll(file);
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	if (is_set && depth_below(file->private, epoll, 0) + depth_above(epoll, 0) > NESTED_MAX + 1)
		return -ELOOP;
	if (item_count >= ITEMS_MAX)
		return -ENOSPC;
	item = kmalloc_lasting(sizeof(*item));
	if (!item)
		return -ENOMEM;
	item_count++;
	*item = (struct epoll_item){ .epoll = epoll, .file = file, .fd = fd, .event = *event };
	watch_init(&item->watch, item_fired);
	list_init(&item->ready_link);
	list_init(&item->set_link);
	avl_node_init(&item->node);
	avl_insert(&epoll->items, &item->node, item_before);
	list_add_tail(&file->watchers, &item->file_link);
	if (is_set)
		list_add_tail(&epoll->sets, &item->set_link);
	if (item_events(item)) {
		put_last(item);
		waitq_wake_all(&epoll->wait);
	}
	return 0;
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
	if (item_events(item)) {
		put_last(item);
		waitq_wake_all(&item->epoll->wait);
	}
	return 0;
}

int epoll_control(struct file *set, int op, struct file *file, int fd,
                  const struct epoll_event *event)
{
	struct epoll *epoll = set->private;
	struct epoll_item *item;
	int error;

	assert_no_lock();
	if (!file->ops->poll)
		return -EPERM;
	if (file == set || !file_is_epoll(set))
		return -EINVAL;
	error = op == EPOLL_CTL_DEL ? 0 : check_exclusive(op, file, event->events);
	if (error)
		return error;
	mutex_lock(&epoll_lock);
	item = find_item(epoll, file, fd);
	if (op == EPOLL_CTL_ADD) {
		error = item ? -EEXIST : add(epoll, file, fd, event);
	} else if (op != EPOLL_CTL_DEL && op != EPOLL_CTL_MOD) {
		error = -EINVAL;
	} else if (!item) {
		error = -ENOENT;
	} else if (op == EPOLL_CTL_MOD) {
		error = modify(item, event);
	} else {
		free_item(item);
	}
	mutex_unlock(&epoll_lock);
	return error;
}

void epoll_file_closed(struct file *file)
{
	struct epoll_item *item, *after;

	assert_no_lock();
	mutex_lock(&epoll_lock);
	list_for_each_safe(item, after, &file->watchers, file_link)
		free_item(item);
	mutex_unlock(&epoll_lock);
}

static unsigned int epoll_poll(struct file *file, struct poll_table *table)
{
	struct epoll *epoll = file->private;
	unsigned int events;

	poll_wait(table, &epoll->wait);
	mutex_lock(&epoll_lock);
	events = set_events(epoll);
	mutex_unlock(&epoll_lock);
	return events;
}

// There may be many items, so they are freed in groups.
static void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private;

	while (!avl_empty(&epoll->items)) {
		mutex_lock(&epoll_lock);
		for (int i = 0; i < FREE_EACH && !avl_empty(&epoll->items); i++)
			free_item(container_of(avl_first(&epoll->items), struct epoll_item, node));
		mutex_unlock(&epoll_lock);
		(void)yield_after(FREE_EACH * ITEM_COST);
	}
	kfree(epoll);
}

static const struct file_ops epoll_ops = {
	.lseek = anonymous_file_lseek,
	.poll = epoll_poll,
	.release = epoll_release,
};

int epoll_create(struct file **store)
{
	struct epoll *epoll = kmalloc(sizeof(*epoll));
	int error;

	if (!epoll)
		return -ENOMEM;
	list_init(&epoll->ready);
	list_init(&epoll->sets);
	epoll->items = (struct avl_tree){ NULL };
	waitq_init(&epoll->wait);
	error = anonymous_file_create(O_RDWR, &epoll_ops, epoll, store);
	if (error)
		kfree(epoll);
	else
		epoll->file = *store;
	return error;
}
