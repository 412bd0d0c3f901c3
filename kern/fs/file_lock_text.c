// file_lock_text.c: locks on files as text: /proc/locks, and the lines of /proc/PID/fdinfo. Many lines take long, so
// a walk leaves a place in the list that it has come to, releases the lock, and yields.
#include "fs/fdtable.h"
#include "fs/file_locks_internal.h"
#include "fs/inode.h"
#include "thread/yield.h"
#include <stdio.h>

#define LINE_MAX 128u   // bytes of a line
#define LINE_COST 4000u // instructions, roughly, to write one
#define SKIP_COST 10u   // and to pass over a lock
#define AT_ONCE 50u     // lines that are written without a yield

// Returns the words for the kind of a lock; `lock` NULL: of a range that somebody waits for. Caller: holds
// file_locks.
static const char *kind_of(const struct lock_range *range, const struct file_lock *lock)
{
	static const char *const kinds[] = { "POSIX  ADVISORY ", "OFDLCK ADVISORY ",
		                             "FLOCK  ADVISORY ", "LEASE  ACTIVE   " };

	assert_spin_held(&file_locks);
	if (range->kind == LOCK_LEASE && !lock)
		return "LEASE  BREAKER  ";
	if (range->kind == LOCK_LEASE && (lock->breaking_off || lock->lowering))
		return "LEASE  BREAKING ";
	return kinds[range->kind];
}

// Returns the word for how a range is locked, or a lease has to be soon. `lock`: as for kind_of. Caller: holds
// file_locks.
static const char *type_of(const struct lock_range *range, const struct file_lock *lock)
{
	short type = range->kind == LOCK_LEASE && lock ? lease_wanted_type(lock) : range->type;

	assert_spin_held(&file_locks);
	return type == F_WRLCK ? "WRITE" : type == F_RDLCK ? "READ" : "UNLCK";
}

// Write a line about a range of `inode` that is locked by `lock`, or, if that is NULL, that somebody waits for.
// Returns what the writer returns. Caller: holds file_locks.
static bool write_line(struct text_writer *writer, const char *prefix, uint32_t number,
                       const struct file_lock *lock, const struct lock_range *range,
                       const struct inode *inode)
{
	char text[LINE_MAX], end[24] = "EOF";
	int64_t start = range->kind == LOCK_WHOLE ? 0 : range->start;

	assert_spin_held(&file_locks);
	if (range->end != INT64_MAX)
		snprintf(end, sizeof(end), "%lld", range->end);
	snprintf(text, sizeof(text), "%s%u: %s%s %s %d %02x:%02x:%u %lld %s\n", prefix, number,
	         lock ? "" : "-> ", kind_of(range, lock), type_of(range, lock),
	         range->kind == LOCK_OF_FILE ? -1 : range->pid, major(inode->dev),
	         minor(inode->dev), inode->ino, start, end);
	return writer->write(writer, text);
}

// Write the lines of one file from lock number *first among them on, at most AT_ONCE, and count them in
// *first. Locks of the whole file (flock) come first, leases last. Returns true if there may be more.
static bool describe_some(const struct file *file, const struct fdtable *table,
                          struct text_writer *writer, uint32_t *first)
{
	struct lock_list *list = file->inode->locks;
	uint32_t found = 0, written = 0;
	struct file_lock *lock;
	bool more = true;

	spin_lock(&file_locks);
	for (int whole = 1; whole >= 0; whole--) {
		list_for_each(lock, &list->locks, link) {
			if ((lock->range.kind == LOCK_WHOLE) != whole || lock->file != file ||
			    (lock->owner != table && lock->owner != file))
				continue;
			if (found++ < *first || written == AT_ONCE || !more)
				continue;
			more = write_line(writer, "lock:\t", found, lock, &lock->range, lock->inode);
			written++;
		}
	}
	spin_unlock(&file_locks);
	*first += written;
	return more && written == AT_ONCE;
}

void file_locks_describe(const struct file *file, const struct fdtable *table,
                         struct text_writer *writer)
{
	uint32_t first = 0;

	assert_no_lock();
	if (!file->inode->locks)
		return;
	while (describe_some(file, table, writer, &first) && !yield_after(AT_ONCE * LINE_COST))
		continue;
}

// Count `cost`, and yield if that is due, with file_locks released: all lists but for one's own places in
// them may be others afterwards. Caller: holds file_locks.
static void yield_unlocked(uint32_t cost)
{
	assert_only_spinlock(&file_locks);
	if (!yield_due(cost))
		return;
	spin_unlock(&file_locks);
	thread_yield_point();
	spin_lock(&file_locks);
}

// Write a line for each call that waits for `lock`. If the lock ends meanwhile, so does the list; if it becomes
// a part of another one, the list goes on there. Returns what the writer returns. Caller: holds file_locks.
static bool list_waits(struct text_writer *writer, uint32_t number, struct file_lock *lock)
{
	const struct inode *inode = lock->inode;
	struct lock_wait place = { .blocks = lock }, *wait;
	bool more = true;

	assert_only_spinlock(&file_locks);
	waitq_init(&place.woken);
	list_add(&lock->waits, &place.link);
	while (more && !list_empty(&place.link) && place.link.next != &place.blocks->waits) {
		wait = list_entry(place.link.next, struct lock_wait, link);
		list_remove(&place.link);
		list_add(&wait->link, &place.link);
		if (!wait->wanted)
			continue;
		more = write_line(writer, "", number, NULL, wait->wanted, inode);
		yield_unlocked(LINE_COST);
	}
	list_remove(&place.link);
	return more;
}

// The number of a line is that of its lock among all. It is counted anew for each part, since locks come and
// go meanwhile.
void file_locks_list(uint32_t *next, struct text_writer *writer)
{
	struct file_lock place = { .owner = NULL }, *lock;
	uint32_t number = 0, from = *next ? *next : UINT32_MAX;
	bool more = true;

	assert_no_lock();
	*next = 0;
	spin_lock(&file_locks);
	list_add(&all_file_locks, &place.all);
	while (place.all.next != &all_file_locks) {
		lock = list_entry(place.all.next, struct file_lock, all);
		list_remove(&place.all);
		list_add(&lock->all, &place.all);
		if (!lock->owner)
			continue;
		number++;
		if (!more)
			*next = lock->serial;
		if (!more)
			break;
		if (lock->serial > from) {
			yield_unlocked(SKIP_COST);
			continue;
		}
		more = write_line(writer, "", number, lock, &lock->range, lock->inode) &&
		       list_waits(writer, number, lock);
		yield_unlocked(LINE_COST);
	}
	list_remove(&place.all);
	spin_unlock(&file_locks);
}
