// file_leases.c: leases on files. A lease is a lock of the kind LOCK_LEASE on the list of its file: so
// it ends with the open file, and is shown with the other locks. The rules are those of Linux's
// fs/locks.c (__break_lease, generic_add_lease).
#include "fs/file_leases.h"

#include "fs/file_locks_internal.h"
#include "mem/heap.h"
#include "thread/thread.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/object.h"

#define LEASE_COST 30 // about how many instructions a lock in the list takes

uint32_t lease_break_time = 45;

short lease_wanted_type(const struct file_lock *lease)
{
	assert_spin_held(&file_locks);
	if (lease->breaking_off)
		return F_UNLCK;
	return lease->lowering ? F_RDLCK : lease->range.type;
}

// Returns true if the lease is in the way of an open for writing or, without `write`, reading.
static bool conflicts(const struct file_lock *lease, bool write)
{
	return lease->range.kind == LOCK_LEASE && (write || lease->range.type == F_WRLCK);
}

// Let the lease be of type F_RDLCK, and wake those that wait for that. Caller: holds file_locks.
static void lower(struct file_lock *lease)
{
	assert_spin_held(&file_locks);
	lease->range.type = F_RDLCK;
	lease->lowering = false;
	lease->lower_at = 0;
	file_lock_unblock(lease);
}

// End a lease: its file forgets whom it signals. Caller: holds file_locks.
static void end_lease(struct lock_list *list, struct file_lock *lease)
{
	assert_spin_held(&file_locks);
	async_file_forget(lease->owner);
	file_lock_drop(list, lease);
}

// End and lower the leases whose time is over. Caller: holds file_locks.
static void time_out(struct lock_list *list)
{
	uint64_t now = clock_ns();
	struct file_lock *lock, *next;

	assert_spin_held(&file_locks);
	list_for_each_safe(lock, next, &list->locks, link) {
		if (lock->range.kind != LOCK_LEASE)
			continue;
		if (lock->break_at && now >= lock->break_at)
			end_lease(list, lock);
		else if (lock->lower_at && now >= lock->lower_at)
			lower(lock);
	}
}

// Returns the lease of `file`, or NULL. Caller: holds file_locks.
static struct file_lock *lease_of(struct lock_list *list, const struct file *file)
{
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link)
		if (is_owners(lock, file, LOCK_LEASE))
			return lock;
	return NULL;
}

// Returns 0; -EAGAIN if others than `file` have the inode open in a way that excludes a lease. A program that
// runs from it counts below 0.
static int check_opens(const struct file *file, short type)
{
	int32_t writes = file->inode->object->write_opens;
	uint32_t reads = file->inode->read_opens;

	if (type == F_RDLCK)
		return writes > 0 ? WHY(-EAGAIN, "the file is open for writing") : 0;
	if (writes != (file_writable(file) ? 1 : 0) ||
	    reads != (file_readable(file) && !file_writable(file) ? 1u : 0u))
		return WHY(-EAGAIN, "the file is open elsewhere");
	return 0;
}

// Returns 0; -EAGAIN if the lease of another file excludes a new one. Caller: holds file_locks.
static int check_leases(struct lock_list *list, const struct file *file, short type)
{
	const struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link) {
		if (lock->range.kind != LOCK_LEASE || lock->owner == file)
			continue;
		if (type == F_WRLCK || lock->breaking_off)
			return WHY(-EAGAIN, "another has a lease on the file");
	}
	return 0;
}

// Give `file` the lease *spare, or change its own. *spare becomes NULL if it is used. Returns 0, -EAGAIN or
// -ENOLCK. Caller: holds file_locks.
static int set_lease(struct file *file, short type, pid_t pid, struct file_lock **spare)
{
	struct lock_list *list = file->inode->locks;
	struct file_lock *lease;
	int error;

	assert_spin_held(&file_locks);
	time_out(list);
	error = check_opens(file, type);
	if (!error)
		error = check_leases(list, file, type);
	if (error)
		return error;
	lease = lease_of(list, file);
	if (lease && type == F_RDLCK)
		lower(lease);
	else if (lease)
		lease->range.type = F_WRLCK;
	if (lease)
		return 0;
	if (list->count >= FILE_LOCKS_MAX)
		return -ENOLCK;
	lease = *spare;
	*spare = NULL;
	*lease = (struct file_lock){
		.owner = file,
		.file = file,
		.inode = file->inode,
		.range = { .kind = LOCK_LEASE, .type = type, .end = INT64_MAX, .pid = pid },
	};
	file_lock_put(list, lease, &list->locks);
	return 0;
}

int file_lease_set(struct file *file, int fd, short type, const struct file_owner *owner)
{
	struct file_lock *spare;
	struct lock_list *list;
	int error = -ENOMEM;
	uint32_t count = 0;

	assert_no_lock();
	if (!inode_is(file->inode, S_IFREG) || !file->inode->object)
		return WHY(-EINVAL, "only regular files have leases");
	list = file_lock_list(file->inode);
	spare = kmalloc(sizeof(*spare));
	if (list && spare)
		error = async_file_prepare(file);
	if (!error) {
		spin_lock(&file_locks);
		count = list->count;
		error = set_lease(file, type, owner->pid, &spare);
		if (!error)
			async_file_begin(file, fd, owner);
		spin_unlock(&file_locks);
	}
	kfree(spare);
	(void)yield_after(LEASE_COST * count);
	return error;
}

int file_lease_end(struct file *file)
{
	struct lock_list *list = file->inode->locks;
	struct file_lock *lease = NULL;
	uint32_t count;

	assert_no_lock();
	if (!inode_is(file->inode, S_IFREG))
		return -EINVAL;
	if (!list)
		return -EAGAIN;
	spin_lock(&file_locks);
	count = list->count;
	lease = lease_of(list, file);
	if (lease)
		end_lease(list, lease);
	spin_unlock(&file_locks);
	(void)yield_after(LEASE_COST * count);
	return lease ? 0 : WHY(-EAGAIN, "the descriptor has no lease");
}

short file_lease_type(struct file *file)
{
	struct lock_list *list = file->inode->locks;
	struct file_lock *lease;
	short type = F_UNLCK;
	uint32_t count;

	assert_no_lock();
	if (!list)
		return type;
	spin_lock(&file_locks);
	count = list->count;
	time_out(list);
	lease = lease_of(list, file);
	if (lease)
		type = lease_wanted_type(lease);
	spin_unlock(&file_locks);
	(void)yield_after(LEASE_COST * count);
	return type;
}

// Returns the first lease that is in the way, or NULL. Caller: holds file_locks.
static struct file_lock *first_conflict(struct lock_list *list, bool write)
{
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link)
		if (conflicts(lock, write))
			return lock;
	return NULL;
}

// Begin to break the leases that are in the way, and signal their owners: each once for readers, and once for
// writers. Caller: holds file_locks.
static void begin(struct lock_list *list, bool write)
{
	uint64_t at = lease_break_time ? clock_ns() + lease_break_time * NS_PER_SECOND : 0;
	struct file_lock *lock;

	assert_spin_held(&file_locks);
	list_for_each(lock, &list->locks, link) {
		if (!conflicts(lock, write) || lock->breaking_off || (!write && lock->lowering))
			continue;
		if (write) {
			lock->breaking_off = true;
			lock->break_at = at;
		} else {
			lock->lowering = true;
			lock->lower_at = at;
		}
		async_file_post(lock->owner, POLL_MSG);
	}
}

// Wait until `lease` ends or is lowered, or its time is over. Returns 0, -ERESTARTSYS or -ENOMEM. Caller: holds
// file_locks, which is held again afterwards.
static int wait_for(struct lock_list *list, struct file_lock *lease, const struct lock_range *wanted)
{
	struct lock_wait wait = { .blocks = lease, .wanted = wanted };
	uint64_t until = lease->break_at ? lease->break_at : lease->lower_at;
	int error;

	assert_only_spinlock(&file_locks);
	if (list->count >= FILE_LOCKS_MAX)
		return -ENOMEM;
	list->count++;
	waitq_init(&wait.woken);
	list_add_tail(&lease->waits, &wait.link);
	list_init(&wait.of_table);
	error = waitq_sleep(&wait.woken, &file_locks, WAIT_INTERRUPTIBLE,
	                    until ? until : NO_DEADLINE);
	list->count--;
	if (wait.blocks)
		list_remove(&wait.link);
	return error && error != -ETIMEDOUT ? -ERESTARTSYS : 0;
}

int file_leases_break_all(struct inode *inode, bool write, bool nonblocking)
{
	struct lock_range wanted = { .kind = LOCK_LEASE,
		                     .type = write ? F_WRLCK : F_RDLCK,
		                     .end = INT64_MAX,
		                     .pid = thread_current()->tid };
	struct lock_list *list = inode->locks;
	struct file_lock *lease;
	uint32_t count;
	int error = 0;

	assert_no_lock();
	spin_lock(&file_locks);
	count = list->count;
	time_out(list);
	if (first_conflict(list, write)) {
		begin(list, write);
		error = nonblocking ? -EWOULDBLOCK : 0;
	}
	while (!error && (lease = first_conflict(list, write))) {
		error = wait_for(list, lease, &wanted);
		time_out(list);
	}
	spin_unlock(&file_locks);
	(void)yield_after(LEASE_COST * count);
	return error;
}
