// claim.h: claims: one thread at a time moves bytes at the position of an open file, or to the end of a
// file. Unlike a lock a claim may be held while the program's memory is touched.
#pragma once

#include "kern.h"

// [c] claim_lock, in claim.c
struct claim {
	bool taken;  // [c]
	bool wanted; // [c] a thread waits for it
};

// Sleep until nobody has the claim, and take it. Only death ends the sleep. Returns 0 or -EINTR.
// Caller: holds no lock.
int claim_take(struct claim *claim);

// Release the claim, and wake those that wait for it. Caller: holds no lock.
void claim_release(struct claim *claim);
