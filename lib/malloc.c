// Memory in blocks of any size. Every block has a header of 16 bytes before it, so that blocks are
// aligned to 16. Free ones are on a list in order of address, where neighbours are joined; the
// first that is large enough is taken. The heap grows by sbrk(); large blocks are mappings of their
// own.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNIT 16                    // sizes and addresses are multiples of it
#define GROWTH (64 * 1024)         // the heap grows by this much at least
#define MAPPING_LIMIT (256 * 1024) // blocks from this size on are mappings
#define LARGEST PTRDIFF_MAX        // more is refused at once

struct block {
	size_t size;        // bytes, with this header
	bool mapped;        // a mapping of its own
	struct block *next; // while it is free
} __attribute__((aligned(UNIT)));

_Static_assert(sizeof(struct block) == UNIT, "a header must keep blocks aligned");

static struct block *free_list;

static uintptr_t end_of(const struct block *block)
{
	return (uintptr_t)block + block->size;
}

// Join a free block with the next one if they touch.
static void join_next(struct block *block)
{
	if (block->next && end_of(block) == (uintptr_t)block->next) {
		block->size += block->next->size;
		block->next = block->next->next;
	}
}

// Put a block on the free list.
static void insert_free(struct block *block)
{
	struct block *previous = NULL, *next = free_list;

	while (next && next < block) {
		previous = next;
		next = next->next;
	}
	block->next = next;
	join_next(block);
	if (!previous) {
		free_list = block;
	} else {
		previous->next = block;
		join_next(previous);
	}
}

// Take a block of `size` bytes off the free list, splitting a larger one; NULL if there is none.
static struct block *take_free(size_t size)
{
	struct block **link = &free_list, *block, *rest;

	while (*link && (*link)->size < size)
		link = &(*link)->next;
	block = *link;
	if (!block)
		return NULL;
	if (block->size - size < 2 * UNIT) {
		*link = block->next;
		return block;
	}
	rest = (struct block *)((uintptr_t)block + size);
	rest->size = block->size - size;
	rest->mapped = false;
	rest->next = block->next;
	*link = rest;
	block->size = size;
	return block;
}

// Get at least `size` more bytes from the system. Returns false if it has none.
static bool grow_heap(size_t size)
{
	size_t bytes = size + UNIT > GROWTH ? size + UNIT : GROWTH;
	uintptr_t start = (uintptr_t)sbrk((intptr_t)bytes), aligned;
	struct block *block;

	if (start == UINTPTR_MAX)
		return false;
	aligned = (start + UNIT - 1) & -(uintptr_t)UNIT;
	block = (struct block *)aligned;
	block->size = (bytes - (aligned - start)) & -(size_t)UNIT;
	block->mapped = false;
	insert_free(block);
	return true;
}

static struct block *map_block(size_t size)
{
	struct block *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                           -1, 0);

	if (block == MAP_FAILED)
		return NULL;
	block->size = size;
	block->mapped = true;
	return block;
}

// Returns a block of at least `size` bytes, contents undefined, aligned to 16; NULL with errno
// ENOMEM if there is no memory. A block of 0 bytes is a block too.
void *malloc(size_t size)
{
	size_t whole = (size + sizeof(struct block) + UNIT - 1) & -(size_t)UNIT;
	struct block *block = NULL;

	if (size > LARGEST - 2 * UNIT) {
		errno = ENOMEM;
		return NULL;
	}
	if (whole >= MAPPING_LIMIT) {
		block = map_block(whole);
	} else {
		block = take_free(whole);
		if (!block && grow_heap(whole))
			block = take_free(whole);
	}
	return block ? block + 1 : NULL;
}

// Give a block back. NULL does nothing.
void free(void *pointer)
{
	struct block *block;

	if (!pointer)
		return;
	block = (struct block *)pointer - 1;
	if (block->mapped)
		munmap(block, block->size);
	else
		insert_free(block);
}

// Returns a block of `count * size` bytes, all zero.
void *calloc(size_t count, size_t size)
{
	size_t total;
	void *pointer;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	pointer = malloc(total);
	if (pointer)
		memset(pointer, 0, total);
	return pointer;
}

// Returns a block of `size` bytes that begins with the old block's contents; the old block is
// freed. When there is no memory, returns NULL and leaves the old block alone.
void *realloc(void *pointer, size_t size)
{
	size_t old_size;
	void *copy;

	if (!pointer)
		return malloc(size);
	old_size = ((struct block *)pointer - 1)->size - sizeof(struct block);
	if (size <= old_size)
		return pointer;
	copy = malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, pointer, old_size);
	free(pointer);
	return copy;
}
