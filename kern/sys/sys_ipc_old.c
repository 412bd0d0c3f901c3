// sys_ipc_old.c: the structs of System V objects that ipc(2) uses without IPC_64: those of the C
// libraries before 1996.
#include "sys/sys_ids.h"
#include "sys/sys_ipc.h"
#include "vm/uaccess.h"
#include <abi/limits.h>
#include <abi/msg.h>
#include <abi/sem.h>
#include <abi/shm.h>

struct old_ipc_perm {
	key_t key;
	uint16_t uid, gid, cuid, cgid, mode, seq;
};

struct old_shmid_ds {
	struct old_ipc_perm perm;
	int32_t size;
	uint32_t atime, dtime, ctime;
	uint16_t cpid, lpid, nattch, unused;
	uint32_t unused2, unused3;
};

struct old_semid_ds {
	struct old_ipc_perm perm;
	uint32_t otime, ctime;
	uint32_t unused[4];
	uint16_t nsems;
};

struct old_msqid_ds {
	struct old_ipc_perm perm;
	uint32_t first, last;
	uint32_t stime, rtime, ctime;
	uint32_t long_cbytes, long_qbytes; // the same with 32 bits; a qbytes of 0 means this one
	uint16_t cbytes, qnum, qbytes, lspid, lrpid;
};

struct old_shminfo {
	int32_t shmmax, shmmin, shmmni, shmseg, shmall;
};

static struct old_ipc_perm old_perm(const struct ipc_perm *perm)
{
	return (struct old_ipc_perm){
		.key = perm->__key,
		.uid = narrow_id(perm->uid),
		.gid = narrow_id(perm->gid),
		.cuid = narrow_id(perm->cuid),
		.cgid = narrow_id(perm->cgid),
		.mode = perm->mode,
		.seq = perm->__seq,
	};
}

int ipc_perm_get(struct ipc_perm *perm, const void __user *user, bool old)
{
	struct old_ipc_perm short_perm;

	if (!old)
		return copyin(aspace_current(), perm, user, sizeof(*perm));
	if (copyin(aspace_current(), &short_perm, user, sizeof(short_perm)))
		return -EFAULT;
	perm->uid = short_perm.uid;
	perm->gid = short_perm.gid;
	perm->mode = short_perm.mode;
	return 0;
}

int old_shmid_put(void __user *user, const struct shmid_ds *ds)
{
	const struct old_shmid_ds old = {
		.perm = old_perm(&ds->shm_perm),
		.size = (int32_t)ds->shm_segsz,
		.atime = ds->shm_atime,
		.dtime = ds->shm_dtime,
		.ctime = ds->shm_ctime,
		.cpid = (uint16_t)ds->shm_cpid,
		.lpid = (uint16_t)ds->shm_lpid,
		.nattch = (uint16_t)ds->shm_nattch,
	};

	return copyout(aspace_current(), user, &old, sizeof(old));
}

int old_shminfo_put(void __user *user)
{
	const struct old_shminfo old = {
		.shmmax = INT32_MAX,
		.shmmin = SHMMIN,
		.shmmni = SHMMNI,
		.shmseg = SHMMNI,
		.shmall = (int32_t)SHMALL,
	};

	return copyout(aspace_current(), user, &old, sizeof(old));
}

int old_semid_put(void __user *user, const struct semid_ds *ds)
{
	const struct old_semid_ds old = {
		.perm = old_perm(&ds->sem_perm),
		.otime = ds->sem_otime,
		.ctime = ds->sem_ctime,
		.nsems = (uint16_t)ds->sem_nsems,
	};

	return copyout(aspace_current(), user, &old, sizeof(old));
}

// Returns `number`, or the greatest one with 16 bits.
static uint16_t short_number(uint32_t number)
{
	return (uint16_t)MIN(number, UINT16_MAX);
}

int old_msqid_put(void __user *user, const struct msqid_ds *ds)
{
	const struct old_msqid_ds old = {
		.perm = old_perm(&ds->msg_perm),
		.stime = ds->msg_stime,
		.rtime = ds->msg_rtime,
		.ctime = ds->msg_ctime,
		.long_cbytes = ds->msg_cbytes,
		.long_qbytes = ds->msg_qbytes,
		.cbytes = short_number(ds->msg_cbytes),
		.qnum = short_number(ds->msg_qnum),
		.qbytes = short_number(ds->msg_qbytes),
		.lspid = (uint16_t)ds->msg_lspid,
		.lrpid = (uint16_t)ds->msg_lrpid,
	};

	return copyout(aspace_current(), user, &old, sizeof(old));
}

int old_msqid_get(struct msqid_ds *ds, const void __user *user)
{
	struct old_msqid_ds old;

	if (copyin(aspace_current(), &old, user, sizeof(old)))
		return -EFAULT;
	ds->msg_perm.uid = old.perm.uid;
	ds->msg_perm.gid = old.perm.gid;
	ds->msg_perm.mode = old.perm.mode;
	ds->msg_qbytes = old.qbytes ? old.qbytes : old.long_qbytes;
	return 0;
}
