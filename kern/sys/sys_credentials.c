// sys_credentials.c: calls about users, groups and capabilities (credentials(7), capabilities(7)).
// thread/credentials.c has the rules. The calls without "32" have ids of 16 bits.
#include "proc/process.h"
#include "sys/sys_ids.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/uaccess.h"
#include <abi/limits.h>

// getuid(2) and its like.
SYSCALL0(getuid32)
{
	return (long)credentials_current()->user.real;
}

SYSCALL0(geteuid32)
{
	return (long)credentials_current()->user.effective;
}

SYSCALL0(getgid32)
{
	return (long)credentials_current()->group.real;
}

SYSCALL0(getegid32)
{
	return (long)credentials_current()->group.effective;
}

SYSCALL0(getuid)
{
	return narrow_id(credentials_current()->user.real);
}

SYSCALL0(geteuid)
{
	return narrow_id(credentials_current()->user.effective);
}

SYSCALL0(getgid)
{
	return narrow_id(credentials_current()->group.real);
}

SYSCALL0(getegid)
{
	return narrow_id(credentials_current()->group.effective);
}

// Let the current thread act for `new`, unless a rule has refused the change. A process whose
// effective ids change may keep secrets of its old user, so others may not look into it. Consumes the
// reference on `new`. Returns `error`.
static long finish(struct credentials *new, int error)
{
	const struct credentials *old = credentials_current();

	if (!error)
		error = credentials_change_account(new);
	if (error) {
		credentials_put(new);
		return error;
	}
	if (new->user.effective != old->user.effective || new->user.fs != old->user.fs ||
	    new->group.effective != old->group.effective || new->group.fs != old->group.fs)
		process_current()->inherited.undumpable = true;
	// The call succeeds also if the user has too many threads; then exec fails, as on Linux.
	thread_current()->over_nproc = new->account != &root_account &&new->account->tasks >
	                                                       thread_limit(RLIMIT_NPROC);
	thread_set_credentials(new);
	return 0;
}

// Do setuid or setgid.
static long set_id(enum id_kind kind, uint32_t id)
{
	struct credentials *new = credentials_copy(credentials_current());

	return new ? finish(new, credentials_set(new, kind, id)) : -ENOMEM;
}

// Do setreuid or setregid.
static long set_re(enum id_kind kind, uint32_t real, uint32_t effective)
{
	struct credentials *new = credentials_copy(credentials_current());

	return new ? finish(new, credentials_set_re(new, kind, real, effective)) : -ENOMEM;
}

// Do setresuid or setresgid.
static long set_res(enum id_kind kind, uint32_t real, uint32_t effective, uint32_t saved)
{
	struct credentials *new = credentials_copy(credentials_current());

	return new ? finish(new, credentials_set_res(new, kind, real, effective, saved)) : -ENOMEM;
}

// Do setfsuid or setfsgid, which return the old id whether they have changed it or not.
static uint32_t set_fs(enum id_kind kind, uint32_t id)
{
	const struct credentials *old = credentials_current();
	uint32_t before = kind == ID_USER ? old->user.fs : old->group.fs;
	struct credentials *new = credentials_copy(old);

	if (new)
		finish(new, credentials_set_fs(new, kind, id));
	return before;
}

// setuid(2).
SYSCALL1(setuid32, uid_t, uid)
{
	return set_id(ID_USER, uid);
}

SYSCALL1(setuid, uint32_t, uid)
{
	return set_id(ID_USER, wide_id(uid));
}

// setgid(2).
SYSCALL1(setgid32, gid_t, gid)
{
	return set_id(ID_GROUP, gid);
}

SYSCALL1(setgid, uint32_t, gid)
{
	return set_id(ID_GROUP, wide_id(gid));
}

// setreuid(2).
SYSCALL2(setreuid32, uid_t, real, uid_t, effective)
{
	return set_re(ID_USER, real, effective);
}

SYSCALL2(setreuid, uint32_t, real, uint32_t, effective)
{
	return set_re(ID_USER, wide_id(real), wide_id(effective));
}

// setregid(2).
SYSCALL2(setregid32, gid_t, real, gid_t, effective)
{
	return set_re(ID_GROUP, real, effective);
}

SYSCALL2(setregid, uint32_t, real, uint32_t, effective)
{
	return set_re(ID_GROUP, wide_id(real), wide_id(effective));
}

// setresuid(2).
SYSCALL3(setresuid32, uid_t, real, uid_t, effective, uid_t, saved)
{
	return set_res(ID_USER, real, effective, saved);
}

SYSCALL3(setresuid, uint32_t, real, uint32_t, effective, uint32_t, saved)
{
	return set_res(ID_USER, wide_id(real), wide_id(effective), wide_id(saved));
}

// setresgid(2).
SYSCALL3(setresgid32, gid_t, real, gid_t, effective, gid_t, saved)
{
	return set_res(ID_GROUP, real, effective, saved);
}

SYSCALL3(setresgid, uint32_t, real, uint32_t, effective, uint32_t, saved)
{
	return set_res(ID_GROUP, wide_id(real), wide_id(effective), wide_id(saved));
}

// setfsuid(2).
SYSCALL1(setfsuid32, uid_t, uid)
{
	return (long)set_fs(ID_USER, uid);
}

SYSCALL1(setfsuid, uint32_t, uid)
{
	return narrow_id(set_fs(ID_USER, wide_id(uid)));
}

// setfsgid(2).
SYSCALL1(setfsgid32, gid_t, gid)
{
	return (long)set_fs(ID_GROUP, gid);
}

SYSCALL1(setfsgid, uint32_t, gid)
{
	return narrow_id(set_fs(ID_GROUP, wide_id(gid)));
}

// Store the real, effective and saved id of `ids` at `user[0]`, `user[1]` and `user[2]`: the first
// address that cannot be written ends it with -EFAULT.
static long put_ids(const struct ids *ids, uint32_t __user *const user[3])
{
	if (put_user(aspace_current(), user[0], ids->real) ||
	    put_user(aspace_current(), user[1], ids->effective))
		return -EFAULT;
	return put_user(aspace_current(), user[2], ids->saved);
}

// Like put_ids, with 16 bits each.
static long put_narrow_ids(const struct ids *ids, uint16_t __user *const user[3])
{
	if (put_user(aspace_current(), user[0], narrow_id(ids->real)) ||
	    put_user(aspace_current(), user[1], narrow_id(ids->effective)))
		return -EFAULT;
	return put_user(aspace_current(), user[2], narrow_id(ids->saved));
}

// getresuid(2).
SYSCALL3(getresuid32, uint32_t __user *, real, uint32_t __user *, effective, uint32_t __user *,
         saved)
{
	return put_ids(&credentials_current()->user,
	               (uint32_t __user *const[]){ real, effective, saved });
}

SYSCALL3(getresuid, uint16_t __user *, real, uint16_t __user *, effective, uint16_t __user *, saved)
{
	return put_narrow_ids(&credentials_current()->user,
	                      (uint16_t __user *const[]){ real, effective, saved });
}

// getresgid(2).
SYSCALL3(getresgid32, uint32_t __user *, real, uint32_t __user *, effective, uint32_t __user *,
         saved)
{
	return put_ids(&credentials_current()->group,
	               (uint32_t __user *const[]){ real, effective, saved });
}

SYSCALL3(getresgid, uint16_t __user *, real, uint16_t __user *, effective, uint16_t __user *, saved)
{
	return put_narrow_ids(&credentials_current()->group,
	                      (uint16_t __user *const[]){ real, effective, saved });
}

#define GROUPS_PART 64u // groups that are copied in one step
#define GROUP_COST 30   // instructions, roughly, to copy one

// Store the supplementary groups at `user`, with 32 bits each or, with `narrow`, 16. Returns 0 or
// -EFAULT. Only the thread itself replaces its credentials, so they stay during the copy.
static int put_groups(const struct credentials *from, void __user *user, bool narrow)
{
	size_t size = narrow ? sizeof(uint16_t) : sizeof(gid_t);
	uint16_t part[GROUPS_PART];

	for (uint32_t done = 0, n; done < from->group_count; done += n) {
		const void *bytes = from->groups + done;

		n = MIN(from->group_count - done, GROUPS_PART);
		for (uint32_t i = 0; narrow && i < n; i++)
			part[i] = narrow_id(from->groups[done + i]);
		if (narrow)
			bytes = part;
		if (copyout(aspace_current(), (char __user *)user + done * size, bytes, n * size))
			return -EFAULT;
		if (yield_after(n * GROUP_COST))
			return -EINTR;
	}
	return 0;
}

// Fetch new->group_count groups, as put_groups stores them. Returns 0; -EFAULT; -EINVAL for the group -1.
static int fetch_groups(struct credentials *new, const void __user *user, bool narrow)
{
	size_t size = narrow ? sizeof(uint16_t) : sizeof(gid_t);
	uint16_t part[GROUPS_PART];

	for (uint32_t done = 0, n; done < new->group_count; done += n) {
		void *to = new->groups + done;

		n = MIN(new->group_count - done, GROUPS_PART);
		if (narrow)
			to = part;
		if (copyin(aspace_current(), to, (const char __user *)user + done * size, n * size))
			return -EFAULT;
		for (uint32_t i = 0; i < n; i++) {
			if (narrow)
				new->groups[done + i] = wide_id(part[i]);
			if (new->groups[done + i] == ID_UNCHANGED)
				return WHY(-EINVAL, "-1 is no group");
		}
		if (yield_after(n * GROUP_COST))
			return -EINTR;
	}
	return 0;
}

// Do getgroups: the size is checked before anything is stored; 0 only asks how many there are.
static long get_groups(int size, void __user *user, bool narrow)
{
	const struct credentials *credentials = credentials_current();
	int error;

	if (size < 0 || (size > 0 && credentials->group_count > (uint32_t)size))
		return WHY(-EINVAL, "there are %u groups, and room for %d",
		           credentials->group_count, size);
	error = size ? put_groups(credentials, user, narrow) : 0;
	return error ? error : (long)credentials->group_count;
}

// Do setgroups.
static long set_groups(uint32_t size, const void __user *user, bool narrow)
{
	struct credentials *new;
	int error;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size > NGROUPS_MAX)
		return -EINVAL;
	new = credentials_copy_for_groups(credentials_current(), size);
	if (!new)
		return -ENOMEM;
	error = fetch_groups(new, user, narrow);
	if (!error)
		credentials_sort_groups(new);
	return finish(new, error);
}

// getgroups(2).
SYSCALL2(getgroups32, int, size, void __user *, user)
{
	return get_groups(size, user, false);
}

SYSCALL2(getgroups, int, size, void __user *, user)
{
	return get_groups(size, user, true);
}

// setgroups(2).
SYSCALL2(setgroups32, uint32_t, size, const void __user *, user)
{
	return set_groups(size, user, false);
}

SYSCALL2(setgroups, uint32_t, size, const void __user *, user)
{
	return set_groups(size, user, true);
}
