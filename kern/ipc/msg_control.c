// msg_control.c: changing and removing queues of System V messages (msgctl(2)).
#include "ipc/msg.h"

#include "mem/heap.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"

#define FREE_COST 300u // instructions, roughly, to free a message

// Change a queue. Caller: holds sysv_lock.
static int change(struct msg_queue *queue, const struct ipc_perm *perm, uint32_t bytes_max)
{
	int error = sysv_owned(&queue->ipc);

	assert_spin_held(&sysv_lock);
	if (!error && bytes_max > MSGMNB && !capable(CAP_SYS_RESOURCE))
		error = WHY(-EPERM, "a queue may have %u bytes", MSGMNB);
	if (!error)
		error = sysv_set(&queue->ipc, perm);
	if (error)
		return error;
	queue->bytes_max = bytes_max;
	queue->change_time = sysv_now();
	return 0;
}

// Receivers look again: perhaps they may not read any more.
int msg_set(int id, const struct ipc_perm *perm, uint32_t bytes_max)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&msg_table, id, &error);
	if (object) {
		sysv_hold(object);
		error = change(queue_of(object), perm, bytes_max);
		if (!error)
			msg_wake_all(queue_of(object), -EAGAIN);
	}
	spin_unlock(&sysv_lock);
	if (object)
		sysv_drop(&msg_table, object);
	return error;
}

static void free_all(struct list *messages)
{
	while (!list_empty(messages)) {
		struct msg *message = list_first(messages, struct msg, link);

		list_remove(&message->link);
		kfree(message);
		if (yield_due(FREE_COST))
			thread_yield_point();
	}
}

int msg_remove(int id)
{
	struct list messages = LIST_INIT(messages);
	struct sysv_object *object;
	struct msg_queue *queue;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&msg_table, id, &error);
	if (object)
		error = sysv_owned(object);
	if (!object || error) {
		spin_unlock(&sysv_lock);
		return error;
	}
	queue = queue_of(object);
	sysv_remove(&msg_table, object);
	list_move_all(&messages, &queue->messages);
	msg_count(-(int)queue->count, -(int)queue->bytes);
	queue->count = queue->bytes = 0;
	msg_wake_all(queue, WHY(-EIDRM, "the queue has been removed"));
	spin_unlock(&sysv_lock);
	free_all(&messages);
	sysv_drop(&msg_table, object);
	return 0;
}
