// credentials.c: making credentials, and the rules by which calls change them.
#include "thread/credentials.h"

#include "mem/heap.h"
#include "thread/why.h"

struct credentials root_credentials = {
	.account = &root_account,
	.permitted = CAP_ALL,
	.effective = CAP_ALL,
	.bounding = CAP_ALL,
};

void credentials_free(struct credentials *credentials)
{
	if (credentials == &root_credentials)
		panic("credentials_free: nothing refers to the root credentials");
	account_put(credentials->account);
	kfree(credentials);
}

struct credentials *credentials_copy_for_groups(const struct credentials *from, uint32_t count)
{
	struct credentials *copy = kmalloc(sizeof(*copy) + count * sizeof(copy->groups[0]));

	if (!copy)
		return NULL;
	memcpy(copy, from, sizeof(*copy));
	copy->refs = 1;
	copy->held_mark = 0;
	account_get(copy->account);
	copy->group_count = count;
	return copy;
}

struct credentials *credentials_copy(const struct credentials *from)
{
	struct credentials *copy = credentials_copy_for_groups(from, from->group_count);

	if (copy)
		memcpy(copy->groups, from->groups, from->group_count * sizeof(copy->groups[0]));
	return copy;
}

// Returns true if `gid` is a supplementary group.
static bool is_supplementary(const struct credentials *credentials, gid_t gid)
{
	uint32_t low = 0, high = credentials->group_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (credentials->groups[middle] == gid)
			return true;
		if (credentials->groups[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool credentials_in_group(const struct credentials *credentials, gid_t gid)
{
	return credentials->group.fs == gid || is_supplementary(credentials, gid);
}

// Returns the ids of `kind`.
static struct ids *ids_of(struct credentials *credentials, enum id_kind kind)
{
	return kind == ID_USER ? &credentials->user : &credentials->group;
}

// Returns true if the caller may set ids of `kind` to any value.
static bool may_set_any(enum id_kind kind)
{
	return capable(kind == ID_USER ? CAP_SETUID : CAP_SETGID);
}

// Returns true if one of the first three ids is root's.
static bool any_is_root(const struct ids *ids)
{
	return !ids->real || !ids->effective || !ids->saved;
}

// The user ids have changed from `old` to those in `new`. A process that gives up root's ids loses
// its capabilities (capabilities(7), "Effect of user ID changes on capabilities").
static void fix_caps(struct credentials *new, const struct ids *old)
{
	if (any_is_root(old) && !any_is_root(&new->user) && !new->keep_caps)
		new->permitted = new->effective = 0;
	if (!old->effective && new->user.effective)
		new->effective = 0;
	else if (old->effective && !new->user.effective)
		new->effective = new->permitted;
}

// The capabilities that go and come with the user id of the file system.
#define CAP_FS_SET                                                                       \
	(cap_bit(CAP_CHOWN) | cap_bit(CAP_DAC_OVERRIDE) | cap_bit(CAP_DAC_READ_SEARCH) | \
	 cap_bit(CAP_FOWNER) | cap_bit(CAP_FSETID) | cap_bit(CAP_LINUX_IMMUTABLE) |      \
	 cap_bit(CAP_MKNOD) | cap_bit(CAP_MAC_OVERRIDE))

int credentials_set(struct credentials *new, enum id_kind kind, uint32_t id)
{
	struct ids *ids = ids_of(new, kind), old = *ids;

	if (id == ID_UNCHANGED)
		return -EINVAL;
	if (may_set_any(kind))
		ids->real = ids->saved = id;
	else if (id != old.real && id != old.saved)
		return WHY(-EPERM, "%u is neither the real nor the saved id", id);
	ids->effective = ids->fs = id;
	if (kind == ID_USER)
		fix_caps(new, &old);
	return 0;
}

// A new saved id comes with a real id, or with an effective one that was not the real one.
int credentials_set_re(struct credentials *new, enum id_kind kind, uint32_t real, uint32_t effective)
{
	struct ids *ids = ids_of(new, kind), old = *ids;
	bool any = may_set_any(kind);

	if (real != ID_UNCHANGED) {
		if (real != old.real && real != old.effective && !any)
			return WHY(-EPERM, "%u is neither the real nor the effective id", real);
		ids->real = real;
	}
	if (effective != ID_UNCHANGED) {
		if (effective != old.real && effective != old.effective && effective != old.saved &&
		    !any)
			return WHY(-EPERM, "%u is not among the process's ids", effective);
		ids->effective = effective;
	}
	if (real != ID_UNCHANGED || (effective != ID_UNCHANGED && effective != old.real))
		ids->saved = ids->effective;
	ids->fs = ids->effective;
	if (kind == ID_USER)
		fix_caps(new, &old);
	return 0;
}

// Returns true if `id` is one that a process with `ids` can take without a capability.
static bool is_own(const struct ids *ids, uint32_t id)
{
	return id == ID_UNCHANGED || id == ids->real || id == ids->effective || id == ids->saved;
}

// A call that would change nothing leaves the capabilities too.
int credentials_set_res(struct credentials *new, enum id_kind kind, uint32_t real,
                        uint32_t effective, uint32_t saved)
{
	struct ids *ids = ids_of(new, kind), old = *ids;

	if ((real == ID_UNCHANGED || real == old.real) &&
	    (effective == ID_UNCHANGED || (effective == old.effective && effective == old.fs)) &&
	    (saved == ID_UNCHANGED || saved == old.saved))
		return 0;
	if (!may_set_any(kind) &&
	    !(is_own(&old, real) && is_own(&old, effective) && is_own(&old, saved)))
		return WHY(-EPERM, "an id is not among the process's ids");
	if (real != ID_UNCHANGED)
		ids->real = real;
	if (effective != ID_UNCHANGED)
		ids->effective = effective;
	if (saved != ID_UNCHANGED)
		ids->saved = saved;
	ids->fs = ids->effective;
	if (kind == ID_USER)
		fix_caps(new, &old);
	return 0;
}

int credentials_set_fs(struct credentials *new, enum id_kind kind, uint32_t id)
{
	struct ids *ids = ids_of(new, kind);
	uint32_t old = ids->fs;

	if (id == ID_UNCHANGED || (!is_own(ids, id) && id != old && !may_set_any(kind)))
		return -EPERM;
	ids->fs = id;
	if (kind == ID_GROUP)
		return 0;
	if (!old && id)
		new->effective &= ~CAP_FS_SET;
	else if (old && !id)
		new->effective |= new->permitted &CAP_FS_SET;
	return 0;
}

// Returns true if all capabilities of `part` are in `whole`.
static bool is_subset(capset_t part, capset_t whole)
{
	return !(part & ~whole);
}

int credentials_set_caps(struct credentials *new, capset_t effective, capset_t permitted,
                         capset_t inheritable)
{
	if (!capable(CAP_SETPCAP) && !is_subset(inheritable, new->inheritable | new->permitted))
		return WHY(-EPERM, "without CAP_SETPCAP nothing new may be inheritable");
	if (!is_subset(inheritable, new->inheritable | new->bounding))
		return WHY(-EPERM, "what is not in the bounding set may not be inheritable");
	if (!is_subset(permitted, new->permitted))
		return WHY(-EPERM, "nothing new may be permitted");
	if (!is_subset(effective, permitted))
		return WHY(-EPERM, "what is not permitted may not be effective");
	new->effective = effective;
	new->permitted = permitted;
	new->inheritable = inheritable;
	return 0;
}

// Root's programs have all capabilities of the bounding set, those of others none.
int credentials_for_exec(uid_t uid, gid_t gid, struct credentials **store)
{
	struct credentials *old = thread_current()->credentials, *copy;
	struct credentials next;

	memcpy(&next, old, sizeof(next));
	if (uid != ID_UNCHANGED)
		next.user.effective = uid;
	if (gid != ID_UNCHANGED)
		next.group.effective = gid;
	next.user.saved = next.user.fs = next.user.effective;
	next.group.saved = next.group.fs = next.group.effective;
	next.permitted = 0;
	if (!next.user.real || !next.user.effective)
		next.permitted = old->bounding | old->inheritable;
	next.effective = next.user.effective ? 0 : next.permitted;
	next.keep_caps = false;
	if (!memcmp(&next, old, sizeof(next))) {
		*store = credentials_get(old);
		return 0;
	}
	copy = credentials_copy(old);
	if (!copy)
		return -ENOMEM;
	next.refs = 1;
	memcpy(copy, &next, sizeof(next));
	*store = copy;
	return 0;
}

int credentials_change_account(struct credentials *new)
{
	struct account *account;

	if (new->account->uid == new->user.real)
		return 0;
	account = account_find(new->user.real);
	if (!account)
		return -EAGAIN;
	account_put(new->account);
	new->account = account;
	return 0;
}

bool credentials_secure(const struct credentials *new)
{
	const struct credentials *old = credentials_current();

	return new->user.real != new->user.effective || new->group.real != new->group.effective ||
	       new->user.effective != old->user.effective ||
	       !credentials_in_group(old, new->group.effective);
}
