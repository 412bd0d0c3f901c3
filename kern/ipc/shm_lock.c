// shm_lock.c: segments of shared memory that are locked in memory (SHM_LOCK). Nothing ever takes pages away,
// so a lock is a mark, and a count in the account of the user who has set it.
#include "ipc/shm.h"

#include "fs/inode.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/resource.h>

void shm_end_lock(struct shm_segment *segment)
{
	assert_spin_held(&sysv_lock);
	if (!segment->locker)
		return;
	account_count(&segment->locker->locked, -(int)segment->pages);
	account_put(segment->locker);
	segment->locker = NULL;
	segment->ipc.mode &= (uint16_t)~SHM_LOCKED;
}

// Check whether the current thread may lock a segment. Returns 0 or -EPERM.
static int may_lock(const struct sysv_object *object, bool lock)
{
	uid_t user = credentials_current()->user.effective;

	assert_spin_held(&sysv_lock);
	if (capable(CAP_IPC_LOCK))
		return 0;
	if (user != object->uid && user != object->cuid)
		return WHY(-EPERM, "the segment belongs to user %u", object->uid);
	if (lock && thread_limit(RLIMIT_MEMLOCK) == 0)
		return WHY(-EPERM, "RLIMIT_MEMLOCK is 0");
	return 0;
}

// Lock a segment that is not locked. RLIMIT_MEMLOCK admits so many pages in all segments that a user has
// locked. Returns 0 or -ENOMEM. Caller: holds sysv_lock.
static int begin_lock(struct shm_segment *segment)
{
	struct account *account = credentials_current()->account;
	uint64_t limit = thread_limit(RLIMIT_MEMLOCK);

	assert_spin_held(&sysv_lock);
	if (account->locked + (uint64_t)segment->pages > limit / PAGE_SIZE && !capable(CAP_IPC_LOCK))
		return WHY(-ENOMEM, "RLIMIT_MEMLOCK admits no %#zx pages more", segment->pages);
	segment->locker = account_get(account);
	account_count(&account->locked, (int)segment->pages);
	segment->ipc.mode |= SHM_LOCKED;
	return 0;
}

// Large pages are always in memory: as on Linux they are neither locked nor counted.
int shm_set_lock(struct shm_segment *segment, bool lock)
{
	int error = may_lock(&segment->ipc, lock);

	assert_spin_held(&sysv_lock);
	if (error)
		return error;
	if (!lock)
		shm_end_lock(segment);
	else if (!segment->locker && segment->inode->object->shift == PAGE_SHIFT)
		return begin_lock(segment);
	return 0;
}
