// poll_list.c: lists of descriptors to poll.
#include "sys/poll_list.h"

#include "mem/heap.h"
#include "proc/process.h"
#include "thread/yield.h"

#define MAKE_COST 10 // about how many instructions it takes to make an entry of a list
#define FREE_COST 25 // and to free one

// Returns how many pages of memory a block of `count` entries counts for: 1 if it is full, else 0, as
// small blocks share a page.
static uint32_t block_pages(uint32_t count)
{
	return count == POLL_BLOCK;
}

// Returns a new block of `count` entries, or NULL if out of memory.
static struct poll_block *make_block(uint32_t count)
{
	struct poll_block *block = kmalloc(sizeof(*block) +
	                                   count * (sizeof(*block->fds) + sizeof(*block->polled)));

	if (!block)
		return NULL;
	block->next = NULL;
	block->count = count;
	block->polled = (struct polled *)(block->fds + count);
	for (uint32_t i = 0; i < count; i++) {
		block->fds[i] = (struct pollfd){ .fd = -1 };
		block->polled[i].file = NULL;
		list_init(&block->polled[i].waiter.link);
	}
	return block;
}

int poll_list_make(struct poll_list *list, uint32_t count)
{
	struct poll_block **end = &list->first;

	list->first = NULL;
	list->count = count;
	while (count) {
		uint32_t part = MIN(count, (uint32_t)POLL_BLOCK);

		*end = make_block(part);
		if (!*end)
			return -ENOMEM;
		end = &(*end)->next;
		__atomic_add_fetch(&process_current()->poll_pages, block_pages(part),
		                   __ATOMIC_RELAXED);
		count -= part;
		if (yield_after(part * MAKE_COST))
			return -EINTR;
	}
	return 0;
}

void poll_list_free(struct poll_list *list)
{
	struct poll_block *block = list->first, *next;

	for (; block; block = next) {
		next = block->next;
		for (uint32_t i = 0; i < block->count; i++) {
			if (block->polled[i].file)
				file_put(block->polled[i].file);
			(void)yield_after(FREE_COST);
		}
		__atomic_sub_fetch(&process_current()->poll_pages, block_pages(block->count),
		                   __ATOMIC_RELAXED);
		kfree(block);
	}
	list->first = NULL;
}
