// fdtable_far.c: the descriptors from FD_NEAR on. Few processes have any, and those may have
// only some, far apart. So they are in chunks of a page each, which exist only while a
// descriptor in them is in use.
#include "fs/fdtable.h"

#include "mem/heap.h"
#include "mem/page.h"
#include "thread/yield.h"

#define LOOK_COST 5 // about how many instructions it takes to look at a slot

#define CHUNK_BYTES (FD_CHUNK_SLOTS * sizeof(uintptr_t))

_Static_assert(CHUNK_BYTES == PAGE_SIZE, "a chunk fills a page");
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

// fd_far_slot, for a table that nobody changes meanwhile.
static __always_inline uintptr_t *find_slot(const struct fdtable *table, uint32_t fd)
{
	uint32_t index = chunk_of(fd); // large for a near descriptor
	uintptr_t *chunk;

	if (index >= table->far_end)
		return NULL;
	chunk = table->far->chunks[index];
	return chunk ? &chunk[fd % FD_CHUNK_SLOTS] : NULL;
}

uintptr_t *fd_far_slot(const struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	return find_slot(table, fd);
}

// Nobody else knows the table if its count is 1, so nobody changes it.
struct file *fd_borrow_far(struct fdtable *table, int fd, bool *counted)
{
	const uintptr_t *at;
	uintptr_t slot;

	if (table->refs != 1)
		return fd_get(table, fd);
	*counted = false;
	at = find_slot(table, (uint32_t)fd);
	slot = at ? *at & ~FD_SLOT_CLOEXEC : 0;
	return slot > FD_RESERVED ? (struct file *)slot : NULL;
}

int fd_far_reach(struct fdtable *table, uint32_t fd)
{
	uint32_t index = chunk_of(fd);
	uintptr_t *chunk;

	assert_spin_held(&table->lock);
	if (likely(index < table->far_end && table->far->chunks[index]))
		return 0;
	if (!table->far)
		table->far = kmalloc(sizeof(*table->far));
	if (!table->far || !(chunk = kzalloc(CHUNK_BYTES)))
		return -ENOMEM;
	while (table->far_end <= index)
		table->far->chunks[table->far_end++] = NULL;
	table->far->chunks[index] = chunk;
	table->far->used[index] = 0;
	return 0;
}

void fd_far_freed(struct fdtable *table, uint32_t fd)
{
	struct fd_far *far = table->far;
	uint32_t index = chunk_of(fd);

	assert_spin_held(&table->lock);
	far->chunks[index][fd % FD_CHUNK_SLOTS] = 0;
	if (likely(--far->used[index]))
		return;
	kfree(far->chunks[index]);
	far->chunks[index] = NULL;
	while (table->far_end && !far->chunks[table->far_end - 1])
		table->far_end--;
}

uint32_t fd_far_first_free(const struct fdtable *table, uint32_t fd)
{
	assert_spin_held(&table->lock);
	while (fd < NR_OPEN) {
		uint32_t index = chunk_of(fd), end = first_of(index + 1);
		const uintptr_t *chunk;

		if (index >= table->far_end || !(chunk = table->far->chunks[index]))
			return fd;
		for (; table->far->used[index] < FD_CHUNK_SLOTS && fd < end; fd++)
			if (!chunk[fd % FD_CHUNK_SLOTS])
				return fd;
		fd = end;
	}
	return NR_OPEN;
}

int fd_far_next(const struct fdtable *table, uint32_t fd, uintptr_t *word_store)
{
	assert_spin_held(&table->lock);
	fd = MAX(fd, (uint32_t)FD_NEAR);
	for (uint32_t index = chunk_of(fd); index < table->far_end; index++) {
		const uintptr_t *chunk = table->far->chunks[index];
		uint32_t from = fd % FD_CHUNK_SLOTS, at = from;

		while (chunk && at < FD_CHUNK_SLOTS && chunk[at] <= FD_RESERVED)
			at++;
		(void)yield_due(LOOK_COST * (at - from + 1));
		if (chunk && at < FD_CHUNK_SLOTS) {
			*word_store = chunk[at];
			return (int)(first_of(index) + at);
		}
		fd = first_of(index + 1);
	}
	return -1;
}

// Fill `copy`, whose contents are undefined, with the open descriptors of chunk `index` of `from`. Reserved
// ones are left out. Returns how many there are: none, and perhaps nothing filled, where the chunk went
// meanwhile.
static uint32_t copy_chunk(struct fdtable *from, uint32_t index, uintptr_t *copy)
{
	const uintptr_t *chunk = NULL;
	uint32_t used = 0;

	spin_lock(&from->lock);
	if (index < from->far_end)
		chunk = from->far->chunks[index];
	for (uint32_t i = 0; chunk && i < FD_CHUNK_SLOTS; i++) {
		uintptr_t slot = chunk[i];

		if (likely(slot > FD_RESERVED)) {
			file_get((struct file *)(slot & ~FD_SLOT_CLOEXEC));
			used++;
		} else {
			slot = 0;
		}
		copy[i] = slot;
	}
	spin_unlock(&from->lock);
	return used;
}

// A chunk is copied under the lock, a page at a time; between two chunks others may run.
int fd_far_copy(struct fdtable *from, struct fdtable *to)
{
	assert_no_lock();
	to->far = kmalloc(sizeof(*to->far));
	if (!to->far)
		return -ENOMEM;
	for (uint32_t i = 0; i < from->far_end; i++) {
		uintptr_t *copy = NULL;
		uint32_t used = 0;

		if (from->far->chunks[i]) {
			copy = kmalloc(CHUNK_BYTES);
			if (!copy)
				return -ENOMEM;
			used = copy_chunk(from, i, copy);
			(void)thread_yield_point_killable();
		}
		to->far->chunks[i] = used ? copy : NULL;
		to->far->used[i] = (uint16_t)used;
		to->far_end = used ? i + 1 : to->far_end;
		if (!used)
			kfree(copy);
	}
	return 0;
}

void fd_far_put(struct fdtable *table)
{
	assert_no_lock();
	for (uint32_t index = 0; index < table->far_end; index++) {
		uintptr_t *chunk = table->far->chunks[index];

		for (uint32_t i = 0; chunk && i < FD_CHUNK_SLOTS; i++)
			if (chunk[i])
				fd_slot_close(table, chunk[i]);
		if (chunk)
			(void)thread_yield_point_killable();
		kfree(chunk);
	}
	kfree(table->far);
}

uint32_t fdtable_end(const struct fdtable *table)
{
	return table->far_end ? first_of(table->far_end) : table->end;
}
