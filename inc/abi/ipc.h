// What the three kinds of System V objects have in common (sysvipc(7)): shared memory, semaphores and
// messages.
#pragma once

#include <abi/types.h>

typedef int32_t key_t;

#define IPC_PRIVATE 0 // no key: a new object each time

// Bits of the flags of shmget, semget and msgget, beside the permissions.
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000 // of calls that may sleep

// Commands of shmctl, semctl and msgctl. With IPC_64 ipc(2) means the structs of these headers, and
// without it older ones.
#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3
#define IPC_64 0x100

// Who owns an object, and who may use it.
struct ipc_perm {
	key_t __key;
	uid_t uid;
	gid_t gid;
	uid_t cuid; // who made it
	gid_t cgid;
	uint16_t mode;
	uint16_t pad1;
	uint16_t __seq; // of the id
	uint16_t pad2;
	uint32_t unused[2];
};

// Calls of ipc(2).
#define IPC_CALL_SEMOP 1u
#define IPC_CALL_SEMGET 2u
#define IPC_CALL_SEMCTL 3u
#define IPC_CALL_SEMTIMEDOP 4u
#define IPC_CALL_MSGSND 11u
#define IPC_CALL_MSGRCV 12u
#define IPC_CALL_MSGGET 13u
#define IPC_CALL_MSGCTL 14u
#define IPC_CALL_SHMAT 21u
#define IPC_CALL_SHMDT 22u
#define IPC_CALL_SHMGET 23u
#define IPC_CALL_SHMCTL 24u
