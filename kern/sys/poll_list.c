// poll_list.c: lists of descriptors to poll.
#include "sys/poll_list.h"

#include "mem/heap.h"
#include "proc/process.h"
#include "thread/yield.h"

#define MAKE_COST 10 // about how many instructions it takes to make an entry of a list
#define FREE_COST 25 // and to free one

// Returns how many descriptors fit into a block of a page, with `waits` as poll_list_make.
static uint32_t block_room(bool waits)
{
	size_t entry = sizeof(struct pollfd) + (waits ? sizeof(struct polled) : 0);

	return (PAGE_SIZE - sizeof(struct poll_block)) / entry;
}

// Returns how many pages of memory a block counts for: 1 if it is full, else 0, as small blocks share a
// page.
static uint32_t block_pages(const struct poll_block *block)
{
	return block->count == block_room(block->polled);
}

// Returns a new block of `count` entries, with `waits` as poll_list_make, or NULL if out of memory.
static struct poll_block *make_block(uint32_t count, bool waits)
{
	size_t entry = sizeof(struct pollfd) + (waits ? sizeof(struct polled) : 0);
	struct poll_block *block = kmalloc(sizeof(*block) + count * entry);

	if (!block)
		return NULL;
	block->next = NULL;
	block->count = count;
	block->polled = waits ? (struct polled *)(block->fds + count) : NULL;
	for (uint32_t i = 0; waits && i < count; i++) {
		block->fds[i] = (struct pollfd){ .fd = -1 };
		block->polled[i].file = NULL;
		list_init(&block->polled[i].waiter.link);
	}
	return block;
}

int poll_list_make(struct poll_list *list, uint32_t count, bool waits)
{
	struct poll_block **end = &list->first;

	list->first = NULL;
	list->count = count;
	while (count) {
		uint32_t part = MIN(count, block_room(waits));

		*end = make_block(part, waits);
		if (!*end)
			return -ENOMEM;
		process_hold(block_pages(*end));
		end = &(*end)->next;
		count -= part;
		if (yield_after(part * MAKE_COST))
			return -EINTR;
	}
	return 0;
}

void poll_list_free(struct poll_list *list)
{
	struct poll_block *block = list->first, *next;

	assert_no_lock();
	for (; block; block = next) {
		next = block->next;
		for (uint32_t i = 0; block->polled && i < block->count; i++) {
			if (block->polled[i].file)
				file_put(block->polled[i].file);
			(void)yield_after(FREE_COST);
		}
		process_release(block_pages(block));
		kfree(block);
	}
	list->first = NULL;
}
