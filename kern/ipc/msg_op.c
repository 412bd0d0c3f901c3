// msg_op.c: sending and receiving System V messages (msgop(2)). A message for which somebody waits goes to him
// at once, and never lies in the queue.
#include "ipc/msg.h"

#include "mem/heap.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"

#define WAKE_COST 500u // instructions, roughly, to wake a thread
#define LOOK_COST 30u  // and to look at one that waits
#define WAKE_MOST 32u  // senders woken at once; each of them wakes others

// Returns true if a message of `size` bytes may join those in the queue.
static bool has_room(const struct msg_queue *queue, uint32_t size)
{
	assert_spin_held(&sysv_lock);
	return queue->bytes + size <= queue->bytes_max && queue->bytes + size >= size &&
	       queue->count < queue->bytes_max && queue->count < MSG_COUNT_MAX;
}

void msg_wake_senders(struct msg_queue *queue)
{
	struct msg_sender *sender, *after;
	uint32_t woken = 0;

	assert_spin_held(&sysv_lock);
	list_for_each_safe(sender, after, &queue->senders, link) {
		if (!has_room(queue, sender->size))
			continue;
		list_remove(&sender->link);
		waitq_wake_all(&sender->wait);
		if (++woken == WAKE_MOST)
			return;
	}
}

static void finish(struct msg_receiver *receiver, int result, struct msg *message)
{
	assert_spin_held(&sysv_lock);
	list_remove(&receiver->link);
	receiver->done = true;
	receiver->result = result;
	receiver->message = message;
	waitq_wake_all(&receiver->wait);
}

void msg_wake_all(struct msg_queue *queue, int result)
{
	struct list receivers = LIST_INIT(receivers), senders = LIST_INIT(senders);

	assert_only_spinlock(&sysv_lock);
	queue->wake_alls++;
	list_move_all(&receivers, &queue->receivers);
	list_move_all(&senders, &queue->senders);
	while (!list_empty(&receivers) || !list_empty(&senders)) {
		if (!list_empty(&receivers)) {
			struct msg_receiver *receiver = list_first(&receivers, struct msg_receiver,
			                                           link);

			if (receiver->is_place)
				list_remove(&receiver->link); // a walk, which begins anew
			else
				finish(receiver, result, NULL);
		} else {
			struct msg_sender *sender = list_first(&senders, struct msg_sender, link);

			list_remove(&sender->link);
			waitq_wake_all(&sender->wait);
		}
		if (!yield_due(WAKE_COST))
			continue;
		spin_unlock(&sysv_lock);
		thread_yield_point();
		spin_lock(&sysv_lock);
	}
}

// Returns true if the choice admits a message of this type.
static bool admits(const struct msg_choice *choice, int32_t type)
{
	switch (choice->how) {
	case MSG_TYPE:
		return type == choice->type;
	case MSG_NOT_TYPE:
		return type != choice->type;
	case MSG_LOWEST:
		return type <= choice->type;
	default:
		return true;
	}
}

// Give the message to the first receiver that wants it. One whose buffer is too small gets -E2BIG. Returns true
// if it has been taken. Releases sysv_lock now and then. If msg_wake_all runs meanwhile, the place may
// be on that function's list, and those whom it wakes may wait again: so the walk begins anew.
static bool hand_over(struct msg_queue *queue, struct msg *message)
{
	struct msg_receiver place = { .is_place = true };
	uint32_t wake_alls = queue->wake_alls;

	assert_only_spinlock(&sysv_lock);
	list_add(&queue->receivers, &place.link);
	while (place.link.next != &queue->receivers) {
		struct msg_receiver *receiver = list_first(&place.link, struct msg_receiver, link);
		bool wants = !receiver->is_place && admits(&receiver->choice, message->type);

		list_remove(&place.link);
		list_add(&receiver->link, &place.link);
		if (wants && receiver->choice.size_max >= message->size) {
			queue->receiver = receiver->pid;
			queue->receive_time = sysv_now();
			finish(receiver, 0, message);
			list_remove(&place.link);
			return true;
		}
		if (wants)
			finish(receiver, -E2BIG, NULL);
		if (!yield_due(wants ? WAKE_COST : LOOK_COST))
			continue;
		spin_unlock(&sysv_lock);
		thread_yield_point();
		spin_lock(&sysv_lock);
		if (wake_alls != queue->wake_alls) {
			wake_alls = queue->wake_alls;
			list_remove(&place.link);
			list_add(&queue->receivers, &place.link);
		}
	}
	list_remove(&place.link);
	return false;
}

// Find queue `id` for a call with the permissions in `mask`. Returns NULL with *error.
static struct msg_queue *find(int id, uint32_t mask, int *error)
{
	struct sysv_object *object = sysv_find(&msg_table, id, error);

	assert_spin_held(&sysv_lock);
	if (object)
		*error = sysv_permission(object, mask);
	return *error ? NULL : queue_of(object);
}

// Wait until there may be room for `size` bytes, or the queue has changed. Returns 0; -EIDRM;
// -ERESTARTNOHAND. Caller: holds sysv_lock, no other lock, and a reference on the queue.
static int wait_for_room(struct msg_queue *queue, uint32_t size)
{
	struct msg_sender sender = { .size = size };
	int error = 0;

	assert_only_spinlock(&sysv_lock);
	waitq_init(&sender.wait);
	list_add_tail(&queue->senders, &sender.link);
	while (!error && !list_empty(&sender.link))
		error = waitq_sleep(&sender.wait, &sysv_lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	if (error && list_empty(&sender.link))
		msg_wake_senders(queue); // another one may take the place
	list_remove(&sender.link);
	if (queue->ipc.removed)
		return WHY(-EIDRM, "the queue has been removed");
	return error ? -ERESTARTNOHAND : 0;
}

#define FULL_AGAIN 1

// Put a message into a queue that has room, or into a receiver's hands. Returns 0; -EIDRM; FULL_AGAIN if others have
// sent meanwhile. Caller: as for wait_for_room.
static int deliver(struct msg_queue *queue, struct msg *message)
{
	assert_only_spinlock(&sysv_lock);
	queue->sender = sysv_pid();
	queue->send_time = sysv_now();
	if (hand_over(queue, message))
		return 0;
	if (queue->ipc.removed)
		return WHY(-EIDRM, "the queue has been removed");
	if (!has_room(queue, message->size))
		return FULL_AGAIN;
	list_add_tail(&queue->messages, &message->link);
	queue->count++;
	queue->bytes += message->size;
	msg_count(1, (int)message->size);
	if (!list_empty(&queue->senders))
		msg_wake_senders(queue);
	return 0;
}

// Wait until the queue has room for `size` bytes, unless `nonblocking`. Returns 0; -EAGAIN; -EACCES; or as
// wait_for_room. Caller: as for wait_for_room.
static int make_room(struct msg_queue *queue, uint32_t size, bool nonblocking)
{
	int error = 0;

	assert_only_spinlock(&sysv_lock);
	while (!error && !has_room(queue, size)) {
		if (nonblocking)
			return WHY(-EAGAIN, "the queue has %u of %u bytes", queue->bytes,
			           queue->bytes_max);
		error = wait_for_room(queue, size);
		if (!error)
			error = sysv_permission(&queue->ipc, 0222);
	}
	return error;
}

int msg_send(int id, struct msg *message, bool nonblocking)
{
	struct msg_queue *queue;
	int error = 0;

	assert_no_lock();
	spin_lock(&sysv_lock);
	queue = find(id, 0222, &error);
	if (queue)
		sysv_hold(&queue->ipc);
	if (queue) {
		do {
			error = make_room(queue, message->size, nonblocking);
			if (!error)
				error = deliver(queue, message);
		} while (error == FULL_AGAIN);
	}
	spin_unlock(&sysv_lock);
	if (queue)
		sysv_drop(&msg_table, &queue->ipc);
	return error;
}

// Returns the message in the queue that is chosen, or NULL. Caller: holds sysv_lock.
static struct msg *choose(const struct msg_queue *queue, const struct msg_choice *choice)
{
	struct msg *message, *best = NULL;
	int32_t number = 0;

	assert_spin_held(&sysv_lock);
	list_for_each(message, &queue->messages, link) {
		if (choice->how == MSG_NUMBER && number++ != choice->type)
			continue;
		if (!admits(choice, message->type))
			continue;
		if (choice->how != MSG_LOWEST)
			return message;
		if (!best || message->type < best->type)
			best = message;
	}
	return best;
}

// Take the message out of the queue.
static void take(struct msg_queue *queue, struct msg *message)
{
	assert_spin_held(&sysv_lock);
	list_remove(&message->link);
	queue->count--;
	queue->bytes -= message->size;
	msg_count(-1, -(int)message->size);
	queue->receiver = sysv_pid();
	queue->receive_time = sysv_now();
	msg_wake_senders(queue);
}

// Receive a message that is in the queue. Returns 0; -EAGAIN if there is none; -E2BIG.
static int receive_queued(struct msg_queue *queue, const struct msg_choice *choice,
                          struct msg **store)
{
	struct msg *message = choose(queue, choice);

	assert_spin_held(&sysv_lock);
	if (!message)
		return -EAGAIN;
	if (message->size > choice->size_max)
		return WHY(-E2BIG, "the message has %u bytes", message->size);
	if (choice->how == MSG_NUMBER) {
		memcpy(*store, message, sizeof(*message) + message->size);
	} else {
		take(queue, message);
		*store = message;
	}
	return 0;
}

// Wait for a message. Returns 0 with it in *store; -EAGAIN: look again; -E2BIG; -EIDRM; -ERESTARTNOHAND. Caller: as for
// wait_for_room.
static int wait_for_message(struct msg_queue *queue, const struct msg_choice *choice,
                            struct msg **store)
{
	struct msg_receiver receiver = { .choice = *choice, .pid = sysv_pid() };
	int error = 0;

	assert_only_spinlock(&sysv_lock);
	waitq_init(&receiver.wait);
	list_add_tail(&queue->receivers, &receiver.link);
	while (!receiver.done && !error)
		error = waitq_sleep(&receiver.wait, &sysv_lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	if (!receiver.done) {
		list_remove(&receiver.link);
		return -ERESTARTNOHAND;
	}
	*store = receiver.message;
	return receiver.result;
}

int msg_receive(int id, const struct msg_choice *choice, bool nonblocking, struct msg **store)
{
	struct msg_queue *queue;
	int error = 0;

	assert_no_lock();
	spin_lock(&sysv_lock);
	queue = find(id, 0444, &error);
	if (queue)
		sysv_hold(&queue->ipc);
	if (!error)
		error = receive_queued(queue, choice, store);
	while (error == -EAGAIN) {
		error = nonblocking ? WHY(-ENOMSG, "there is no such message") :
		                      wait_for_message(queue, choice, store);
		if (error != -EAGAIN)
			break;
		// Who was woken to look again is on no list that a removal could find.
		error = queue->ipc.removed ? WHY(-EIDRM, "the queue has been removed") :
		                             sysv_permission(&queue->ipc, 0444);
		if (!error)
			error = receive_queued(queue, choice, store);
	}
	spin_unlock(&sysv_lock);
	if (queue)
		sysv_drop(&msg_table, &queue->ipc);
	return error;
}
