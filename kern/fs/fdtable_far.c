// fdtable_far.c: the descriptors from FD_NEAR on. Few processes have any, and those may have
// only some, far apart. So they are in chunks of a page each, which exist only while a
// descriptor in them is in use.
#include "fs/fdtable.h"

#include "mem/heap.h"
#include "mem/page.h"
#include "thread/yield.h"

#define LOOK_COST 5 // about how many instructions it takes to look at a slot

_Static_assert(sizeof(struct fd_chunk) == PAGE_SIZE, "a chunk fills a page");
_Static_assert(FD_NEAR + FD_CHUNKS * FD_CHUNK_SLOTS == NR_OPEN,
               "there is a slot for each descriptor");

// Returns the number of the chunk of `fd`.
static uint32_t chunk_of(uint32_t fd)
{
	return (fd - FD_NEAR) / FD_CHUNK_SLOTS;
}

// Returns the first descriptor of a chunk.
static uint32_t first_of(uint32_t chunk)
{
	return FD_NEAR + chunk * FD_CHUNK_SLOTS;
}

uintptr_t *fd_far_slot(const struct fdtable *table, uint32_t fd)
{
	struct fd_chunk *chunk;

	assert_spin_held(&table->lock);
	if (!table->far || fd < FD_NEAR || fd >= NR_OPEN)
		return NULL;
	chunk = table->far->chunks[chunk_of(fd)];
	return chunk ? &chunk->slots[fd - first_of(chunk_of(fd))] : NULL;
}

int fd_far_reach(struct fdtable *table, uint32_t fd)
{
	uint32_t chunk = chunk_of(fd);

	assert_spin_held(&table->lock);
	if (!table->far)
		table->far = kzalloc(sizeof(*table->far));
	if (!table->far)
		return -ENOMEM;
	if (!table->far->chunks[chunk])
		table->far->chunks[chunk] = kzalloc(sizeof(struct fd_chunk));
	if (!table->far->chunks[chunk])
		return -ENOMEM;
	return 0;
}

void fd_far_taken(struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	table->far->chunks[chunk_of(fd)]->used++;
}

void fd_far_freed(struct fdtable *table, uint32_t fd)
{
	struct fd_far *far = table->far;
	uint32_t chunk = chunk_of(fd);

	assert_spin_held(&table->lock);
	far->chunks[chunk]->slots[fd - first_of(chunk)] = 0;
	if (--far->chunks[chunk]->used)
		return;
	kfree(far->chunks[chunk]);
	far->chunks[chunk] = NULL;
}

uint32_t fd_far_first_free(const struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	while (fd < NR_OPEN) {
		uint32_t index = chunk_of(fd), end = first_of(index + 1);
		const struct fd_chunk *chunk = table->far ? table->far->chunks[index] : NULL;

		if (!chunk)
			return fd;
		for (; chunk->used < FD_CHUNK_SLOTS && fd < end; fd++)
			if (!chunk->slots[fd - first_of(index)])
				return fd;
		fd = end;
	}
	return NR_OPEN;
}

// Returns the first open descriptor of a chunk that is not below `fd`, or -1. Counts the slots that
// it looks at for the yields of callers that go through all descriptors.
static int next_in_chunk(const struct fd_chunk *chunk, uint32_t index, uint32_t fd)
{
	uint32_t first = first_of(index), at = fd - first;

	while (at < FD_CHUNK_SLOTS && chunk->slots[at] <= FD_RESERVED)
		at++;
	(void)yield_due(LOOK_COST * (first + at - fd));
	return at < FD_CHUNK_SLOTS ? (int)(first + at) : -1;
}

int fd_far_next(const struct fdtable *table, uint32_t fd)
{
	int found = -1;

	assert_spin_held(&table->lock);
	for (fd = MAX(fd, (uint32_t)FD_NEAR); table->far && fd < NR_OPEN && found < 0;) {
		uint32_t index = chunk_of(fd);

		if (table->far->chunks[index])
			found = next_in_chunk(table->far->chunks[index], index, fd);
		(void)yield_due(LOOK_COST);
		fd = first_of(index + 1);
	}
	return found;
}

// Fill `copy` with the open descriptors of chunk `index` of `from`. Reserved ones are left out.
// Returns false if there are none, perhaps because the chunk went meanwhile.
static bool copy_chunk(struct fdtable *from, uint32_t index, struct fd_chunk *copy)
{
	const struct fd_chunk *chunk;

	spin_lock(&from->lock);
	chunk = from->far->chunks[index];
	for (uint32_t i = 0; chunk && i < FD_CHUNK_SLOTS; i++) {
		if (chunk->slots[i] <= FD_RESERVED)
			continue;
		file_get((struct file *)(chunk->slots[i] & ~FD_SLOT_CLOEXEC));
		copy->slots[i] = chunk->slots[i];
		copy->used++;
	}
	spin_unlock(&from->lock);
	return copy->used;
}

// A chunk is copied under the lock, a page at a time; between two chunks others may run.
int fd_far_copy(struct fdtable *from, struct fdtable *to)
{
	assert_no_lock();
	to->far = kzalloc(sizeof(*to->far));
	if (!to->far)
		return -ENOMEM;
	for (uint32_t i = 0; i < FD_CHUNKS; i++) {
		struct fd_chunk *copy;

		if (!from->far->chunks[i])
			continue;
		copy = kzalloc(sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		if (copy_chunk(from, i, copy))
			to->far->chunks[i] = copy;
		else
			kfree(copy);
		(void)thread_yield_point_killable();
	}
	return 0;
}

void fd_far_put(struct fdtable *table)
{
	assert_no_lock();
	for (uint32_t index = 0; index < FD_CHUNKS; index++) {
		struct fd_chunk *chunk = table->far->chunks[index];

		for (uint32_t i = 0; chunk && i < FD_CHUNK_SLOTS; i++)
			if (chunk->slots[i])
				fd_slot_close(table, chunk->slots[i]);
		if (chunk)
			(void)thread_yield_point_killable();
		kfree(chunk);
	}
	kfree(table->far);
}

uint32_t fdtable_end(const struct fdtable *table)
{
	uint32_t chunks = table->far ? FD_CHUNKS : 0;

	while (chunks && !table->far->chunks[chunks - 1])
		chunks--;
	return chunks ? first_of(chunks) : table->end;
}
