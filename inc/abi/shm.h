// System V shared memory (shmget(2), shmop(2), shmctl(2)).
#pragma once

#include <abi/ipc.h>

// Flags of shmget.
#define SHM_HUGETLB 04000
#define SHM_NORESERVE 010000
#define SHM_HUGE_SHIFT 26
#define SHM_HUGE_MASK 0x3f

// Flags of shmat.
#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_EXEC 0100000

#define SHMLBA 4096 // addresses are multiples of it

// Commands of shmctl.
#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15

// Bits of shm_perm.mode.
#define SHM_DEST 01000   // goes when nobody maps it any more
#define SHM_LOCKED 02000 // SHM_LOCK

// The limits of all segments (proc(5), /proc/sys/kernel).
#define SHMMIN 1u
#define SHMMNI 4096u
#define SHMMAX (0xffffffffu - (1u << 24)) // bytes of one
#define SHMALL (0xffffffffu - (1u << 24)) // pages of all

// Times are 64 bits wide, in two parts.
struct shmid_ds {
	struct ipc_perm shm_perm;
	uint32_t shm_segsz;
	uint32_t shm_atime, shm_atime_high;
	uint32_t shm_dtime, shm_dtime_high;
	uint32_t shm_ctime, shm_ctime_high;
	pid_t shm_cpid;
	pid_t shm_lpid;
	uint32_t shm_nattch;
	uint32_t unused[2];
};

// IPC_INFO.
struct shminfo {
	uint32_t shmmax, shmmin, shmmni, shmseg, shmall;
	uint32_t unused[4];
};

// SHM_INFO.
struct shm_info {
	int32_t used_ids;
	uint32_t shm_tot, shm_rss, shm_swp; // pages
	uint32_t swap_attempts, swap_successes;
};
