// claim.h: claims: one thread at a time moves bytes at the position of an open file, or to the end
// of a file. Unlike a lock a claim may be held while the program's memory is touched.
#pragma once

#include "kern.h"

// [c] claim_lock, in claim.c
struct claim {
	bool taken;  // [c]
	bool wanted; // [c] a thread waits for it
};

// Sleep until nobody has the claim, and take it; of several waiters any may get it first. The
// current thread must not have it already. Caller: holds no lock. Returns 0; -EINTR, without the
// claim, if the thread must die.
int claim_take(struct claim *claim);

// Release the claim, and wake those that wait for it. Does not sleep. Caller: has the claim; holds
// no lock.
void claim_release(struct claim *claim);
