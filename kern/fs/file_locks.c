// file_locks.c: advisory locks on files. Each file has one list. A request first looks whether a lock
// of another owner is in its way, then cuts what the owner has locked in the range so far, and
// inserts the range with its new type.
#include "fs/file_locks.h"

#include "fs/fdtable.h"
#include "fs/inode.h"
#include "mem/heap.h"
#include "thread/yield.h"

#define LOCK_COST 30      // about how many instructions a lock in the list takes
#define DEADLOCK_STEPS 10 // owners that wait for each other in turn; Linux looks as far

// One locked range.
struct file_lock {
	struct list link;
	struct list waits; // [file_locks] struct lock_wait by link: who waits for its end
	void *owner;       // a struct fdtable or a struct file
	struct lock_range range;
};

// A thread that waits for a lock to end, on its stack.
struct lock_wait {
	struct list link;               // in the waits of the lock that is in the way
	struct lock_wait *next;         // the next wait of the same table
	const struct file_lock *blocks; // the lock that is in the way; NULL once it has changed
	struct waitq woken;
};

// Guards the locks of all files, and who waits for them. Nothing else is locked under it but the
// queues of waiters.
static struct spinlock file_locks = SPINLOCK_INIT("file locks", RANK_FILE_LOCKS);

size_t file_locks_bytes(uint32_t count)
{
	return count * sizeof(struct file_lock);
}

void file_locks_free(struct lock_list *list)
{
	if (!list)
		return;
	assert(list_empty(&list->locks));
	kfree(list);
}

static void *owner_of(struct file *file, struct fdtable *table, enum lock_kind kind)
{
	return kind == LOCK_OF_PROCESS ? (void *)table : file;
}

// The count of locks of the owner of a lock. Descriptors are closed without a look at the file's
// locks while it is 0.
static uint32_t *count_of(void *owner, enum lock_kind kind)
{
	if (kind == LOCK_OF_PROCESS)
		return &((struct fdtable *)owner)->locks;
	return &((struct file *)owner)->locks;
}

static bool is_whole(const struct lock_range *range)
{
	return range->kind == LOCK_WHOLE;
}

static bool ends_all(const struct lock_range *range)
{
	return range->type == F_UNLCK && range->start == 0 && range->end == INT64_MAX;
}

static bool overlap(const struct lock_range *a, const struct lock_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool is_owners(const struct file_lock *lock, const void *owner, enum lock_kind kind)
{
	return lock->owner == owner && lock->range.kind == kind;
}

// Returns the first lock of another owner that excludes the range, or NULL. Caller: holds file_locks.
static struct file_lock *find_blocking(struct lock_list *list, const void *owner,
                                       const struct lock_range *range)
{
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link)
		if (overlap(&lock->range, range) && is_whole(&lock->range) == is_whole(range) &&
		    !is_owners(lock, owner, range->kind) &&
		    (lock->range.type == F_WRLCK || range->type == F_WRLCK))
			return lock;
	return NULL;
}

// Wake those that wait for `lock`, which ends or gets smaller: they look again. Caller: holds
// file_locks.
static void unblock(struct file_lock *lock)
{
	struct lock_wait *wait, *next;

	assert_spin_held(&file_locks);
	list_for_each_safe(wait, next, &lock->waits, link) {
		list_remove(&wait->link);
		wait->blocks = NULL;
		waitq_wake_all(&wait->woken);
	}
}

// Take a lock off the list, and free it. Caller: holds file_locks.
static void drop(struct lock_list *list, struct file_lock *lock)
{
	assert_spin_held(&file_locks);
	unblock(lock);
	list_remove(&lock->link);
	list->count--;
	--*count_of(lock->owner, lock->range.kind);
	kfree(lock);
}

// Put a lock, for which nobody waits, into the list before `next`. Caller: holds file_locks.
static void put_before(struct lock_list *list, struct file_lock *lock, struct list *next)
{
	assert_spin_held(&file_locks);
	list_init(&lock->waits);
	list_add_tail(next, &lock->link);
	list->count++;
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
			unblock(lock);
			put_before(list, *spare, lock->link.next);
			place = &(*spare)->link;
			*spare = NULL;
			return place;
		}
		place = &next->link;
		unblock(lock);
		if (old->start < range->start) {
			old->end = range->start - 1;
		} else if (old->end > range->end) {
			old->start = range->end + 1;
			return &lock->link;
		} else {
			drop(list, lock);
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
	drop(list, next);
}

// Give the range its new type. `spares` are two locks without a place, of which those that are not
// needed stay. Caller: holds file_locks.
static void apply(struct lock_list *list, void *owner, const struct lock_range *range,
                  struct file_lock *spares[2])
{
	struct list *place = cut(list, owner, range, &spares[0]);

	assert_spin_held(&file_locks);
	if (range->type != F_UNLCK) {
		struct file_lock *lock = spares[1];

		spares[1] = NULL;
		lock->owner = owner;
		lock->range = *range;
		put_before(list, lock, place);
		merge_next(list, &lock->link);
		merge_next(list, lock->link.prev);
	}
}

// Returns the inode's list of locks, made if it has none yet; NULL if memory is out.
static struct lock_list *list_of(struct inode *inode)
{
	struct lock_list *list = inode->locks;

	if (list)
		return list;
	list = kmalloc(sizeof(*list));
	if (!list)
		return NULL;
	list_init(&list->locks);
	list->count = 0;
	spin_lock(&file_locks);
	if (inode->locks)
		kfree(list);
	else
		inode->locks = list;
	spin_unlock(&file_locks);
	return inode->locks;
}

// Returns true if the owner of `lock` waits for `table`, directly or through others. Only the newest
// wait of a table with several threads counts, as on Linux. Caller: holds file_locks.
static bool is_deadlock(const struct fdtable *table, const struct file_lock *lock)
{
	assert_spin_held(&file_locks);
	for (int i = 0; i < DEADLOCK_STEPS && lock; i++) {
		const struct fdtable *owner = lock->owner;

		if (lock->range.kind != LOCK_OF_PROCESS)
			return false;
		if (owner == table)
			return true;
		lock = owner->lock_waits ? owner->lock_waits->blocks : NULL;
	}
	return false;
}

// Wait until `lock` ends or gets smaller. `table` is the waiting owner; NULL for kinds of locks that
// look for no deadlock. Returns 0, -EDEADLK or -ERESTARTSYS. Caller: holds file_locks, which is held
// again afterwards.
static int wait_for(struct file_lock *lock, struct fdtable *table)
{
	struct lock_wait wait = { .blocks = lock };
	int error;

	assert_spin_held(&file_locks);
	if (table && is_deadlock(table, lock))
		return -EDEADLK;
	waitq_init(&wait.woken);
	list_add_tail(&lock->waits, &wait.link);
	if (table) {
		wait.next = table->lock_waits;
		table->lock_waits = &wait;
	}
	error = waitq_sleep(&wait.woken, &file_locks, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	if (wait.blocks)
		list_remove(&wait.link);
	if (table) {
		struct lock_wait **at = &table->lock_waits;

		while (*at != &wait)
			at = &(*at)->next;
		*at = wait.next;
	}
	return error ? -ERESTARTSYS : 0;
}

// flock(2) is no atomic change: the lock of another type that the file has ends first, even if the
// new one is refused. Returns true if the file has a lock of the wanted type already, so that nothing
// is left to do. Caller: holds file_locks.
static bool end_other_type(struct lock_list *list, const void *file, const struct lock_range *wanted)
{
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link) {
		if (!is_owners(lock, file, LOCK_WHOLE))
			continue;
		if (lock->range.type == wanted->type)
			return true;
		drop(list, lock);
		break;
	}
	return false;
}

// The part of file_lock_set that needs the lock.
static int set(struct lock_list *list, void *owner, const struct lock_range *wanted,
               struct fdtable *table, bool sleeps, struct file_lock *spares[2])
{
	struct file_lock *blocking;
	int error = 0;

	assert_spin_held(&file_locks);
	if (is_whole(wanted) && end_other_type(list, owner, wanted))
		return 0;
	while (wanted->type != F_UNLCK && (blocking = find_blocking(list, owner, wanted))) {
		error = sleeps ? wait_for(blocking, table) : -EAGAIN;
		if (error)
			return error;
	}
	if (list->count + 2 > FILE_LOCKS_MAX && !ends_all(wanted))
		return -ENOLCK;
	apply(list, owner, wanted, spares);
	return 0;
}

int file_lock_set(struct file *file, struct fdtable *table, const struct lock_range *wanted,
                  bool sleeps)
{
	struct lock_list *list;
	struct file_lock *spares[2];
	uint32_t count;
	int error;

	assert_no_lock();
	if (wanted->type == F_UNLCK && !file->inode->locks)
		return 0;
	list = list_of(file->inode);
	spares[0] = kmalloc(sizeof(*spares[0]));
	spares[1] = kmalloc(sizeof(*spares[1]));
	if (!list || !spares[0] || !spares[1]) {
		error = -ENOLCK;
		count = 0;
	} else {
		spin_lock(&file_locks);
		count = list->count;
		error = set(list, owner_of(file, table, wanted->kind), wanted,
		            wanted->kind == LOCK_OF_PROCESS ? table : NULL, sleeps, spares);
		spin_unlock(&file_locks);
	}
	kfree(spares[0]);
	kfree(spares[1]);
	(void)yield_after(LOCK_COST * count);
	return error;
}

void file_lock_find(struct file *file, struct fdtable *table, struct lock_range *range)
{
	struct lock_list *list = file->inode->locks;
	struct file_lock *lock = NULL;
	uint32_t count = 0;

	assert_no_lock();
	spin_lock(&file_locks);
	if (list) {
		count = list->count;
		lock = find_blocking(list, owner_of(file, table, range->kind), range);
	}
	if (lock) {
		*range = lock->range;
		if (range->kind == LOCK_OF_FILE)
			range->pid = -1;
	} else {
		range->type = F_UNLCK;
	}
	spin_unlock(&file_locks);
	(void)yield_after(LOCK_COST * count);
}

// End all locks of an owner on a file; `is_table` says what it is. Caller: holds no lock.
static void end_all(struct lock_list *list, const void *owner, bool is_table)
{
	struct file_lock *lock, *next;
	uint32_t count;

	assert_no_lock();
	if (!list)
		return;
	spin_lock(&file_locks);
	count = list->count;
	list_for_each_safe(lock, next, &list->locks, link)
		if (lock->owner == owner && (lock->range.kind == LOCK_OF_PROCESS) == is_table)
			drop(list, lock);
	spin_unlock(&file_locks);
	(void)yield_after(LOCK_COST * count);
}

void file_locks_of_table_end(struct fdtable *table, struct inode *inode)
{
	assert_no_lock();
	end_all(inode->locks, table, true);
}

void file_locks_of_file_end(struct file *file)
{
	assert_no_lock();
	end_all(file->inode->locks, file, false);
}
