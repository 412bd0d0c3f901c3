// mqueue_message.c: the messages of POSIX message queues, in pieces of at most a page.
#include "ipc/mqueue.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "proc/process.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

#define PIECE_COST 100 // instructions, roughly, to allocate or free a piece

// Bytes of text in the first piece, and in each other one.
#define FIRST_MAX (PAGE_SIZE - sizeof(struct mq_message))
#define PIECE_MAX (PAGE_SIZE - sizeof(struct mq_piece))

// Allocate the pieces after the first one for `left` bytes. Returns 0 or -ENOMEM.
static int add_pieces(struct mq_message *message, size_t left)
{
	struct mq_piece *last = &message->first;

	while (left) {
		size_t size = MIN(left, PIECE_MAX);
		struct mq_piece *piece = kmalloc_lasting(sizeof(*piece) + size);

		if (!piece)
			return -ENOMEM;
		piece->next = NULL;
		piece->size = (uint32_t)size;
		last->next = piece;
		last = piece;
		message->pages++;
		process_hold(1);
		left -= size;
		if (yield_after(PIECE_COST))
			return -EINTR;
	}
	return 0;
}

int mq_message_create(const void __user *text, size_t size, uint32_t priority,
                      struct mq_message **store)
{
	size_t first = MIN(size, FIRST_MAX);
	struct mq_message *message = kmalloc_lasting(sizeof(*message) + first);
	const char __user *from = text;
	int error;

	assert_no_lock();
	if (!message)
		return -ENOMEM;
	*message = (struct mq_message){
		.priority = priority,
		.size = (uint32_t)size,
		.pages = 1,
		.first.size = (uint32_t)first,
	};
	avl_node_init(&message->node);
	process_hold(1);
	error = add_pieces(message, size - first);
	for (struct mq_piece *piece = &message->first; piece && !error; piece = piece->next) {
		error = copyin(aspace_current(), piece->text, from, piece->size);
		from += piece->size;
		if (!error)
			error = yield_after(piece->size + PIECE_COST) ? -EINTR : 0;
	}
	if (error) {
		mq_message_release(message);
		mq_message_free(message);
	} else {
		*store = message;
	}
	return error;
}

void mq_message_release(const struct mq_message *message)
{
	process_release(message->pages);
}

int mq_message_store(const struct mq_message *message, void __user *text)
{
	char __user *to = text;

	assert_no_lock();
	for (const struct mq_piece *piece = &message->first; piece; piece = piece->next) {
		if (copyout(aspace_current(), to, piece->text, piece->size))
			return -EFAULT;
		to += piece->size;
		if (yield_after(piece->size + PIECE_COST))
			return -EFAULT; // the thread must die
	}
	return 0;
}

void mq_message_free(struct mq_message *message)
{
	struct mq_piece *piece, *next;

	if (!message)
		return;
	for (piece = message->first.next; piece; piece = next) {
		next = piece->next;
		kfree(piece);
		(void)yield_due(PIECE_COST);
	}
	kfree(message);
}
