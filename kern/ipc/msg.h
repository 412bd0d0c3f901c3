// msg.h: queues of System V messages (msgget(2)). Calls come here from sys/sys_msg.c.
#pragma once

#include "ipc/sysv.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"
#include <abi/msg.h>

// A queue takes no more messages than that, whatever its limit of bytes: a search looks at all of them.
#define MSG_COUNT_MAX 32768u

struct msg {
	struct list link; // in a queue
	int32_t type;     // > 0
	uint32_t size;    // bytes
	char text[];
};

// [s] sysv_lock   [c] constant
struct msg_queue {
	struct sysv_object ipc; // the first field
	struct list messages;   // [s] struct msg by link, the oldest first
	uint32_t count, bytes;  // [s] of messages
	uint32_t bytes_max;     // [s] msgctl(2), msg_qbytes
	struct list senders;    // [s] struct msg_sender by link: they wait for room
	struct list receivers;  // [s] struct msg_receiver by link: they wait for a message
	pid_t sender, receiver; // [s] processes that have sent and received last
	uint64_t send_time, receive_time, change_time; // [s] seconds since 1970; 0: never
};

// Which message a receiver wants.
struct msg_choice {
	enum { MSG_ANY, MSG_TYPE, MSG_NOT_TYPE, MSG_LOWEST, MSG_NUMBER } how;
	int32_t type; // MSG_LOWEST: the highest type that will do; MSG_NUMBER: the number in the queue
	size_t size_max; // for a longer message the result is -E2BIG
};

// A call that waits. Lies on its thread's stack.
// [s] sysv_lock
struct msg_sender {
	struct list link; // [s] in queue->senders; on no list: woken
	uint32_t size;
	struct waitq wait;
};

struct msg_receiver {
	struct list link;         // [s] in queue->receivers
	bool is_place;            // no receiver, but the place where a walk goes on
	struct msg_choice choice; // [s]
	pid_t pid;
	bool done;           // [s] it is on no list any more, and `result` is decided
	int result;          // [s] 0: there is `message`; -errno; -EAGAIN: look again
	struct msg *message; // [s]
	struct waitq wait;
};

extern struct sysv_table msg_table;

static inline struct msg_queue *queue_of(struct sysv_object *object)
{
	return (struct msg_queue *)object; // its first field
}

// Create the files of /proc about messages. Called once, at boot.
void msg_init(void);

// All functions return 0 (or what the call returns) or -errno as the calls do. Caller: holds no lock.

// Find or make a queue (msgget(2)).
int msg_get(key_t key, uint32_t flags);

// Send a message, which has come from the heap. Consumes it if the result is 0.
int msg_send(int id, struct msg *message, bool nonblocking);

// Receive a message. Stores it in *store; the caller frees it. With MSG_NUMBER, which does not wait, it is
// copied into *store, which has room for choice->size_max bytes.
int msg_receive(int id, const struct msg_choice *choice, bool nonblocking, struct msg **store);

// Describe a queue (IPC_STAT, or with `index` MSG_STAT, or with `any` MSG_STAT_ANY). Returns 0, or with
// `index` the id.
int msg_stat(int id, bool index, bool any, struct msqid_ds *ds);

// Set owner, permissions, and how many bytes there may be (IPC_SET).
int msg_set(int id, const struct ipc_perm *perm, uint32_t bytes_max);

// Remove a queue with its messages (IPC_RMID). Who waits gets -EIDRM.
int msg_remove(int id);

// Store the limits, or with `usage` what is in use too. Returns the highest index in use.
int msg_info(struct msginfo *info, bool usage);

// -- What the files of messages share. Callers of these functions hold sysv_lock.

// Count the bytes and messages of all queues.
void msg_count(int messages, int bytes);

// Wake some of those that wait for room, if there is any.
void msg_wake_senders(struct msg_queue *queue);

// Wake all that wait: receivers with `result`. Yields. Caller: holds no other lock, and a reference on
// the queue.
void msg_wake_all(struct msg_queue *queue, int result);
