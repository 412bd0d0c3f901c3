// POSIX message queues (mq_overview(7)).
#pragma once

#define MQ_PRIO_MAX 32768u // priorities are below it

// Limits that no privilege lifts: messages in a queue, and bytes of a message.
#define MQ_MESSAGES_MAX 65536
#define MQ_SIZE_MAX (16 * 1024 * 1024)

struct mq_attr {
	long mq_flags;   // O_NONBLOCK or 0
	long mq_maxmsg;  // messages that the queue takes
	long mq_msgsize; // bytes that a message may have
	long mq_curmsgs; // messages in the queue
	long reserved[4];
};

#define MQ_NOTIFY_COOKIE 32 // bytes that SIGEV_THREAD sends to a netlink socket
