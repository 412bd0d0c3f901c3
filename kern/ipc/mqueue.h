// mqueue.h: POSIX message queues (mq_overview(7)). Calls come here from sys/sys_mqueue.c.
//
// A queue is a file: it has an inode, and its name is an entry of a directory that no path leads
// to. The queue lives until it has neither a name nor an open file. So all its memory is lasting
// memory, and RLIMIT_MSGQUEUE bounds it.
//
// Messages lie in the order in which they are received: by priority, and those of one priority in
// the order in which they were sent. A message for which somebody waits goes to him at once; a
// sender that waits leaves its message with its thread, and who makes room puts it into the queue.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"
#include "kern.h"
#include "list.h"
#include "mem/avl.h"
#include "thread/waitq.h"
#include <abi/mqueue.h>

// The limits of unprivileged programs, and what a queue has if its maker does not say
// (/proc/sys/fs/mqueue).
#define MQ_QUEUES_MAX 256
#define MQ_MESSAGES_DEFAULT 10
#define MQ_SIZE_DEFAULT 8192

// At most so many queues, also with privilege: making one takes a walk over all of them (charge).
#define MQ_QUEUES_ALL 8192

// A part of a message's text.
struct mq_piece {
	struct mq_piece *next;
	uint32_t size; // bytes
	char text[];
};

// A message. The call that has taken it out of the queue owns it.
struct mq_message {
	struct avl_node node;  // in a queue
	uint32_t priority;     // < MQ_PRIO_MAX
	uint32_t size;         // bytes
	uint32_t pages;        // of memory, at most
	struct mq_piece first; // the last field: its text follows
};

// A call that waits, on its thread's stack. [l] the queue's lock
struct mq_waiter {
	struct list link; // [l] in the queue's senders or receivers; on no list once done
	bool done;        // [l] the message has gone into the queue, or has come out of it
	struct mq_message *message; // [l] to be sent, or received
	struct waitq wait;
};

// Which process is told of the next message that comes into the empty queue (mq_notify(3)).
struct mq_notify {
	pid_t pid;         // 0: none
	uint64_t serial;   // of the process, since another one may get its number;
	uint32_t programs; // and which of its programs has asked
	int how;           // SIGEV_SIGNAL or SIGEV_NONE
	int signo;         // 0: no signal
	uintptr_t value;   // what the signal carries
};

// [c] constant   [l] lock   [q] the lock of all queues
struct mq_queue {
	struct spinlock lock;
	struct inode *inode;            // [c] its file, which owns the queue
	uint32_t count_max, size_max;   // [c] messages; bytes of one
	uint32_t count, bytes;          // [l] of messages
	size_t memory;                  // [l] bytes of memory that messages take
	struct avl_tree messages;       // [l] struct mq_message by node, in the order of receiving
	struct list senders, receivers; // [l] struct mq_waiter by link, the oldest first
	struct mq_notify notify;        // [l]
	struct waitq polls;
	struct list link; // [q] among all queues
	uid_t user;       // [c] the real user of its maker,
	uint64_t charge;  // [c] and how much it counts against his RLIMIT_MSGQUEUE
};

// Create the directory of queues and the files of /proc. Panics if out of memory. Called once, at
// boot.
void mq_init(void);

// Open the queue `name`, or with O_CREAT in `flags` make it if there is none, as mq_open(2): with
// the permissions `mode` less the umask, and with attr->mq_maxmsg and attr->mq_msgsize (NULL: the
// defaults). Of `flags` only the access mode, O_NONBLOCK, O_CREAT and O_EXCL count. Sleeps and
// yields. Caller: holds no lock.
// Returns 0 with a new file in *store. For the name: -EACCES with a slash in it, for "", "." and
// ".."; -ENAMETOOLONG above NAME_MAX bytes. If there is such a queue: -EEXIST with O_CREAT and
// O_EXCL; -EINVAL for the access mode 3; -EACCES. If there is none: -ENOENT without O_CREAT;
// -ENOSPC at MQ_QUEUES_MAX queues (with CAP_SYS_RESOURCE MQ_QUEUES_ALL); -EINVAL for bad
// attributes; -EMFILE beyond RLIMIT_MSGQUEUE. -ENOMEM: a queue that was made may stay.
int mq_file_open(const char *name, uint32_t flags, mode_t mode, const struct mq_attr *attr,
                 struct file **store);

// Remove the name of a queue (mq_unlink(2)). The queue lives on while a file of it is open. Sleeps
// and yields. Caller: holds no lock. Returns 0; -EACCES and -ENAMETOOLONG for the name as
// mq_file_open; -ENOENT; -EPERM for another's queue, without CAP_FOWNER.
int mq_remove(const char *name);

// Returns the queue that an open file is, borrowed for as long as the file is open; NULL if it is
// another file.
struct mq_queue *mq_of_file(const struct file *file);

// Make a message of the `size` bytes at `text` (0: an empty one) with `priority`, both of which the
// caller has checked. The current process accounts for its memory (message->pages, a page for each
// piece) until mq_message_release. Yields. Caller: holds no lock.
// Returns 0 with the message in *store: the caller sends it or calls mq_message_release and
// mq_message_free. -ENOMEM; -EFAULT; -EINTR if the thread must die: then nothing is left.
int mq_message_create(const void __user *text, size_t size, uint32_t priority,
                      struct mq_message **store);

// Let the current process account for the memory of a message no more: it has made the message
// (mq_message_create), or has counted message->pages by process_hold. Not for a message that was
// sent: it may be freed already.
void mq_message_release(const struct mq_message *message);

// Store the text of a message, message->size bytes, at `text`; the message stays the caller's.
// Yields. Caller: holds no lock. Returns 0; -EFAULT, also if the thread must die, with a part of it
// stored.
int mq_message_store(const struct mq_message *message, void __user *text);

// Free a message that is in no queue, with all of its pieces. Does not end what the current process
// accounts for (mq_message_release). NULL does nothing.
void mq_message_free(struct mq_message *message);

// Send a message to the queue of `file`, which is a queue's; the caller has checked that the file
// is writable and that the queue takes a message of this size. Sleeps until there is room, or until
// clock_ns() reaches `deadline` (NO_DEADLINE: never), unless the file has O_NONBLOCK. Caller: holds
// no lock; has a reference on the file.
// Returns 0: the message is consumed, and may be freed already: the caller ends its account by
// process_release with the pages that it had noted before. Else the message stays the caller's:
// -EAGAIN if it would wait; -ETIMEDOUT; -ERESTARTSYS for a signal.
int mq_queue_send(struct file *file, struct mq_message *message, uint64_t deadline);

// Receive the first message of the queue of `file`, which is a queue's; the caller has checked that
// the file is readable. Sleeps until there is one, as mq_queue_send does for room. Caller: holds no
// lock; has a reference on the file.
// Returns 0 with the message in *store, which is the caller's to free; no process accounts for it
// (process_hold). -EAGAIN if it would wait; -ETIMEDOUT; -ERESTARTSYS for a signal.
int mq_queue_receive(struct file *file, uint64_t deadline, struct mq_message **store);

// Let the current process be told once, of the next message that comes into the empty queue while
// nobody waits for it (mq_notify(2)). *notify is copied: `how`, which the caller has checked,
// `signo` and `value`; pid, serial and programs are set here. NULL: end the registration of the
// current process, if it has one. Caller: holds no lock. Returns 0; -EBUSY if a process is
// registered, also if it is the current one.
int mq_queue_notify(struct file *file, const struct mq_notify *notify);

// Describe the queue of `file`, which is a queue's, in *store, as it is before the change: limits,
// number of messages, and the O_NONBLOCK of the file. Then set O_NONBLOCK as attr->mq_flags say;
// NULL: change nothing. The rest of *attr does not count (mq_getsetattr(2)). Caller: holds no lock.
void mq_attributes(struct file *file, const struct mq_attr *attr, struct mq_attr *store);

// -- What the files of queues share.

extern const struct file_ops mq_file_ops; // mqueue_file.c
