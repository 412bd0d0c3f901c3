// sys_ipc.c: ipc(2), which combines all calls on System V objects.
#include "ipc/msg.h"
#include "ipc/sem.h"
#include "ipc/shm.h"
#include "sys/sys_ipc.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// Calls of shmat, which stores the address at `third`.
static long call_shmat(int id, uintptr_t address, uint32_t flags, uint32_t __user *third)
{
	uintptr_t at;
	long error = do_shmat(id, address, flags, &at);

	return error ? error : put_user(aspace_current(), third, at);
}

// Returns true if `command` means the old structs; removes the bit that means the new ones.
static bool takes_old(int *command)
{
	bool old = !(*command & IPC_64);

	*command &= ~IPC_64;
	return old;
}

// Calls semctl, whose fourth argument is at `user`.
static long call_semctl(int id, int number, int command, const uint32_t __user *user)
{
	bool old = takes_old(&command);
	uint32_t argument;

	if (!user)
		return WHY(-EINVAL, "semctl has no fourth argument");
	if (get_user(aspace_current(), &argument, user))
		return -EFAULT;
	return do_semctl(id, number, command, argument, old);
}

// Calls msgrcv. In version 0 the address of the message and its type are in an array.
static long call_msgrcv(int id, size_t size, uint32_t flags, void __user *pointer, uint32_t version,
                        uint32_t type)
{
	uint32_t array[2] = { (uint32_t)pointer, type };

	if (version == 0) {
		if (!pointer)
			return WHY(-EINVAL, "msgrcv has no array");
		if (copyin(aspace_current(), array, pointer, sizeof(array)))
			return -EFAULT;
	}
	return do_msgrcv(id, (void __user *)array[0], size, (int32_t)array[1], flags);
}

// ipc(2). The high half of the number is a version of the call.
SYSCALL6(ipc, uint32_t, number, int, first, int, second, uint32_t, third, void __user *, pointer,
         uint32_t, fifth)
{
	uint32_t version = number >> 16;
	bool old;

	switch (number & 0xffff) {
	case IPC_CALL_SEMOP:
		return do_semtimedop(first, pointer, (uint32_t)second, NULL, false);
	case IPC_CALL_SEMTIMEDOP:
		return do_semtimedop(first, pointer, (uint32_t)second, (void __user *)fifth, false);
	case IPC_CALL_SEMGET:
		return sem_get(first, second, third);
	case IPC_CALL_SEMCTL:
		return call_semctl(first, second, (int)third, pointer);
	case IPC_CALL_SHMAT:
		if (version == 1)
			return WHY(-EINVAL, "shmat of version 1 is for the kernel only");
		return call_shmat(first, (uintptr_t)pointer, (uint32_t)second,
		                  (uint32_t __user *)third);
	case IPC_CALL_SHMDT:
		return shm_detach((uintptr_t)pointer);
	case IPC_CALL_SHMGET:
		return shm_get(first, (size_t)second, third);
	case IPC_CALL_SHMCTL:
		old = takes_old(&second);
		return do_shmctl(first, second, pointer, old);
	case IPC_CALL_MSGGET:
		return msg_get(first, (uint32_t)second);
	case IPC_CALL_MSGSND:
		return do_msgsnd(first, pointer, (size_t)second, third);
	case IPC_CALL_MSGRCV:
		return call_msgrcv(first, (size_t)second, third, pointer, version, fifth);
	case IPC_CALL_MSGCTL:
		old = takes_old(&second);
		return do_msgctl(first, second, pointer, old);
	default:
		return WHY(-ENOSYS, "there is no call %u on objects", number & 0xffff);
	}
}
