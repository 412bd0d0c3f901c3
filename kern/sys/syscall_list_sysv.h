// syscall_list_sysv.h: the part of syscall_list.h with the calls on System V objects and on POSIX message
// queues.

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

// sys_mqueue.c: POSIX message queues
X(mq_open)
X(mq_unlink)
X(mq_timedsend)
X(mq_timedsend_time64)
X(mq_timedreceive)
X(mq_timedreceive_time64)
X(mq_notify)
X(mq_getsetattr)
