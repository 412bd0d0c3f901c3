// ipc(2), which combines all calls on System V objects: its numbers, versions, and old structs.

#include "sysv.h"

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

struct old_perm {
	int key;
	uint16_t uid, gid, cuid, cgid, mode, seq;
};

static long ipc(uint32_t call, long first, long second, long third, const void *pointer, long fifth)
{
	return syscall(SYS_ipc, call, first, second, third, pointer, fifth);
}

static void memory(void)
{
	int id = ipc(IPC_CALL_SHMGET, IPC_PRIVATE, 5000, 0640, NULL, 0);
	struct shmid_ds ds;
	struct {
		struct old_perm perm;
		int size;
		uint32_t atime, dtime, ctime;
		uint16_t cpid, lpid, nattch, unused[5];
	} old = { 0 };
	char *at = NULL;

	check("made", id >= 0);
	show("attach", ipc(IPC_CALL_SHMAT, id, 0, (long)&at, NULL, 0));
	strcpy(at, "text");
	show("attach of version 1", ipc(IPC_CALL_SHMAT | 1 << 16, id, 0, (long)&at, NULL, 0));
	show("attach to nowhere", ipc(IPC_CALL_SHMAT, id, 0, 8, NULL, 0));
	show("stat", ipc(IPC_CALL_SHMCTL, id, IPC_STAT | IPC_64, 0, &ds, 0));
	say("  size %u, users %u\n", ds.shm_segsz, ds.shm_nattch);
	show("old stat", ipc(IPC_CALL_SHMCTL, id, IPC_STAT, 0, &old, 0));
	say("  size %d, users %u, mode %#o, ctime %d, cpid %d\n", old.size, old.nattch,
	    old.perm.mode, old.ctime == ds.shm_ctime, old.cpid == getpid());
	old.perm.uid = 1000;
	old.perm.mode = 0600;
	show("old set", ipc(IPC_CALL_SHMCTL, id, IPC_SET, 0, &old, 0));
	shmctl(id, IPC_STAT, &ds);
	show_perm(&ds.shm_perm);
	ds.shm_perm.uid = 100000;
	shmctl(id, IPC_SET, &ds);
	ipc(IPC_CALL_SHMCTL, id, IPC_STAT, 0, &old, 0);
	say("a large user: %u\n", old.perm.uid);
	show("detach", ipc(IPC_CALL_SHMDT, 0, 0, 0, at, 0));
	show("remove", ipc(IPC_CALL_SHMCTL, id, IPC_RMID | IPC_64, 0, NULL, 0));
}

static void semaphores(void)
{
	int id = ipc(IPC_CALL_SEMGET, IPC_PRIVATE, 3, 0600, NULL, 0);
	struct sembuf add = { 1, 5, 0 }, take = { 1, -6, 0 };
	struct timespec none = { 0, 1000 };
	struct {
		struct old_perm perm;
		uint32_t otime, ctime, unused[4];
		uint16_t nsems;
	} old = { 0 };
	long argument = 7;

	check("made", id >= 0);
	show("operate", ipc(IPC_CALL_SEMOP, id, 1, 0, &add, 0));
	show("operate with a time", ipc(IPC_CALL_SEMTIMEDOP, id, 1, 0, &take, (long)&none));
	show("operate with a time from nowhere", ipc(IPC_CALL_SEMTIMEDOP, id, 1, 0, &add, 8));
	show("value", ipc(IPC_CALL_SEMCTL, id, 1, GETVAL, &argument, 0));
	show("set value", ipc(IPC_CALL_SEMCTL, id, 2, SETVAL, &argument, 0));
	show("value", ipc(IPC_CALL_SEMCTL, id, 2, GETVAL | IPC_64, &argument, 0));
	show("value, no argument", ipc(IPC_CALL_SEMCTL, id, 2, GETVAL, NULL, 0));
	argument = (long)&old;
	show("old stat", ipc(IPC_CALL_SEMCTL, id, 0, IPC_STAT, &argument, 0));
	say("  %u semaphores, mode %#o\n", old.nsems, old.perm.mode);
	show("remove", ipc(IPC_CALL_SEMCTL, id, 0, IPC_RMID, &argument, 0));
}

static void messages(void)
{
	int id = ipc(IPC_CALL_MSGGET, IPC_PRIVATE, 0600, 0, NULL, 0);
	struct {
		long type;
		char text[20];
	} message = { 3, "text" };
	struct {
		struct old_perm perm;
		uint32_t unused[2], stime, rtime, ctime, long_cbytes, long_qbytes;
		uint16_t cbytes, qnum, qbytes, lspid, lrpid;
	} old = { 0 };
	long array[2] = { (long)&message, 3 };

	check("made", id >= 0);
	show("send", ipc(IPC_CALL_MSGSND, id, 5, 0, &message, 0));
	show("send", ipc(IPC_CALL_MSGSND, id, 5, 0, &message, 0));
	show("old stat", ipc(IPC_CALL_MSGCTL, id, IPC_STAT, 0, &old, 0));
	say("  %u messages, %u of %u bytes\n", old.qnum, old.cbytes, old.qbytes);
	show("receive", ipc(IPC_CALL_MSGRCV, id, 20, 0, array, 0));
	show("receive from no array", ipc(IPC_CALL_MSGRCV, id, 20, 0, NULL, 0));
	show("receive from nowhere", ipc(IPC_CALL_MSGRCV, id, 20, 0, (void *)8, 0));
	show("receive in version 1", ipc(IPC_CALL_MSGRCV | 1 << 16, id, 20, 0, &message, 3));
	old.qbytes = 99;
	show("old set", ipc(IPC_CALL_MSGCTL, id, IPC_SET, 0, &old, 0));
	show("old stat", ipc(IPC_CALL_MSGCTL, id, IPC_STAT, 0, &old, 0));
	say("  %u bytes\n", old.qbytes);
	show("remove", ipc(IPC_CALL_MSGCTL, id, IPC_RMID, 0, NULL, 0));
}

int main(void)
{
	memory();
	semaphores();
	messages();
	show("call 0", ipc(0, 0, 0, 0, NULL, 0));
	show("call 5", ipc(5, 0, 0, 0, NULL, 0));
	show("call 25", ipc(25, 0, 0, 0, NULL, 0));
	return 0;
}
