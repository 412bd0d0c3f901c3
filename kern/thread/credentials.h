// credentials.h: who a thread acts for: its user, its groups and its capabilities (credentials(7),
// capabilities(7)).
//
// A struct credentials never changes while a thread has it. To change a thread's credentials,
// make a copy, change the copy, and give it to the thread. So all threads that have not changed
// anything share one struct, and a fork only takes a reference.
//
// The struct lies in this layer because every layer above asks for permissions.
#pragma once

#include "kern.h"
#include "thread/account.h"
#include "thread/thread.h"
#include <abi/capability.h>
#include <abi/types.h>

// A set of capabilities: each CAP_ is the number of its bit.
typedef uint64_t capset_t;

// Returns the set with `cap` (CAP_, 0 to 63) alone.
static inline capset_t cap_bit(int cap)
{
	return 1ull << cap;
}

#define CAP_ALL ((2ull << CAP_LAST_CAP) - 1)

// The four ids of a kind: real (who started the program), effective (whose privileges it has),
// saved (which it may take again), and of the file system (whose files it may use).
struct ids {
	uint32_t real, effective, saved, fs;
};

// [a] atomic; all other fields are constant once a thread has the struct.
struct credentials {
	uint32_t refs; // [a]
	struct ids user, group;
	struct account *account; // of the real user id: what limits count; a reference
	capset_t inheritable, permitted, effective, bounding;
	bool keep_caps;       // setuid leaves the permitted set (prctl(2))
	uint32_t held_mark;   // mem/held.h
	uint32_t group_count; // supplementary groups
	gid_t groups[];       // in rising order
};

// Those of the kernel and of the first process: user and group 0, all capabilities, no
// supplementary groups.
extern struct credentials root_credentials;

// Take a reference on `credentials`. Returns `credentials`.
static inline struct credentials *credentials_get(struct credentials *credentials)
{
	__atomic_add_fetch(&credentials->refs, 1, __ATOMIC_RELAXED);
	return credentials;
}

// Free credentials without references, and drop their reference on the account. Panics for
// root_credentials, which keep the boot thread's reference. Only credentials_put calls it.
void credentials_free(struct credentials *credentials);

// Drop a reference on `credentials`. The last one frees the struct and drops its reference on the
// account, under account_lock.
static inline void credentials_put(struct credentials *credentials)
{
	if (__atomic_sub_fetch(&credentials->refs, 1, __ATOMIC_ACQ_REL) == 0)
		credentials_free(credentials);
}

// Returns the credentials of the current thread, borrowed: valid until the thread changes them.
// NULL when the thread has given them up, late in its end (proc/exit.c).
static inline const struct credentials *credentials_current(void)
{
	return thread_current()->credentials;
}

// Returns true if the current thread has the capability `cap` (CAP_) in its effective set.
static inline bool capable(int cap)
{
	return credentials_current()->effective & cap_bit(cap);
}

// Create a copy of `from`, with its supplementary groups, one reference, and a reference of its own
// on the account, for the caller to change before a thread gets it. Takes account_lock. Returns
// NULL if out of memory.
struct credentials *credentials_copy(const struct credentials *from);

// Create a copy of `from` like credentials_copy, but with room for `count` supplementary groups (0:
// none; at most NGROUPS_MAX, which the caller checks) in place of those of `from`. copy->groups[]
// is undefined: the caller fills it, and then calls credentials_sort_groups. Takes account_lock.
// Returns NULL if out of memory.
struct credentials *credentials_copy_for_groups(const struct credentials *from, uint32_t count);

// Put the supplementary groups in rising order, as credentials_in_group needs them; equal ones
// stay. O(n log n) steps. Yields; completes the work also if the thread is killed. Caller: no other
// thread sees `credentials` yet.
void credentials_sort_groups(struct credentials *credentials);

// Returns true if `gid` is the file system's group id or a supplementary group of `credentials`;
// its real, effective and saved group ids do not count. O(log n): the groups must be in rising
// order.
bool credentials_in_group(const struct credentials *credentials, gid_t gid);

// The id that leaves an id as it is: -1.
#define ID_UNCHANGED 0xffffffffu

// Which ids a call changes.
enum id_kind { ID_USER, ID_GROUP };

// The next four functions change the ids of `kind` in `new`, a copy of the current thread's
// credentials that no thread has yet. A thread is privileged if it has CAP_SETUID for ID_USER, or
// CAP_SETGID for ID_GROUP. A change of user ids may also change capabilities (capabilities(7)).

// Set ids of `kind` in `new` as setuid(2) and setgid(2) do. A privileged thread (CAP_SETUID or
// CAP_SETGID) sets all four to `id`; another one sets the effective id and that of the file system,
// to the real or the saved id. `new` is a copy of the current thread's credentials. With ID_USER
// capabilities may change too; new->account stays (credentials_change_account).
// Returns 0; with `new` unchanged: -EINVAL for ID_UNCHANGED; -EPERM if the thread is not privileged
// and `id` is neither its real nor its saved id.
int credentials_set(struct credentials *new, enum id_kind kind, uint32_t id);

// Set the real and the effective id of `kind` in `new` as setreuid(2) and setregid(2) do;
// ID_UNCHANGED leaves one as it is. The id of the file system becomes the effective one; the saved
// id too, if `real` is set or `effective` is not the old real id. `new` is a copy of the current
// thread's credentials. With ID_USER capabilities may change too; new->account stays.
// Returns 0; -EPERM, with `new` undefined, if the thread is not privileged (CAP_SETUID or
// CAP_SETGID) and asks for a real id that is neither its real nor its effective one, or for an
// effective id that is not its real, effective or saved one.
int credentials_set_re(struct credentials *new, enum id_kind kind, uint32_t real,
                       uint32_t effective);

// Set the real, the effective and the saved id of `kind` in `new` as setresuid(2) and setresgid(2)
// do; ID_UNCHANGED leaves one as it is. The id of the file system becomes the effective one. But
// nothing changes, not even that, if each argument is ID_UNCHANGED or the present id (`effective`
// also the file system's). `new` is a copy of the current thread's credentials. With ID_USER
// capabilities may change too; new->account stays.
// Returns 0; -EPERM, with `new` unchanged, if the thread is not privileged (CAP_SETUID or
// CAP_SETGID) and asks for an id that is not among its real, effective and saved ids.
int credentials_set_res(struct credentials *new, enum id_kind kind, uint32_t real,
                        uint32_t effective, uint32_t saved);

// Set the id of the file system of `kind` in `new`, a copy of the current thread's credentials, as
// setfsuid(2) and setfsgid(2) do. If the user id becomes 0, or was 0, the effective set gets or
// loses the capabilities for files.
// Returns 0, also if the id is `id` already; -EPERM, with `new` unchanged, for ID_UNCHANGED, or if
// the thread is not privileged (CAP_SETUID or CAP_SETGID) and `id` is none of its four ids.
int credentials_set_fs(struct credentials *new, enum id_kind kind, uint32_t id);

// Make the credentials with which the current thread runs a new program (execve(2)). `uid`: the
// owner of a file that has S_ISUID; `gid`: the group of one that has S_ISGID; else ID_UNCHANGED.
// Saved ids and those of the file system become the effective ones. If the real or the effective
// user is root, all capabilities of the bounding and the inheritable set are permitted, and
// effective too if the effective user is root; else none is. keep_caps ends.
// Returns 0 with a new reference in *store, on the old credentials if nothing changes; the thread
// keeps its own, and the caller sets the new ones. Returns -ENOMEM with *store unchanged.
int credentials_for_exec(uid_t uid, gid_t gid, struct credentials **store);

// Let new->account be that of the real user id, after a change of `new`, which no other thread sees
// yet: drops the reference on the old account, and takes one on the other. Does nothing if the user
// is the same. `tasks` of both accounts stay: thread_set_credentials changes them. Takes
// account_lock. Returns 0; -EAGAIN with nothing changed if out of memory.
int credentials_change_account(struct credentials *new);

// Returns true if a program that the current thread starts with `new` must not trust what it was
// started with (AT_SECURE): in `new` the real and the effective user, or group, differ; or the
// effective user is not the current thread's, or the effective group none of its groups
// (credentials_in_group).
bool credentials_secure(const struct credentials *new);

// Set the three sets that capset(2) can set in `new`, a copy of the current thread's credentials.
// Returns 0; -EPERM, with `new` unchanged, if
// - a capability becomes inheritable that was neither inheritable nor permitted, and the thread has
//   no CAP_SETPCAP; or one that was neither inheritable nor in the bounding set;
// - a capability becomes permitted that was not, or effective without being permitted.
int credentials_set_caps(struct credentials *new, capset_t effective, capset_t permitted,
                         capset_t inheritable);
