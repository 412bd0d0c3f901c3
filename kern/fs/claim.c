// claim.c: claims on positions of files. All that wait sleep on one queue: they are few.
#include "fs/claim.h"

#include "cpu/spinlock.h"
#include "thread/mutex.h"
#include "thread/waitq.h"

static struct spinlock claim_lock = SPINLOCK_INIT("claims", RANK_FILE);
static struct waitq waiters = WAITQ_INIT(waiters);

int claim_take(struct claim *claim)
{
	int error = 0;

	assert_no_lock();
	spin_lock(&claim_lock);
	while (claim->taken && !error) {
		claim->wanted = true;
		error = waitq_sleep(&waiters, &claim_lock, WAIT_KILLABLE, NO_DEADLINE);
	}
	if (!error)
		claim->taken = true;
	spin_unlock(&claim_lock);
	return error;
}

void claim_release(struct claim *claim)
{
	assert_no_lock();
	spin_lock(&claim_lock);
	claim->taken = false;
	if (claim->wanted)
		waitq_wake_all(&waiters);
	claim->wanted = false;
	spin_unlock(&claim_lock);
}
