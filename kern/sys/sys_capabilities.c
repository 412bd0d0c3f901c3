// sys_capabilities.c: reading and setting the capabilities of a thread (capget(2), capset(2)).
#include "proc/process.h"
#include "proc/thread_group.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// Find out how many parts the sets have in the version of the caller's header. For an unknown
// version stores the newest one in the header. Returns 1 or 2; -EINVAL; -EFAULT.
static int count_parts(struct cap_user_header __user *header)
{
	uint32_t version;

	if (get_user(aspace_current(), &version,
	             user_member(struct cap_user_header, header, version)))
		return -EFAULT;
	switch (version) {
	case LINUX_CAPABILITY_VERSION_1:
		return 1;
	case LINUX_CAPABILITY_VERSION_2:
	case LINUX_CAPABILITY_VERSION_3:
		return 2;
	}
	if (put_user(aspace_current(), user_member(struct cap_user_header, header, version),
	             LINUX_CAPABILITY_VERSION_3))
		return -EFAULT;
	return WHY(-EINVAL, "%#x is no version of capabilities", version);
}

// The three sets of a thread.
struct sets {
	capset_t effective, permitted, inheritable;
};

// Copy the sets of thread `tid` (0: the caller). Returns 0 or -ESRCH.
static int sets_of(pid_t tid, struct sets *sets)
{
	const struct credentials *credentials = NULL;
	const struct process *process;
	const struct thread *thread;

	spin_lock(&process_lock);
	thread = tid ? thread_find(tid) : thread_current();
	process = thread ? NULL : process_find(tid);
	if (thread)
		credentials = thread->credentials;
	else if (process && process->zombie)
		credentials = process->ended_credentials;
	if (credentials)
		*sets = (struct sets){ credentials->effective, credentials->permitted,
			               credentials->inheritable };
	spin_unlock(&process_lock);
	return credentials ? 0 : -ESRCH;
}

// capget(2). Without a place for the sets it only tells the version. Version 1 drops what does not
// fit into 32 bits.
SYSCALL2(capget, struct cap_user_header __user *, header, struct cap_user_data __user *, data)
{
	struct cap_user_data parts[2];
	int count = count_parts(header), error;
	struct sets sets;
	pid_t tid;

	if (count < 0 || !data)
		return count == -EINVAL && !data ? 0 : MIN(count, 0);
	if (get_user(aspace_current(), &tid, user_member(struct cap_user_header, header, pid)))
		return -EFAULT;
	if (tid < 0)
		return -EINVAL;
	error = sets_of(tid, &sets);
	if (error)
		return error;
	for (int i = 0; i < count; i++)
		parts[i] = (struct cap_user_data){ (uint32_t)(sets.effective >> 32 * i),
			                           (uint32_t)(sets.permitted >> 32 * i),
			                           (uint32_t)(sets.inheritable >> 32 * i) };
	return copyout(aspace_current(), data, parts, (size_t)count * sizeof(parts[0]));
}

// Returns a set of which a program has given two parts. Unknown capabilities are dropped.
static capset_t join(uint32_t low, uint32_t high)
{
	return ((capset_t)high << 32 | low) & CAP_ALL;
}

// capset(2): of the caller only. Any other thread is EPERM.
SYSCALL2(capset, struct cap_user_header __user *, header, const void __user *, data)
{
	struct cap_user_data parts[2] = { { 0 } };
	int count = count_parts(header), error;
	struct credentials *new;
	pid_t tid;

	if (count < 0)
		return count;
	if (get_user(aspace_current(), &tid, user_member(struct cap_user_header, header, pid)))
		return -EFAULT;
	if (tid != 0 && tid != thread_current()->tid)
		return WHY(-EPERM, "a thread can set its own capabilities only");
	if (copyin(aspace_current(), parts, data, (size_t)count * sizeof(parts[0])))
		return -EFAULT;
	new = credentials_copy(credentials_current());
	if (!new)
		return -ENOMEM;
	error = credentials_set_caps(new, join(parts[0].effective, parts[1].effective),
	                             join(parts[0].permitted, parts[1].permitted),
	                             join(parts[0].inheritable, parts[1].inheritable));
	if (error)
		credentials_put(new);
	else
		thread_set_credentials(new);
	return error;
}
