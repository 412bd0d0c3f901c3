// file_lock_ranges.c: the list of locks of one file: what is in the way of a range, and what becomes of
// the list when a range gets a new type. The owner's locks in the range are cut first; then the range
// is inserted, and merged with its neighbours.
#include "fs/fdtable.h"
#include "fs/file_locks_internal.h"
#include "fs/inode.h"
#include "mem/heap.h"

struct spinlock file_locks = SPINLOCK_INIT("file locks", RANK_FILE_LOCKS);
struct list all_file_locks = LIST_INIT(all_file_locks);

// The count of locks of the owner of a lock. Descriptors are closed without a look at the file's
// locks while it is 0.
static uint32_t *count_of(void *owner, enum lock_kind kind)
{
	if (kind == LOCK_OF_PROCESS)
		return &((struct fdtable *)owner)->locks;
	return &((struct file *)owner)->locks;
}

// Returns true if locks of these kinds may exclude each other.
static bool kinds_meet(enum lock_kind a, enum lock_kind b)
{
	return a == b || (a <= LOCK_OF_FILE && b <= LOCK_OF_FILE);
}

static bool overlap(const struct lock_range *a, const struct lock_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

// The rule of readers and writers. A question for F_UNLCK means the owner's own locks (F_OFD_GETLK,
// fcntl_locking(2)).
static bool excludes(const struct file_lock *lock, const void *owner, const struct lock_range *range)
{
	if (range->type == F_UNLCK)
		return is_owners(lock, owner, range->kind);
	return !is_owners(lock, owner, range->kind) &&
	       (lock->range.type == F_WRLCK || range->type == F_WRLCK);
}

struct file_lock *file_lock_blocking(struct lock_list *list, const void *owner,
                                     const struct lock_range *range)
{
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link)
		if (overlap(&lock->range, range) && kinds_meet(lock->range.kind, range->kind) &&
		    excludes(lock, owner, range))
			return lock;
	return NULL;
}

void file_lock_unblock(struct file_lock *lock)
{
	struct lock_wait *wait, *next;

	assert_spin_held(&file_locks);
	list_for_each_safe(wait, next, &lock->waits, link) {
		list_remove(&wait->link);
		wait->blocks = NULL;
		waitq_wake_all(&wait->woken);
	}
}

void file_lock_drop(struct lock_list *list, struct file_lock *lock)
{
	assert_spin_held(&file_locks);
	file_lock_unblock(lock);
	list_remove(&lock->all);
	list_remove(&lock->link);
	list->count--;
	list->leases -= lock->range.kind == LOCK_LEASE;
	--*count_of(lock->owner, lock->range.kind);
	kfree(lock);
}

void file_lock_put(struct lock_list *list, struct file_lock *lock, struct list *next)
{
	static uint32_t last_serial; // guarded by file_locks

	assert_spin_held(&file_locks);
	list_init(&lock->waits);
	lock->serial = ++last_serial;
	list_add(&all_file_locks, &lock->all);
	list_add_tail(next, &lock->link);
	list->count++;
	list->leases += lock->range.kind == LOCK_LEASE;
	++*count_of(lock->owner, lock->range.kind);
}

// Remove the range from the owner's locks. If it lies in the middle of one, that lock keeps the part
// before it, and *spare becomes the part after it; *spare is then NULL. Returns the place in the list
// for a lock of the owner at range->start. Caller: holds file_locks.
static struct list *cut(struct lock_list *list, const void *owner, const struct lock_range *range,
                        struct file_lock **spare)
{
	struct list *place = NULL;
	struct file_lock *lock, *next;

	assert_spin_held(&file_locks);
	list_for_each_safe(lock, next, &list->locks, link) {
		struct lock_range *old = &lock->range;

		if (!is_owners(lock, owner, range->kind)) {
			if (place)
				break;
			continue;
		}
		if (!overlap(old, range)) {
			if (old->start > range->start)
				return &lock->link;
			place = lock->link.next;
			continue;
		}
		if (old->start < range->start && old->end > range->end) {
			**spare = *lock;
			(*spare)->range.start = range->end + 1;
			old->end = range->start - 1;
			file_lock_unblock(lock);
			file_lock_put(list, *spare, lock->link.next);
			place = &(*spare)->link;
			*spare = NULL;
			return place;
		}
		place = &next->link;
		file_lock_unblock(lock);
		if (old->start < range->start) {
			old->end = range->start - 1;
		} else if (old->end > range->end) {
			old->start = range->end + 1;
			return &lock->link;
		} else {
			file_lock_drop(list, lock);
		}
	}
	return place ? place : &list->locks;
}

// Merge a lock with the next one in the list, if both are one owner's, of one type, and adjacent.
// Caller: holds file_locks.
static void merge_next(struct lock_list *list, struct list *link)
{
	struct lock_wait *wait, *after;
	struct file_lock *lock, *next;

	assert_spin_held(&file_locks);
	if (link == &list->locks || link->next == &list->locks)
		return;
	lock = list_entry(link, struct file_lock, link);
	next = list_entry(link->next, struct file_lock, link);
	if (!is_owners(next, lock->owner, lock->range.kind) ||
	    next->range.type != lock->range.type || lock->range.end == INT64_MAX ||
	    lock->range.end + 1 != next->range.start)
		return;
	lock->range.end = next->range.end;
	list_for_each_safe(wait, after, &next->waits, link) {
		list_remove(&wait->link);
		list_add_tail(&lock->waits, &wait->link);
		wait->blocks = lock;
	}
	file_lock_drop(list, next);
}

void file_lock_apply(const struct file *file, void *owner, const struct lock_range *range,
                     struct file_lock *spares[2])
{
	struct lock_list *list = file->inode->locks;
	struct list *place = cut(list, owner, range, &spares[0]);

	assert_spin_held(&file_locks);
	if (range->type != F_UNLCK) {
		struct file_lock *lock = spares[1];

		spares[1] = NULL;
		lock->owner = owner;
		lock->file = file;
		lock->inode = file->inode;
		lock->range = *range;
		file_lock_put(list, lock, place);
		merge_next(list, &lock->link);
		merge_next(list, lock->link.prev);
	}
}
