// fdtable.c: descriptor tables. A table has one array that grows by doubling, up to FD_NEAR
// slots, and chunks beyond (fdtable_far.c). Files are always closed after the lock is released:
// closing one may sleep.
#include "fs/fdtable.h"

#include "fs/inode.h"
#include "mem/heap.h"
#include "thread/yield.h"

#define CLOSE_COST 50 // about how many instructions a slot takes

// Allocate an empty table with room for `size` slots. Returns NULL if out of memory. Slots are
// not cleared: only those below `end` are defined, so a fork that copies few writes few.
static struct fdtable *fdtable_alloc(uint32_t size)
{
	struct fdtable *table = kmalloc(sizeof(*table));

	if (!table)
		return NULL;
	table->refs = 1;
	spin_init(&table->lock, "fdtable", RANK_FILE);
	table->slots = table->first_slots;
	table->size = FD_FIRST_SLOTS;
	table->end = table->lowest_free = 0;
	table->far = NULL;
	table->far_end = 0;
	table->locks = 0;
	table->held_mark = 0;
	list_init(&table->lock_waits);
	if (size > FD_FIRST_SLOTS) {
		table->slots = kmalloc(size * sizeof(*table->slots));
		table->size = size;
		if (!table->slots) {
			kfree(table);
			return NULL;
		}
	}
	return table;
}

struct fdtable *fdtable_create(void)
{
	return fdtable_alloc(FD_FIRST_SLOTS);
}

struct fdtable *fdtable_copy(struct fdtable *from)
{
	// The size is read without the lock, since memory cannot be allocated under it. If another
	// process that shares the table makes it grow meanwhile, the copy is made again.
	uint32_t size = from->size;
	struct fdtable *copy = fdtable_alloc(size);

	assert_no_lock();
	if (!copy)
		return NULL;
	spin_lock(&from->lock);
	if (unlikely(from->end > size)) {
		spin_unlock(&from->lock);
		fdtable_put(copy);
		return fdtable_copy(from);
	}
	for (uint32_t i = 0; i < from->end; i++) {
		uintptr_t slot = from->slots[i];

		if (slot > FD_RESERVED)
			file_get((struct file *)(slot & ~FD_SLOT_CLOEXEC));
		else
			slot = 0;
		copy->slots[i] = slot;
	}
	copy->end = from->end;
	spin_unlock(&from->lock);
	if (unlikely(from->far_end) && fd_far_copy(from, copy)) {
		fdtable_put(copy);
		return NULL;
	}
	return copy;
}

void fdtable_put(struct fdtable *table)
{
	assert_no_lock();
	if (__atomic_sub_fetch(&table->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (uint32_t i = 0; i < table->end; i++) {
		if (table->slots[i])
			fd_slot_close(table, table->slots[i]);
		(void)yield_after(CLOSE_COST);
	}
	if (table->far)
		fd_far_put(table);
	if (table->slots != table->first_slots)
		kfree(table->slots);
	kfree(table);
}

// Do fdtable_exec for descriptors from FD_NEAR on. Not inlined: hardly any process has them.
static __noinline void close_far_at_exec(struct fdtable *table)
{
	for (int fd = fd_next(table, FD_NEAR); fd >= 0; fd = fd_next(table, fd + 1)) {
		if (fd_get_cloexec(table, fd) > 0)
			fd_close(table, fd);
		(void)yield_after(CLOSE_COST);
	}
}

void fdtable_exec(struct fdtable *table)
{
	assert_no_lock();
	for (uint32_t fd = 0; fd < table->end; fd++) {
		if (table->slots[fd] & FD_SLOT_CLOEXEC) {
			fd_close(table, (int)fd);
			(void)yield_after(CLOSE_COST);
		}
	}
	if (unlikely(table->far_end))
		close_far_at_exec(table);
}

// Make room for slot `fd` < FD_NEAR. Returns 0 or -ENOMEM. Caller: holds the lock.
static int grow(struct fdtable *table, uint32_t fd)
{
	uint32_t size = table->size;
	uintptr_t *slots;

	assert_spin_held(&table->lock);
	while (size <= fd)
		size *= 2;
	if (size == table->size)
		return 0;
	slots = kmalloc(size * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memcpy(slots, table->slots, table->end * sizeof(*slots));
	if (table->slots != table->first_slots)
		kfree(table->slots);
	table->slots = slots;
	table->size = size;
	return 0;
}

// Make slot `fd` < NR_OPEN one of those whose contents are defined. Returns 0 or -ENOMEM.
// Caller: holds the lock.
static int reach(struct fdtable *table, uint32_t fd)
{
	int error;

	assert_spin_held(&table->lock);
	if (fd >= FD_NEAR)
		return fd_far_reach(table, fd);
	error = grow(table, fd);
	if (error)
		return error;
	while (table->end <= fd)
		table->slots[table->end++] = 0;
	return 0;
}

// Returns the slot of `fd`, or NULL if it is not defined. Caller: holds the lock.
static uintptr_t *slot_of(struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	return fd < table->end ? &table->slots[fd] : fd_far_slot(table, fd);
}

// Fill slot `fd`, which has been reached. Returns its word before. Caller: holds the lock.
static uintptr_t fill(struct fdtable *table, uint32_t fd, uintptr_t word)
{
	uintptr_t *slot = slot_of(table, fd), old = *slot;

	assert_spin_held(&table->lock);
	*slot = word;
	if (fd >= FD_NEAR && !old)
		fd_far_taken(table, fd);
	return old;
}

// Mark slot `fd` as free, and lower `end` past all free slots at the end. Caller: holds the
// lock.
static void freed(struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	table->lowest_free = MIN(table->lowest_free, fd);
	if (fd >= FD_NEAR) {
		fd_far_freed(table, fd);
		return;
	}
	table->slots[fd] = 0;
	while (table->end && table->slots[table->end - 1] == 0)
		table->end--;
}

// Returns the lowest free descriptor not below `fd`; NR_OPEN if there is none. Caller: holds the
// lock.
static uint32_t first_free(const struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	while (fd < table->end && table->slots[fd])
		fd++;
	return fd < FD_NEAR ? fd : fd_far_first_free(table, fd);
}

// Returns the first descriptor that the current thread may not use.
static uint32_t descriptor_limit(void)
{
	return (uint32_t)MIN(thread_limit(RLIMIT_NOFILE), (uint64_t)NR_OPEN);
}

// No slot below lowest_free is free, so the search starts there: POSIX demands the lowest free
// one, and a program with many open files would pay for all of them each time.
int fd_reserve(struct fdtable *table, uint32_t min)
{
	uint32_t fd;
	int error;

	spin_lock(&table->lock);
	fd = first_free(table, MAX(min, table->lowest_free));
	error = fd < descriptor_limit() ? reach(table, fd) : -EMFILE;
	if (!error) {
		fill(table, fd, FD_RESERVED);
		if (min <= table->lowest_free)
			table->lowest_free = fd + 1;
	}
	spin_unlock(&table->lock);
	return error ? error : (int)fd;
}

void fd_install(struct fdtable *table, int fd, struct file *file, bool cloexec)
{
	spin_lock(&table->lock);
	*slot_of(table, (uint32_t)fd) = (uintptr_t)file | (cloexec ? FD_SLOT_CLOEXEC : 0);
	spin_unlock(&table->lock);
}

void fd_unreserve(struct fdtable *table, int fd)
{
	spin_lock(&table->lock);
	freed(table, (uint32_t)fd);
	spin_unlock(&table->lock);
}

int fd_add(struct fdtable *table, struct file *file, uint32_t min, bool cloexec)
{
	int fd = fd_reserve(table, min);

	assert_no_lock();
	if (fd >= 0)
		fd_install(table, fd, file, cloexec);
	else
		file_put(file);
	return fd;
}

// EBUSY is Linux's answer, too (dup(2)): the slot belongs to an open() that has not ended.
int fd_replace(struct fdtable *table, int fd, struct file *file, bool cloexec)
{
	uintptr_t old = 0;
	int error;

	assert_no_lock();
	spin_lock(&table->lock);
	if ((uint32_t)fd >= descriptor_limit())
		error = -EBADF;
	else
		error = reach(table, (uint32_t)fd);
	if (!error) {
		old = *slot_of(table, (uint32_t)fd);
		if (old == FD_RESERVED)
			error = -EBUSY;
		else
			fill(table, (uint32_t)fd, (uintptr_t)file | (cloexec ? FD_SLOT_CLOEXEC : 0));
	}
	spin_unlock(&table->lock);
	if (error)
		return error;
	if (old)
		fd_slot_close(table, old);
	return fd;
}

int fd_close(struct fdtable *table, int fd)
{
	uintptr_t *at, slot = 0;

	assert_no_lock();
	spin_lock(&table->lock);
	at = slot_of(table, (uint32_t)fd);
	if (at)
		slot = *at;
	if (slot > FD_RESERVED)
		freed(table, (uint32_t)fd);
	spin_unlock(&table->lock);
	if (slot <= FD_RESERVED)
		return -EBADF;
	fd_slot_close(table, slot);
	return 0;
}

int fd_close_next(struct fdtable *table, uint32_t fd, uint32_t last)
{
	uintptr_t word = 0;
	int found = -1;

	assert_no_lock();
	spin_lock(&table->lock);
	while (fd < table->end && table->slots[fd] <= FD_RESERVED)
		fd++;
	if (fd < table->end) {
		found = (int)fd;
		word = table->slots[fd];
	} else {
		found = fd_far_next(table, fd, &word);
	}
	if (found < 0 || (uint32_t)found > last) {
		spin_unlock(&table->lock);
		return -1;
	}
	freed(table, (uint32_t)found);
	spin_unlock(&table->lock);
	fd_slot_close(table, word);
	return found;
}

// Returns the slot of an open descriptor, or NULL. Caller: holds the lock.
static uintptr_t *open_slot(struct fdtable *table, int fd)
{
	uintptr_t *slot = slot_of(table, (uint32_t)fd);

	assert_spin_held(&table->lock);
	return slot && *slot > FD_RESERVED ? slot : NULL;
}

struct inode *fd_get_inode(struct fdtable *table, int fd)
{
	struct inode *inode = NULL;
	uintptr_t *slot;

	spin_lock(&table->lock);
	slot = open_slot(table, fd);
	if (slot)
		inode = inode_get(((struct file *)(*slot & ~FD_SLOT_CLOEXEC))->inode);
	spin_unlock(&table->lock);
	return inode;
}

int fd_get_cloexec(struct fdtable *table, int fd)
{
	uintptr_t *slot;
	int result = -EBADF;

	spin_lock(&table->lock);
	slot = open_slot(table, fd);
	if (slot)
		result = *slot & FD_SLOT_CLOEXEC;
	spin_unlock(&table->lock);
	return result;
}

int fd_set_cloexec(struct fdtable *table, int fd, bool cloexec)
{
	uintptr_t *slot;

	spin_lock(&table->lock);
	slot = open_slot(table, fd);
	if (slot)
		*slot = (*slot & ~FD_SLOT_CLOEXEC) | (cloexec ? FD_SLOT_CLOEXEC : 0);
	spin_unlock(&table->lock);
	return slot ? 0 : -EBADF;
}

int fd_next_flags(struct fdtable *table, int fd, uint32_t *flags)
{
	uintptr_t slot = 0;
	int result = -1;

	spin_lock(&table->lock);
	for (uint32_t i = (uint32_t)MAX(fd, 0); i < table->end && result < 0; i++)
		if (table->slots[i] > FD_RESERVED)
			result = (int)i;
	if (result >= 0)
		slot = table->slots[result];
	else
		result = fd_far_next(table, (uint32_t)MAX(fd, 0), &slot);
	if (slot)
		*flags = ((const struct file *)(slot & ~FD_SLOT_CLOEXEC))->flags;
	spin_unlock(&table->lock);
	return result;
}

int fd_next(struct fdtable *table, int fd)
{
	uint32_t flags;

	return fd_next_flags(table, fd, &flags);
}
