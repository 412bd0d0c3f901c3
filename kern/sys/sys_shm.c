// sys_shm.c: System V shared memory. ipc/shm.h has the operations.
#include "ipc/shm.h"
#include "sys/sys_ipc.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/shm.h>

// shmget(2).
SYSCALL3(shmget, key_t, key, size_t, size, uint32_t, flags)
{
	return shm_get(key, size, flags);
}

// A negative id comes first.
long do_shmat(int id, uintptr_t address, uint32_t flags, uintptr_t *store)
{
	if (id < 0)
		return WHY(-EINVAL, "there is no segment %d", id);
	return shm_attach(id, address, flags, store);
}

// shmat(2).
SYSCALL3(shmat, int, id, uintptr_t, address, uint32_t, flags)
{
	uintptr_t at;
	long error = do_shmat(id, address, flags, &at);

	return error ? error : (long)at;
}

// shmdt(2).
SYSCALL1(shmdt, uintptr_t, address)
{
	return shm_detach(address);
}

// Store the limits. Returns the highest index in use, or -EFAULT.
static long put_limits(void __user *user, bool old)
{
	const struct shminfo limits = {
		.shmmax = SHMMAX,
		.shmmin = SHMMIN,
		.shmmni = SHMMNI,
		.shmseg = SHMMNI,
		.shmall = SHMALL,
	};
	struct shm_info info;
	int error = old ? old_shminfo_put(user) :
	                  copyout(aspace_current(), user, &limits, sizeof(limits));

	return error ? error : shm_count(&info);
}

// Store a description of one segment. Returns what shm_stat returns, or -EFAULT.
static long put_status(int id, int command, void __user *user, bool old)
{
	struct shmid_ds ds;
	int result = shm_stat(id, command != IPC_STAT, command == SHM_STAT_ANY, &ds), error;

	if (result < 0)
		return result;
	error = old ? old_shmid_put(user, &ds) : copyout(aspace_current(), user, &ds, sizeof(ds));
	return error ? error : result;
}

// shmctl(2). A negative id or command comes first.
long do_shmctl(int id, int command, void __user *user, bool old)
{
	struct shm_info info;
	struct ipc_perm perm;
	int error;

	if (id < 0 || command < 0)
		return WHY(-EINVAL, "the id %d or the command %d is negative", id, command);
	switch (command) {
	case IPC_INFO:
		return put_limits(user, old);
	case SHM_INFO:
		id = shm_count(&info);
		error = copyout(aspace_current(), user, &info, sizeof(info));
		return error ? error : id;
	case SHM_STAT:
	case SHM_STAT_ANY:
	case IPC_STAT:
		return put_status(id, command, user, old);
	case IPC_SET:
		error = ipc_perm_get(&perm, user, old);
		return error ? error : shm_set(id, &perm);
	case IPC_RMID:
		return shm_remove(id);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shm_lock(id, command == SHM_LOCK);
	default:
		return WHY(-EINVAL, "there is no command %d", command);
	}
}

// shmctl(2).
SYSCALL3(shmctl, int, id, int, command, void __user *, user)
{
	return do_shmctl(id, command, user, false);
}
