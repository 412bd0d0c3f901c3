// sys_ipc.h: the calls on System V objects, which come by numbers of their own and by ipc(2). Each
// do_ function returns what its call returns. Callers of all functions hold no lock, because they
// copy from and to the current program. `old`: the program's structs are those of ipc(2) without
// IPC_64.
#pragma once

#include "kern.h"
#include <abi/ipc.h>

struct sembuf;

// Fetch the owner, its group and the permissions that IPC_SET has for an object, from the first
// field of its struct at `user`, with `old` one of ipc(2) without IPC_64; with `old` only uid, gid
// and mode of *perm are set. Checks nothing. Copies from the user: no lock may be held. Returns 0;
// -EFAULT, with *perm undefined, if the memory cannot be read.
int ipc_perm_get(struct ipc_perm *perm, const void __user *user, bool old);

// -- sys_shm.c, sys_sem.c, sys_msg.c: the calls.

// Do shmat(2): map segment `id` at `address` of the current space (shm_attach; 0: anywhere).
// `store` is kernel memory. Sleeps: no lock may be held. Returns 0 with the address in *store; with
// *store undefined: -EINVAL for an id below 0, before all else; an error of shm_attach.
long do_shmat(int id, uintptr_t address, uint32_t flags, uintptr_t *store);

// Do shmctl(2): perform `command`, without IPC_64, on segment `id` (SHM_STAT, SHM_STAT_ANY: the
// place in the table; IPC_INFO, SHM_INFO: any). `user`: its struct, if it has one; with `old` that
// of ipc(2) without IPC_64, except for SHM_INFO. Copies from and to the user, and yields: no lock
// may be held.
// Returns 0; the highest index in use for IPC_INFO and SHM_INFO; the id for SHM_STAT and
// SHM_STAT_ANY; -EINVAL for an id or a command below 0, before all else, or an unknown command;
// -EFAULT, of IPC_SET before the segment is looked for; an error of shm_stat, shm_set, shm_remove
// or shm_lock.
long do_shmctl(int id, int command, void __user *user, bool old);

// Do semtimedop(2): perform `count` operations at `user` on set `id` at once. `timeout`: NULL,
// without end, or how long to wait at most, with seconds of 32 or (`wide`) 64 bits. A signal ends
// the call; it is not made again. Copies from the user, and sleeps: no lock may be held.
// Returns 0; in this order: -EFAULT for `timeout`; -E2BIG for more than SEMOPM (500) operations;
// -EINVAL for none; -ENOMEM; -EFAULT for `user`; -EINVAL for an id below 0, or a time below 0 or
// with 10^9 ns or more; an error of sem_operate.
long do_semtimedop(int id, const struct sembuf __user *user, uint32_t count,
                   const void __user *timeout, bool wide);

// Do semctl(2): perform `command`, without IPC_64, on set `id` (SEM_STAT, SEM_STAT_ANY: the place
// in the table; IPC_INFO, SEM_INFO: any), or on its semaphore `number` for GETVAL, GETPID, GETNCNT,
// GETZCNT and SETVAL. `argument`: the value for SETVAL, else the user's address of a struct or an
// array of uint16_t, if the command has one; with `old` the struct is that of ipc(2) without
// IPC_64. Copies from and to the user, and yields: no lock may be held.
// Returns 0; what sem_read returns for the four GET commands of a semaphore; the highest index in
// use for IPC_INFO and SEM_INFO; the id for SEM_STAT and SEM_STAT_ANY; -EINVAL for an id below 0,
// before all else, or an unknown command; -EFAULT, of IPC_SET before the set is looked for, of
// SETALL after that; -ENOMEM; an error of the function of ipc/sem.h.
long do_semctl(int id, int number, int command, uint32_t argument, bool old);

// Do msgsnd(2): send the message at `user`, a type of 4 bytes and then `size` bytes of text. Of
// `flags` only IPC_NOWAIT counts. Copies from the user, and sleeps until there is room: no lock may
// be held.
// Returns 0; in this order: -EFAULT for the type; -EINVAL for more than MSGMAX (8192) bytes, an id
// below 0, or a type below 1; -ENOMEM; -EFAULT for the text; an error of msg_send.
long do_msgsnd(int id, const void __user *user, size_t size, uint32_t flags);

// Do msgrcv(2): receive the message that `type` and `flags` (IPC_NOWAIT, MSG_NOERROR, MSG_EXCEPT,
// MSG_COPY) mean, and store its type and at most `size` bytes of text at `user`. Copies to the
// user, and sleeps until there is one: no lock may be held.
// Returns the number of bytes of text; -EINVAL for an id below 0, a size above 2^31 - 1, or
// MSG_COPY without IPC_NOWAIT or with MSG_EXCEPT; -ENOMEM (MSG_COPY); an error of msg_receive;
// -EINVAL if the message to copy is longer than `size`; -EFAULT: the message is lost, except with
// MSG_COPY.
long do_msgrcv(int id, void __user *user, size_t size, int32_t type, uint32_t flags);

// Do msgctl(2): perform `command`, without IPC_64, on queue `id` (MSG_STAT, MSG_STAT_ANY: the place
// in the table; IPC_INFO, MSG_INFO: any). `user`: its struct, if it has one; with `old` that of
// ipc(2) without IPC_64, except for IPC_INFO and MSG_INFO. Copies from and to the user, and yields:
// no lock may be held.
// Returns 0; the highest index in use for IPC_INFO and MSG_INFO; the id for MSG_STAT and
// MSG_STAT_ANY; -EINVAL for an id or a command below 0, before all else, or an unknown command;
// -EFAULT, of IPC_SET before the queue is looked for; an error of msg_stat, msg_set or msg_remove.
long do_msgctl(int id, int command, void __user *user, bool old);

// -- sys_ipc_old.c: the structs that programs had before 1996, with numbers of 16 bits.

struct msqid_ds;
struct semid_ds;
struct shmid_ds;

// Store the description *ds at `user`: users and groups above 16 bits as OVERFLOW_ID, other numbers
// by their lower bits; for queues of messages, numbers of bytes and messages above 16 bits as
// 65535, with the bytes in 32 bits too. old_shminfo_put stores the limits of segments, those above
// 31 bits as 2^31 - 1. Copy to the user: no lock may be held. Return 0; -EFAULT if the memory
// cannot be written, perhaps with a part stored.
int old_shmid_put(void __user *user, const struct shmid_ds *ds);
int old_shminfo_put(void __user *user);
int old_semid_put(void __user *user, const struct semid_ds *ds);
int old_msqid_put(void __user *user, const struct msqid_ds *ds);

// Fetch what IPC_SET has for a queue of messages, from an old struct at `user`: owner, group,
// permissions, and bytes (those of 32 bits if the 16 bits are 0); the other fields of *ds stay.
// Checks nothing. Copies from the user: no lock may be held. Returns 0; -EFAULT, with *ds
// unchanged, if the memory cannot be read.
int old_msqid_get(struct msqid_ds *ds, const void __user *user);
