// epoll.c: sets of files that a program waits for.
//
// Each file of a set has an item. The item's watch stands on the file's wait queue; when the queue is
// woken, the watch leaves it, and the item goes to the set's list of ready items. A wait takes the
// items off that list and asks each file for its events, which puts the watch back first. So an item
// is on the queue of its file, or on the ready list, or on both, and no wakeup is lost. A file that
// stays ready goes to the end of the list again, unless EPOLLET asks for changes alone.
#include "fs/anonymous_file.h"
#include "fs/epoll_internal.h"
#include "mem/heap.h"
#include "thread/yield.h"

// Items that may be looked at while epoll_lock is held, and about how many instructions each takes.
#define LOOK_MAX 500
#define LOOK_COST 300

struct mutex epoll_lock;
static struct spinlock ready_lock = SPINLOCK_INIT("epoll ready lists", RANK_EPOLL_READY);

static const struct file_ops epoll_ops;

void epoll_init(void)
{
	mutex_init(&epoll_lock, "sets of files", RANK_EPOLL);
}

bool file_is_epoll(const struct file *file)
{
	return file->ops == &epoll_ops;
}

// Put an item at the end of its set's ready list, unless it is there.
static void put_last(struct epoll_item *item)
{
	spin_lock(&ready_lock);
	if (list_empty(&item->ready_link))
		list_add_tail(&item->epoll->ready, &item->ready_link);
	spin_unlock(&ready_lock);
}

// The watch of an item was woken. Called with the locks of the wait queues held.
static void item_fired(struct watch *watch)
{
	struct epoll_item *item = container_of(watch, struct epoll_item, watch);

	put_last(item);
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

// Put an item at the head of its set's ready list, unless it is on the list.
static void put_first(struct epoll_item *item)
{
	spin_lock(&ready_lock);
	if (list_empty(&item->ready_link))
		list_add(&item->epoll->ready, &item->ready_link);
	spin_unlock(&ready_lock);
}

static unsigned int set_events(struct epoll *epoll, int *left);

// Put the item's watch on the queue of its file, and return which events hold now, wanted or not.
// `left`: as for set_events. Caller: holds epoll_lock.
static unsigned int watch_file(struct epoll_item *item, int *left)
{
	struct poll_table table = { .watch = &item->watch };

	assert_mutex_held(&epoll_lock);
	if (!file_is_epoll(item->file))
		return item->file->ops->poll(item->file, &table);
	poll_wait(&table, &((struct epoll *)item->file->private)->wait);
	return set_events(item->file->private, left);
}

// Put the item's watch on the queue of its file, and return which of its events hold now. `left`:
// as for set_events. Caller: holds epoll_lock.
static unsigned int item_events(struct epoll_item *item, int *left)
{
	assert_mutex_held(&epoll_lock);
	if (!(item->event.events & ~(uint32_t)EPOLL_FLAGS))
		return 0; // EPOLLONESHOT has been used up
	return watch_file(item, left) & item->event.events;
}

// Returns POLLIN if a file of the set is ready. Items that turn out not to be are taken off the list.
// Looks at *left items at most, those of sets in the set included, and subtracts them. If none are
// left then, the result may be wrong: the caller releases the lock, yields, and asks again.
// Caller: holds epoll_lock.
static unsigned int set_events(struct epoll *epoll, int *left)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	while (*left > 0 && (item = take_first(&epoll->ready))) {
		unsigned int found;

		--*left;
		found = item_events(item, left);
		if (!found && *left > 0)
			continue;
		put_first(item);
		return found ? POLLIN | POLLRDNORM : 0;
	}
	return 0;
}

// Store up to `max` ready files. Each item that is on the list now is looked at once at most: those
// that stay ready wait at its end for the next call. `left`: as for set_events. Returns how many
// were ready. Caller: holds epoll_lock.
static int collect(struct epoll *epoll, struct epoll_event *events, int max, int *left)
{
	struct epoll_item *item, *last = NULL;
	int count = 0;

	assert_mutex_held(&epoll_lock);
	spin_lock(&ready_lock);
	if (!list_empty(&epoll->ready))
		last = list_entry(epoll->ready.prev, struct epoll_item, ready_link);
	spin_unlock(&ready_lock);
	while (*left > 0 && count < max && last && (item = take_first(&epoll->ready))) {
		bool was_last = item == last;
		unsigned int found;

		--*left;
		found = item_events(item, left);
		if (*left <= 0 && !found) {
			put_first(item);
		} else if (found) {
			events[count++] = (struct epoll_event){ found, item->event.data };
			if (item->event.events & EPOLLONESHOT)
				item->event.events &= EPOLL_FLAGS;
			else if (!(item->event.events & EPOLLET))
				put_last(item);
		}
		if (was_last)
			break;
	}
	return count;
}

void epoll_item_init(struct epoll_item *item)
{
	watch_init(&item->watch, item_fired);
	list_init(&item->ready_link);
}

bool epoll_item_begin(struct epoll_item *item)
{
	int left = LOOK_MAX;

	assert_mutex_held(&epoll_lock);
	(void)watch_file(item, &left);
	return item->watch.home;
}

void epoll_item_report(struct epoll_item *item)
{
	int left = LOOK_MAX;

	assert_mutex_held(&epoll_lock);
	if (!item_events(item, &left) && left > 0)
		return;
	put_last(item);
	waitq_wake_all(&item->epoll->wait);
}

void epoll_item_end(struct epoll_item *item)
{
	assert_mutex_held(&epoll_lock);
	watch_end(&item->watch);
	spin_lock(&ready_lock);
	list_remove(&item->ready_link);
	spin_unlock(&ready_lock);
}

// Do collect in groups of LOOK_MAX items, until one is found ready, or all have been looked at, or
// this thread must die.
// Caller: holds no lock.
static int collect_all(struct epoll *epoll, struct epoll_event *events, int max)
{
	int count, left;

	assert_no_lock();
	do {
		left = LOOK_MAX;
		mutex_lock(&epoll_lock);
		count = collect(epoll, events, max, &left);
		mutex_unlock(&epoll_lock);
	} while (!yield_after((uint32_t)(LOOK_MAX - left) * LOOK_COST) && !count && left <= 0);
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
		count = collect_all(epoll, events, max);
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

// A set is asked like any other file, for a poll. Sets in sets do not come here.
static unsigned int epoll_poll(struct file *file, struct poll_table *table)
{
	struct epoll *epoll = file->private;
	unsigned int events;
	int left;

	poll_wait(table, &epoll->wait);
	do {
		left = LOOK_MAX;
		mutex_lock(&epoll_lock);
		events = set_events(epoll, &left);
		mutex_unlock(&epoll_lock);
	} while (!yield_after((uint32_t)(LOOK_MAX - left) * LOOK_COST) && !events && left <= 0);
	return events;
}

static void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private;

	epoll_free_items(epoll);
	kfree(epoll);
}

static const struct file_ops epoll_ops = {
	.kind = "[eventpoll]",
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
	*epoll = (struct epoll){ .items = { NULL } };
	list_init(&epoll->ready);
	list_init(&epoll->sets);
	waitq_init(&epoll->wait);
	error = anonymous_file_create(O_RDWR, &epoll_ops, epoll, store);
	if (error)
		kfree(epoll);
	else
		epoll->file = *store;
	return error;
}
