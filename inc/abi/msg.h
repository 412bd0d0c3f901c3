// System V messages (msgget(2), msgop(2), msgctl(2)).
#pragma once

#include <abi/ipc.h>

// Flags of msgrcv.
#define MSG_NOERROR 010000 // cut a message that is too long
#define MSG_EXCEPT 020000  // any type but this one
#define MSG_COPY 040000    // leave the message in the queue; the type is its number there

// Commands of msgctl.
#define MSG_STAT 11
#define MSG_INFO 12
#define MSG_STAT_ANY 13

// The limits (proc(5), /proc/sys/kernel).
#define MSGMNI 32000u // queues
#define MSGMAX 8192u  // bytes of a message
#define MSGMNB 16384u // bytes, and messages, in a queue

// Times are 64 bits wide, in two parts.
struct msqid_ds {
	struct ipc_perm msg_perm;
	uint32_t msg_stime, msg_stime_high;
	uint32_t msg_rtime, msg_rtime_high;
	uint32_t msg_ctime, msg_ctime_high;
	uint32_t msg_cbytes; // bytes in the queue
	uint32_t msg_qnum;   // messages in the queue
	uint32_t msg_qbytes; // how many bytes there may be
	pid_t msg_lspid, msg_lrpid;
	uint32_t unused[2];
};

// IPC_INFO, MSG_INFO.
struct msginfo {
	int32_t msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
	uint16_t msgseg;
};
