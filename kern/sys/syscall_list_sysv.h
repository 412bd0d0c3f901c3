// syscall_list_sysv.h: the part of syscall_list.h with the calls on System V objects.

// sys_shm.c: System V shared memory; sys_sem.c: semaphores; sys_msg.c: messages; sys_ipc.c: all calls on System V objects
X(shmget)
X(shmat)
X(shmdt)
X(shmctl)
X(semget)
X(semctl)
X(semtimedop_time64)
X(msgget)
X(msgsnd)
X(msgrcv)
X(msgctl)
X(ipc)
