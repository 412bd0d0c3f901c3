// System V semaphores (semget(2), semop(2), semctl(2)).
#pragma once

#include <abi/ipc.h>

#define SEM_UNDO 0x1000 // of an operation: take it back when the process ends

// Commands of semctl.
#define GETPID 11
#define GETVAL 12
#define GETALL 13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL 16
#define SETALL 17
#define SEM_STAT 18
#define SEM_INFO 19
#define SEM_STAT_ANY 20

// The limits (proc(5), /proc/sys/kernel/sem).
#define SEMMNI 32000u            // sets
#define SEMMSL 32000u            // semaphores of a set
#define SEMMNS (SEMMNI * SEMMSL) // semaphores of all sets
#define SEMOPM 500u              // operations of a call
#define SEMVMX 32767             // the largest value
#define SEMAEM SEMVMX            // the largest value that is taken back
#define SEMUSZ 20                // has no meaning any more

// Times are 64 bits wide, in two parts.
struct semid_ds {
	struct ipc_perm sem_perm;
	uint32_t sem_otime, sem_otime_high;
	uint32_t sem_ctime, sem_ctime_high;
	uint32_t sem_nsems;
	uint32_t unused[2];
};

// One operation: add sem_op, or, if it is 0, wait until the value is 0.
struct sembuf {
	uint16_t sem_num;
	int16_t sem_op;
	int16_t sem_flg;
};

// IPC_INFO, SEM_INFO.
struct seminfo {
	int32_t semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem;
};
