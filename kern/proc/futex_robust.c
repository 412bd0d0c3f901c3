// futex_robust.c: words that change when a thread ends: the word of CLONE_CHILD_CLEARTID, and the
// locks of its robust list (set_robust_list(2)). The list lies in the program's memory, so every
// pointer in it may be anything.
#include "proc/futex.h"
#include "proc/futex_internal.h"
#include "proc/process.h"
#include "thread/mutex.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/futex.h>

#define LOCKS_MAX 2048 // Linux's ROBUST_LIST_LIMIT
#define LOCK_COST 500  // instructions, roughly, to look at a lock

// Fetch a word of the robust list. Returns false if it cannot be read.
static bool fetch(uint32_t *store, uintptr_t va)
{
	return copyin(aspace_current(), store, (const void __user *)va, sizeof(*store)) == 0;
}

// Mark the lock at `va` as free, by the death of its owner, if the current thread owns it. `pending`:
// the thread was about to take or to release it, so a waiter may have been forgotten. Returns false
// if the word cannot be accessed.
static bool release_lock(uintptr_t va, bool pi, bool pending)
{
	uint32_t word, dead;
	void __user *user = (void __user *)va;

	if (va % sizeof(word))
		return false;
	for (;;) {
		if (futex_lock_and_read(va, &word))
			return false;
		if (pending && !pi && !(word & FUTEX_TID_MASK)) {
			spin_unlock(&futex_lock);
			(void)futex_wake(va, false, 1, FUTEX_BITSET_MATCH_ANY);
			return true;
		}
		if ((word & FUTEX_TID_MASK) != (uint32_t)thread_current()->tid) {
			spin_unlock(&futex_lock);
			return true;
		}
		dead = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		if (copyout_nofault(user, &dead, sizeof(dead)) == sizeof(dead))
			break;
		spin_unlock(&futex_lock);
		if (user_fault_in(aspace_current(), user, true))
			return false;
	}
	spin_unlock(&futex_lock);
	if (!pi && (word & FUTEX_WAITERS))
		(void)futex_wake(va, false, 1, FUTEX_BITSET_MATCH_ANY);
	return true;
}

// Release the locks of the current thread's robust list. The lowest bit of a pointer says that the
// lock is one with priority inheritance. The next pointer is read before a lock is released:
// afterwards another thread may take the lock out of the list. A ring without an end is left after
// LOCKS_MAX locks.
static void release_locks(uintptr_t head)
{
	uint32_t entry, next = 0, pending, offset;

	if (!fetch(&entry, head) ||
	    !fetch(&offset, head + offsetof(struct robust_list_head, futex_offset)) ||
	    !fetch(&pending, head + offsetof(struct robust_list_head, list_op_pending)))
		return;
	for (int i = 0; i < LOCKS_MAX && (entry & ~1u) != head; i++) {
		bool more = fetch(&next, entry & ~1u);

		if ((entry & ~1u) != (pending & ~1u) &&
		    !release_lock((entry & ~1u) + offset, entry & 1, false))
			return;
		if (!more)
			break;
		entry = next;
		(void)yield_after(LOCK_COST);
	}
	if (pending & ~1u)
		(void)release_lock((pending & ~1u) + offset, pending & 1, true);
}

// Store 0 at the address that the current thread has given, if another thread can see it there.
static __noinline void clear_tid(struct thread *thread)
{
	pid_t __user *tid = thread->clear_tid;

	thread->clear_tid = NULL;
	if (!thread->aspace || thread->aspace->refs == 1)
		return;
	if (!put_user(thread->aspace, tid, 0))
		(void)futex_wake((uintptr_t)tid, false, 1, FUTEX_BITSET_MATCH_ANY);
}

// Not inlined: the list needs stack that most ends do not.
static __noinline void walk_robust_list(struct thread *thread)
{
	uintptr_t head = thread->robust_list;

	thread->robust_list = 0;
	release_locks(head);
}

void futex_thread_leaves(void)
{
	struct thread *thread = thread_current();

	assert_no_lock();
	if (thread->robust_list)
		walk_robust_list(thread);
	futex_release_pi_locks(thread);
	if (thread->clear_tid)
		clear_tid(thread);
}
