// sys_ipc.h: the calls on System V objects, which come by numbers of their own and by ipc(2). Each
// do_ function returns what its call returns. Callers of all functions hold no lock, because they
// copy from and to the current program. `old`: the program's structs are those of ipc(2) without
// IPC_64.
#pragma once

#include "kern.h"
#include <abi/ipc.h>

struct sembuf;

// Fetch the owner, its group and the permissions that IPC_SET has for an object, from the first
// field of its struct at `user`; with `old` only these fields of *perm are set. Returns 0; -EFAULT,
// with *perm undefined, if the memory cannot be read.
int ipc_perm_get(struct ipc_perm *perm, const void __user *user, bool old);

// sys_shm.c
long do_shmat(int id, uintptr_t address, uint32_t flags, uintptr_t *store);
long do_shmctl(int id, int command, void __user *user, bool old);

// sys_sem.c. `timeout`: NULL, or a time of 32 or (`wide`) 64 bits. `argument`: a number or an
// address.
long do_semtimedop(int id, const struct sembuf __user *user, uint32_t count,
                   const void __user *timeout, bool wide);
long do_semctl(int id, int number, int command, uint32_t argument, bool old);

// sys_msg.c
long do_msgsnd(int id, const void __user *user, size_t size, uint32_t flags);
long do_msgrcv(int id, void __user *user, size_t size, int32_t type, uint32_t flags);
long do_msgctl(int id, int command, void __user *user, bool old);

// -- sys_ipc_old.c: the structs that programs had before 1996, with numbers of 16 bits.

struct msqid_ds;
struct semid_ds;
struct shmid_ds;

// Store a description at `user`: users and groups above 16 bits as OVERFLOW_ID, other numbers by
// their lower bits. old_shminfo_put stores the limits of segments. Return 0; -EFAULT if the memory
// cannot be written, perhaps with a part stored.
int old_shmid_put(void __user *user, const struct shmid_ds *ds);
int old_shminfo_put(void __user *user);
int old_semid_put(void __user *user, const struct semid_ds *ds);
int old_msqid_put(void __user *user, const struct msqid_ds *ds);

// Fetch what IPC_SET has for a queue of messages, from an old struct at `user`: owner, group,
// permissions and bytes; the other fields of *ds stay. Returns 0; -EFAULT, with *ds unchanged, if
// the memory cannot be read.
int old_msqid_get(struct msqid_ds *ds, const void __user *user);
