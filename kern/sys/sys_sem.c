// sys_sem.c: System V semaphores. ipc/sem.h has the operations.
#include "ipc/sem.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/sys_ipc.h"
#include "sys/sys_timespec.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "vm/uaccess.h"

#define FEW_OPS 32u // operations that have room on the stack

// semget(2).
SYSCALL3(semget, key_t, key, int, count, uint32_t, flags)
{
	return sem_get(key, count, flags);
}

// Fetch the time-out. Its address is checked before all other arguments, and its value after them: then
// *valid is false. Returns 0 or -EFAULT.
static int get_deadline(const void __user *timeout, bool wide, uint64_t *deadline, bool *valid)
{
	uint64_t ns;
	int error;

	*deadline = NO_DEADLINE;
	*valid = true;
	if (!timeout)
		return 0;
	error = get_ns(timeout, &ns, wide);
	*valid = !error;
	if (!error)
		*deadline = clock_ns() + ns;
	return error == -EINVAL ? 0 : error;
}

// Fetch the operations and do them.
static long fetch_and_operate(int id, const struct sembuf __user *user, struct sembuf *ops,
                              uint32_t count, uint64_t deadline, bool deadline_valid)
{
	if (copyin(aspace_current(), ops, user, count * sizeof(*ops)))
		return -EFAULT;
	if (id < 0 || !deadline_valid)
		return WHY(-EINVAL, "a negative id, or a bad time-out");
	return sem_operate(id, ops, count, deadline);
}

// A call that a signal ends is not made again, also after a stop.
long do_semtimedop(int id, const struct sembuf __user *user, uint32_t count,
                   const void __user *timeout, bool wide)
{
	struct sembuf few[FEW_OPS], *ops = few;
	uint64_t deadline;
	bool valid;
	long result = get_deadline(timeout, wide, &deadline, &valid);

	if (result)
		return result;
	if (count > SEMOPM)
		return WHY(-E2BIG, "%u operations, not at most %u", count, SEMOPM);
	if (count == 0)
		return WHY(-EINVAL, "no operation");
	if (count > FEW_OPS)
		ops = kmalloc(count * sizeof(*ops));
	if (!ops)
		return -ENOMEM;
	process_hold(ops != few);
	result = fetch_and_operate(id, user, ops, count, deadline, valid);
	process_release(ops != few);
	if (ops != few)
		kfree(ops);
	return result;
}

// semtimedop(2).
SYSCALL4(semtimedop_time64, int, id, const struct sembuf __user *, user, uint32_t, count,
         const void __user *, timeout)
{
	return do_semtimedop(id, user, count, timeout, true);
}

// Do GETALL or SETALL. A set keeps its size as long as it has its id.
static long move_all(int id, int command, void __user *user)
{
	struct aspace *as = aspace_current();
	uint16_t *values;
	uint32_t count;
	int error = sem_size(id, command == GETALL ? 0444 : 0222, &count);

	if (error)
		return error;
	values = kmalloc(count * sizeof(*values));
	if (!values)
		return -ENOMEM;
	if (command == GETALL) {
		error = sem_read_all(id, values, count);
		if (!error)
			error = copyout(as, user, values, count * sizeof(*values));
	} else {
		error = copyin(as, values, user, count * sizeof(*values));
		if (!error)
			error = sem_write_all(id, values, count);
	}
	kfree(values);
	return error;
}

// Store the limits, or what is in use. Returns the highest index in use, or -EFAULT.
static long put_info(void __user *user, bool usage)
{
	struct seminfo info;
	int highest = sem_info(&info, usage);
	int error = copyout(aspace_current(), user, &info, sizeof(info));

	return error ? error : highest;
}

// Store a description of one set. Returns what sem_stat returns, or -EFAULT.
static long put_status(int id, int command, void __user *user, bool old)
{
	struct semid_ds ds;
	int result = sem_stat(id, command != IPC_STAT, command == SEM_STAT_ANY, &ds), error;

	if (result < 0)
		return result;
	error = old ? old_semid_put(user, &ds) : copyout(aspace_current(), user, &ds, sizeof(ds));
	return error ? error : result;
}

// semctl(2). A negative id comes first.
long do_semctl(int id, int number, int command, uint32_t argument, bool old)
{
	void __user *user = (void __user *)argument;
	struct ipc_perm perm;
	int error;

	if (id < 0)
		return WHY(-EINVAL, "there is no set %d", id);
	switch (command) {
	case IPC_INFO:
	case SEM_INFO:
		return put_info(user, command == SEM_INFO);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return put_status(id, command, user, old);
	case GETALL:
	case SETALL:
		return move_all(id, command, user);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return sem_read(id, number, command);
	case SETVAL:
		return sem_write(id, number, (int)argument);
	case IPC_SET:
		error = ipc_perm_get(&perm, user, old);
		return error ? error : sem_set_owner(id, &perm);
	case IPC_RMID:
		return sem_remove(id);
	default:
		return WHY(-EINVAL, "there is no command %d", command);
	}
}

// semctl(2).
SYSCALL4(semctl, int, id, int, number, int, command, uint32_t, argument)
{
	return do_semctl(id, number, command, argument, false);
}
