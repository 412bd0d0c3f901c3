// account.h: what the limits count that are for a user and not for a process: RLIMIT_NPROC,
// RLIMIT_SIGPENDING, and RLIMIT_MEMLOCK for segments of shared memory. Each real user id that some thread
// has gets an account. It exists while credentials, or things that are counted in it, refer to it.
#pragma once

#include "kern.h"
#include "mem/avl.h"
#include <abi/types.h>

// [u] account_lock   [c] constant   [a] atomic
struct account {
	struct avl_node node; // [u] among all accounts but root's, by uid
	uid_t uid;            // [c]
	uint32_t refs;        // [u] not counted for root_account
	uint32_t tasks;       // [a] threads, and processes that nobody has waited for
	uint32_t pending;     // [a] descriptions of signals that are queued, or reserved for timers
	uint32_t locked;      // [a] pages of segments of shared memory that are locked (SHM_LOCK)
};

// The account of user 0. It exists for ever.
extern struct account root_account;

// Find the account of user `uid`, or create one with all counts 0. Takes account_lock. Returns a
// new reference on it, for user 0 on root_account. Returns NULL if the account is new and there is
// no memory; creating it leaves the last free pages to others (kzalloc_lasting).
struct account *account_find(uid_t uid);

// Take a reference on `account`; the caller has one, or knows one that stays. Does nothing for
// root_account, whose references are not counted. Returns `account`. Takes account_lock.
struct account *account_get(struct account *account);

// Drop a reference on `account`. The last one frees the struct; nothing may be counted in it any
// more. Does nothing for root_account. Takes account_lock.
void account_put(struct account *account);

// Add `change`, which may be below 0, to *count: `tasks`, `pending` or `locked` of an account on
// which the caller has a reference. Atomic; takes no lock. Compares with no limit, and does not
// notice a count below 0: it wraps.
static inline void account_count(uint32_t *count, int change)
{
	__atomic_add_fetch(count, (uint32_t)change, __ATOMIC_RELAXED);
}
