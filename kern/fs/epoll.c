// epoll.c: sets of files that a program waits for.
//
// Each file of a set has an item. The item's watch stands on the file's wait queue; when the queue is
// woken, the watch leaves it, and the item goes to the set's list of ready items. A wait takes the
// items off that list and asks each file for its events, which puts the watch back first. So an item
// is on the queue of its file, or on the ready list, or on both, and no wakeup is lost. A file that
// stays ready goes to the end of the list again, unless EPOLLET asks for changes alone. So a wakeup for
// events that the item does not want (waitq_wake_polls) must leave the watch where it is: a program that
// reads from a file would else hear of its own reads.
#include "fs/anonymous_file.h"
#include "fs/epoll_internal.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

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
	if (list_empty(&item->ready_link)) {
		item->queued_at = ++item->epoll->queued;
		list_add_tail(&item->epoll->ready, &item->ready_link);
	}
	spin_unlock(&ready_lock);
}

// The watch of an item was woken. Called with the locks of the wait queues held.
static void item_fired(struct watch *watch)
{
	struct epoll_item *item = container_of(watch, struct epoll_item, watch);

	put_last(item);
	watch_wake(&item->epoll->wait);
}

// Returns how often items of the set have become ready.
static uint64_t last_queued(struct epoll *epoll)
{
	uint64_t queued;

	spin_lock(&ready_lock);
	queued = epoll->queued;
	spin_unlock(&ready_lock);
	return queued;
}

// Returns the item at the head of the set's ready list, taken off it; NULL if there is none, or if it was
// put there after `until`, a result of last_queued.
static struct epoll_item *take_first_until(struct epoll *epoll, uint64_t until)
{
	struct epoll_item *item = NULL;

	spin_lock(&ready_lock);
	if (!list_empty(&epoll->ready)) {
		item = list_first(&epoll->ready, struct epoll_item, ready_link);
		if (item->queued_at <= until)
			list_remove(&item->ready_link);
		else
			item = NULL;
	}
	spin_unlock(&ready_lock);
	return item;
}

// Put an item, which take_first_until has returned, at the head of its set's ready list again, unless it
// is on the list.
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
	while (*left > 0 && (item = take_first_until(epoll, UINT64_MAX))) {
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

// A wait's place for events in the program's memory.
struct collection {
	struct epoll_event __user *events;
	int max;        // how many fit
	int count;      // how many are stored
	bool absent;    // the place for the next one is not present
	uint64_t until; // items that became ready later are left to the next wait
};

// Store the event of an item, which is ready. An item with EPOLLONESHOT is used up then; one without
// EPOLLET waits at the end of the list for the next call. If the place is not present, the item stays the
// first of the list. Caller: holds epoll_lock.
static void store(struct collection *to, struct epoll_item *item, unsigned int found)
{
	struct epoll_event event = { found, item->event.data };

	assert_mutex_held(&epoll_lock);
	to->absent = copyout_nofault(to->events + to->count, &event, sizeof(event)) < sizeof(event);
	if (to->absent) {
		put_first(item);
		return;
	}
	to->count++;
	if (item->event.events & EPOLLONESHOT)
		item->watch.wanted = item->event.events &= EPOLL_FLAGS;
	else if (!(item->event.events & EPOLLET))
		put_last(item);
}

// Store the ready files among the items that were on the list when to->until was set: each is looked at
// once at most. `left`: as for set_events. Returns true if the next call may find more. Caller: holds
// epoll_lock.
static bool collect(struct epoll *epoll, struct collection *to, int *left)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	while (*left > 0 && to->count < to->max && !to->absent) {
		unsigned int found;

		item = take_first_until(epoll, to->until);
		if (!item)
			return false;
		--*left;
		found = item_events(item, left);
		if (*left <= 0 && !found)
			put_first(item);
		else if (found)
			store(to, item, found);
	}
	return to->count < to->max;
}

void epoll_item_init(struct epoll_item *item)
{
	watch_init(&item->watch, item_fired);
	item->watch.wanted = item->event.events;
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

// Make the place for an event present, after collect has found that it is not. An event may lie in two
// pages. This may sleep. Returns 0 or -EFAULT.
// Caller: waits on no queue, since a wakeup of that queue would end the sleep.
static int fault_in(const struct epoll_event __user *event)
{
	const char __user *at = (const char __user *)event;
	int error = user_fault_in(aspace_current(), at, true);

	return error ? error :
	               user_fault_in(aspace_current(), at + sizeof(struct epoll_event) - 1, true);
}

// Do collect in groups of LOOK_MAX items, until to->max events are stored, all items have been looked at,
// a place is absent, or this thread must die. Items that became ready since the first group are looked at
// only if nothing was found before. Caller: holds no lock.
static void collect_all(struct epoll *epoll, struct collection *to)
{
	bool again;
	int left;

	assert_no_lock();
	to->absent = false;
	do {
		left = LOOK_MAX;
		mutex_lock(&epoll_lock);
		if (!to->count)
			to->until = last_queued(epoll);
		again = collect(epoll, to, &left);
		mutex_unlock(&epoll_lock);
	} while (!yield_after((uint32_t)(LOOK_MAX - left) * LOOK_COST) && again && !to->absent);
}

// The watch is not needed to wake this thread: it sleeps on the set's own queue. That is entered
// before the list is looked at, as a poll does.
int epoll_collect(struct file *set, struct epoll_event __user *events, int max, uint64_t deadline)
{
	struct collection to = { .events = events, .max = max };
	struct epoll *epoll = set->private;
	struct waiter waiter;
	int error = 0;

	assert_no_lock();
	for (;;) {
		if (deadline)
			waiter_add(&epoll->wait, &waiter);
		collect_all(epoll, &to);
		if (!to.count && !to.absent && deadline && !error && !thread_signal_pending())
			error = waiter_block(WAIT_INTERRUPTIBLE, deadline);
		if (deadline)
			waiter_remove(&waiter);
		if (to.absent && !fault_in(events + to.count))
			continue;
		if (to.absent && !to.count)
			return -EFAULT;
		if (to.count || !deadline)
			return to.count;
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

// The set and its items. Items that are sets are not counted: there are few.
static size_t epoll_held_bytes(const struct file *file)
{
	const struct epoll *epoll = file->private;

	return sizeof(*epoll) + epoll->files * sizeof(struct epoll_item);
}

static void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private;

	epoll_free_items(epoll);
	kfree(epoll);
}

static const struct file_ops epoll_ops = {
	.describe = epoll_describe,
	.kind = "[eventpoll]",
	.lseek = anonymous_file_lseek,
	.poll = epoll_poll,
	.held_bytes = epoll_held_bytes,
	.release = epoll_release,
};

int epoll_create(struct file **store)
{
	struct epoll *epoll = kmalloc(sizeof(*epoll));
	int error;

	assert_only_spinlock(NULL);
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
