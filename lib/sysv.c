// System V shared memory, semaphores and messages: each function is one system call.

#include <stdarg.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

int shmget(key_t key, size_t size, int flags)
{
	return syscall(SYS_shmget, key, size, flags);
}

void *shmat(int id, const void *address, int flags)
{
	return (void *)syscall(SYS_shmat, id, address, flags);
}

int shmdt(const void *address)
{
	return syscall(SYS_shmdt, address);
}

int shmctl(int id, int command, struct shmid_ds *ds)
{
	return syscall(SYS_shmctl, id, command, ds);
}

int semget(key_t key, int count, int flags)
{
	return syscall(SYS_semget, key, count, flags);
}

int semop(int id, struct sembuf *operations, size_t count)
{
	return syscall(SYS_semtimedop_time64, id, operations, count, 0);
}

int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout)
{
	return syscall(SYS_ipc, IPC_CALL_SEMTIMEDOP, id, count, 0, operations, timeout);
}

int semctl(int id, int number, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	return syscall(SYS_semctl, id, number, command, argument);
}

int msgget(key_t key, int flags)
{
	return syscall(SYS_msgget, key, flags);
}

int msgsnd(int id, const void *message, size_t size, int flags)
{
	return syscall(SYS_msgsnd, id, message, size, flags);
}

ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	return syscall(SYS_msgrcv, id, message, size, type, flags);
}

int msgctl(int id, int command, struct msqid_ds *ds)
{
	return syscall(SYS_msgctl, id, command, ds);
}
