// msg.h: queues of System V messages (msgget(2)). Calls come here from sys/sys_msg.c.
#pragma once

#include "ipc/sysv.h"
#include "kern.h"
#include "list.h"
#include "thread/waitq.h"
#include <abi/msg.h>

// A queue takes no more messages than that, whatever its limit of bytes: a search looks at all of
// them.
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
	uint32_t wake_alls;     // [s] how often msg_wake_all has taken all of both lists
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

// Returns the queue that `object`, of msg_table and not NULL, is. Needs no lock.
static inline struct msg_queue *queue_of(struct sysv_object *object)
{
	return (struct msg_queue *)object; // its first field
}

// Create the files of /proc about messages. Called once, at boot.
void msg_init(void);

// such queue, and -EACCES if the current thread may not read or write it. All take sysv_lock.
// Caller: holds no lock.

// Find or make a queue; `flags`: IPC_ bits, permissions (msgget(2)). With IPC_PRIVATE always makes
// one. Takes sysv_lock.
// Returns its id; -ENOENT if there is none with this key and IPC_CREAT is not set; -EEXIST if there
// is one and IPC_CREAT and IPC_EXCL are set; -EACCES if there is one and the thread has not the
// permissions in `flags`; -ENOSPC if there are MSGMNI queues; -ENOMEM.
int msg_get(key_t key, uint32_t flags);

// Send a message: memory from kmalloc_lasting with its type (above 0), size and text. Sleeps until
// there is room unless `nonblocking`: a size above the queue's bytes_max never has any. Yields.
// Takes sysv_lock. Caller: holds no lock.
// Returns 0: the message is consumed, and may be freed already. Else it stays the caller's: -EINVAL
// if there is no such queue; -EACCES if the thread may not write it, also after a wait; -EAGAIN
// without room and with `nonblocking`; -EIDRM if the queue is removed meanwhile; -ERESTARTNOHAND
// for a signal.
int msg_send(int id, struct msg *message, bool nonblocking);

// Receive the oldest message that *choice admits; with MSG_LOWEST the oldest of the lowest type.
// Sleeps until there is one unless `nonblocking`. Takes sysv_lock. Caller: holds no lock.
// Returns 0 with the message in *store, which the caller frees by kfree. With MSG_NUMBER, which
// must be `nonblocking`, the message stays in the queue and is copied into the struct *store, which
// has room for choice->size_max bytes of text, or for MSGMAX if that is less.
// With *store undefined (MSG_NUMBER: unchanged): -EINVAL if there is no such queue; -EACCES if the
// thread may not read it; -E2BIG if the message is longer than choice->size_max: it stays; -ENOMSG
// if there is none and with `nonblocking`; -EIDRM if the queue is removed meanwhile;
// -ERESTARTNOHAND for a signal.
int msg_receive(int id, const struct msg_choice *choice, bool nonblocking, struct msg **store);

// Describe a queue in *ds: `id` is its id (IPC_STAT), or with `index` its place in the table
// (MSG_STAT), with `any` too without a check of permissions (MSG_STAT_ANY). Takes sysv_lock.
// Returns 0, or with `index` the id; with *ds unchanged: -EINVAL if there is no such queue, or
// nothing in that place; -EACCES if the current thread may not read it.
int msg_stat(int id, bool index, bool any, struct msqid_ds *ds);

// Set owner and permissions from perm->uid, perm->gid, perm->mode, and how many bytes of text the
// queue may have (IPC_SET). More that are in it stay. Calls that wait look again. Takes sysv_lock.
// Yields: the caller holds no lock.
// Returns 0; with nothing changed: -EINVAL if there is no such queue; -EPERM for another's queue
// (sysv_owned), or for more than MSGMNB bytes without CAP_SYS_RESOURCE; -EINVAL for the user or
// group -1.
int msg_set(int id, const struct ipc_perm *perm, uint32_t bytes_max);

// Remove a queue with its messages (IPC_RMID). Calls that wait for it return -EIDRM. Takes
// sysv_lock. Yields: the caller holds no lock. Returns 0; -EINVAL if there is no such queue; -EPERM
// for another's queue (sysv_owned).
int msg_remove(int id);

// Store the limits in *info; with `usage` msgpool is the number of queues, msgmap that of all
// messages and msgtql that of their bytes (IPC_INFO, MSG_INFO). Takes sysv_lock. Never fails.
// Returns the highest index in use; 0 also if there is no queue.
int msg_info(struct msginfo *info, bool usage);

// -- What the files of messages share. Caller of all functions below: holds sysv_lock.

// Add `messages` to the number of messages in all queues, and `bytes` to the number of bytes of
// their text (msg_info shows both); a number below 0 subtracts. Caller: holds sysv_lock.
void msg_count(int messages, int bytes);

// Wake those calls that wait for room, at most 32 and the oldest first, for whose message alone
// there is room. They look again, and each that sends wakes others. Caller: holds sysv_lock.
void msg_wake_senders(struct msg_queue *queue);

// Wake all calls that wait for the queue: receivers return `result` (-EIDRM; -EAGAIN: they look
// again), senders look again. Yields, with sysv_lock released; it is held again at the return.
// Caller: holds sysv_lock, no other lock, and a reference on the queue.
void msg_wake_all(struct msg_queue *queue, int result);
