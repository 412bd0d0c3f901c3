// epoll_internal.h: shared by the files of epoll: epoll.c (which files are ready, and waiting for
// them) and epoll_items.c (which files are in a set).
#pragma once

#include "fs/epoll.h"
#include "mem/avl.h"

#define EPOLL_ALWAYS (POLLERR | POLLHUP) // events that every item asks for
#define EPOLL_FLAGS \
	(EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP) // bits that are no events

// The most sets between a file and the last set above it, but the first one, as on Linux.
#define NESTED_MAX 4

// Guards the sets and what is in them, while files are asked for their events too.
extern struct mutex epoll_lock;

// [e] epoll_lock   [r] ready_lock   [c] constant
struct epoll {
	struct list ready;     // [r] struct epoll_item by ready_link, those that were woken first
	uint64_t queued;       // [r] how often items were put at the end of `ready`
	struct avl_tree items; // [e] struct epoll_item by node
	struct list sets;      // [e] the items that are sets themselves, by set_link
	uint32_t files;        // [e] how many items are no sets; epoll_held_bytes reads it without
	struct file *file;     // [c] this set
	struct waitq wait;     // waits for it, polls of it, sets that contain it

	// Results of the last walks that came by (kern/fs/epoll_nesting.c).
	uint64_t below_walk, above_walk; // [e] the numbers of these walks
	uint32_t depth;                  // [e] how many sets lie below it, one in another
	uint16_t paths[NESTED_MAX + 1];  // [e] paths upward by the number of sets above this one
};

struct epoll_item {
	struct watch watch;
	struct list ready_link;   // [r] on the ready list
	uint64_t queued_at;       // [r] epoll->queued when it was put there: rises along the list
	struct avl_node node;     // [e] in epoll->items, by file and descriptor
	struct list file_link;    // [e] in file->watchers
	struct list set_link;     // [e] in epoll->sets
	struct epoll *epoll;      // [c]
	struct file *file;        // [c] borrowed: the item goes before the file does
	int fd;                   // [c]
	struct epoll_event event; // [e]
};

// Prepare the watch and the ready link of a new item, whose `event` and `epoll` are set already.
// The item is on no queue and not ready then, and not yet in its set.
void epoll_item_init(struct epoll_item *item);

// Put the new item's watch on the queue of its file, without a look at what is ready
// (epoll_item_report). Sleeps for locks that the file's poll operation takes. Returns false, with
// the watch on no queue, if the queue has WATCHES_MAX watches. Caller: holds epoll_lock.
bool epoll_item_begin(struct epoll_item *item);

// Ask the item's file for its events. If one holds that the item wants, put the item on its set's
// ready list, and wake those that wait for the set. For a set in the set that would take too long
// to ask (500 items), do so in any case. Does nothing if EPOLLONESHOT is used up. Sleeps for locks
// that the file's poll operation takes. Caller: holds epoll_lock.
void epoll_item_report(struct epoll_item *item);

// Take the item off the queue of its file and off the ready list. It stays in its set, and is not
// freed. Caller: holds epoll_lock.
void epoll_item_end(struct epoll_item *item);

// Returns true if the set `inner` may be an item of `epoll`; false if sets would then contain each
// other (also if both are one set), or be nested deeper than NESTED_MAX. Changes only the results
// of the walk, which the sets keep. Caller: holds epoll_lock.
bool epoll_may_contain(struct epoll *epoll, struct epoll *inner);

// Returns true if the new item, which is linked already, gives a file more paths up through sets in
// sets than Linux allows (paths_max in epoll_nesting.c). Caller: holds epoll_lock.
bool epoll_too_many_paths(const struct epoll_item *item);

// file_ops.describe of a set: write a line for each item, until the writer wants no more or the
// thread must die. Items that are added or removed meanwhile may be missing. Sleeps and yields.
// Caller: holds no lock.
void epoll_describe(struct file *file, struct text_writer *writer);

// Free all items of a set that is being closed, but not the set. Sleeps and yields; completes the
// work also if the thread is killed. Caller: holds no lock; nobody else uses the set.
void epoll_free_items(struct epoll *epoll);
