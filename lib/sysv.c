// System V shared memory, semaphores and messages: each function is one system call.

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
