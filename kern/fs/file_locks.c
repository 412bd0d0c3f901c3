// file_locks.c: advisory locks on files: requests, waiting, and the ends of locks.
#include "fs/file_locks.h"

#include "fs/fdtable.h"
#include "fs/file_locks_internal.h"
#include "fs/inode.h"
#include "mem/heap.h"
#include "thread/yield.h"

#define LOCK_COST 30      // about how many instructions a lock in the list takes
#define DEADLOCK_STEPS 10 // owners that wait for each other in turn; Linux looks as far

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

static bool ends_all(const struct lock_range *range)
{
	return range->type == F_UNLCK && range->start == 0 && range->end == INT64_MAX;
}

struct lock_list *file_lock_list(struct inode *inode)
{
	struct lock_list *list = inode->locks;

	assert_only_spinlock(NULL);
	if (list)
		return list;
	list = kmalloc(sizeof(*list));
	if (!list)
		return NULL;
	list_init(&list->locks);
	list->count = list->leases = 0;
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
		if (list_empty(&owner->lock_waits))
			return false;
		lock = list_first(&owner->lock_waits, struct lock_wait, of_table)->blocks;
	}
	return false;
}

// Wait until `lock` ends or gets smaller. `table` is the waiting owner; NULL for kinds of locks that
// look for no deadlock. Returns 0, -EDEADLK, -ERESTARTSYS, or -ENOLCK if too many wait.
// Caller: holds file_locks, which is held again afterwards.
static int wait_for(struct lock_list *list, struct file_lock *lock, struct fdtable *table,
                    const struct lock_range *wanted)
{
	struct lock_wait wait = { .blocks = lock, .wanted = wanted };
	int error;

	assert_spin_held(&file_locks);
	if (table && is_deadlock(table, lock))
		return -EDEADLK;
	if (list->count >= FILE_LOCKS_MAX)
		return -ENOLCK;
	list->count++;
	waitq_init(&wait.woken);
	list_add_tail(&lock->waits, &wait.link);
	list_init(&wait.of_table);
	if (table)
		list_add(&table->lock_waits, &wait.of_table);
	error = waitq_sleep(&wait.woken, &file_locks, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	list->count--;
	if (wait.blocks)
		list_remove(&wait.link);
	list_remove(&wait.of_table);
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
		file_lock_drop(list, lock);
		break;
	}
	return false;
}

// The part of file_lock_set that needs the lock.
static int set(const struct file *file, void *owner, const struct lock_range *wanted,
               struct fdtable *table, bool sleeps, struct file_lock *spares[2])
{
	struct lock_list *list = file->inode->locks;
	struct file_lock *blocking;
	int error = 0;

	assert_spin_held(&file_locks);
	if (wanted->kind == LOCK_WHOLE && end_other_type(list, owner, wanted))
		return 0;
	while (wanted->type != F_UNLCK && (blocking = file_lock_blocking(list, owner, wanted))) {
		error = sleeps ? wait_for(list, blocking, table, wanted) : -EAGAIN;
		if (error)
			return error;
	}
	if (list->count + 2 > FILE_LOCKS_MAX && !ends_all(wanted))
		return -ENOLCK;
	file_lock_apply(file, owner, wanted, spares);
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
	list = file_lock_list(file->inode);
	spares[0] = kmalloc(sizeof(*spares[0]));
	spares[1] = kmalloc(sizeof(*spares[1]));
	if (!list || !spares[0] || !spares[1]) {
		error = -ENOLCK;
		count = 0;
	} else {
		spin_lock(&file_locks);
		count = list->count;
		error = set(file, owner_of(file, table, wanted->kind), wanted,
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
		lock = file_lock_blocking(list, owner_of(file, table, range->kind), range);
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
			file_lock_drop(list, lock);
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
