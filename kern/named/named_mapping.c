// named_mapping.c: the mappings of named areas in their owners' spaces.
#include "named/named_internal.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/mapping.h"
#include "vm/ptes.h"

// Returns the AREA_ bits of a mapping of `memory`. The lock mode becomes mlock's flags: full and
// contiguous are locked, lazy is locked on fault. Device memory cannot be locked.
static uint16_t mapping_flags(const struct named_area *named, const struct named_memory *memory)
{
	uint16_t flags = AREA_NAMED | memory->flags;

	if (!named->copy)
		flags |= AREA_SHARED | (memory->may_write ? 0 : AREA_NOWRITE);
	if (memory->ops == &linear_ops || named->lock == AREA_LOCK_NONE)
		return flags;
	return flags | AREA_LOCKED | (named->lock == AREA_LOCK_LAZY ? AREA_ONFAULT : 0);
}

// Map `memory` at `va` exactly; with `replace` over existing mappings, else -EEXIST if there are
// any. Caller: holds as->lock for writing.
static int map_at(struct named_area *named, const struct named_memory *memory, uintptr_t va,
                  bool replace)
{
	struct map_request request = {
		.va = va,
		.len = memory->maximum,
		.prot = named->prot,
		.flags = mapping_flags(named, memory),
		.fixed = true,
		.no_replace = !replace,
		.object = memory->object,
		.offset = memory->offset,
		.name = named->name,
		.ops = memory->ops,
	};

	assert_write_held(&named->as->lock);
	return map_locked(named->as, &request, &named->start);
}

// Before a mapping is made that may be written, make sure that the memory is not sealed against
// this, and does not get sealed meanwhile. If it is sealed, it can still be mapped read-only, for
// ever: may_write becomes false. Returns 0, or -EPERM if the area's protection has PROT_WRITE.
// writer_leave ends this, if *entered.
static int writer_enter(const struct named_area *named, struct named_memory *memory, bool *entered)
{
	*entered = false;
	if (!memory->object || !memory->may_write || named->copy)
		return 0;
	*entered = !object_writer_enter(memory->object);
	memory->may_write = *entered;
	return !*entered && (named->prot & PROT_WRITE) ? -EPERM : 0;
}

static void writer_leave(const struct named_memory *memory, bool entered)
{
	if (entered)
		object_writer_leave(memory->object);
}

// The search for room and the mapping happen under one lock, so the room cannot be taken in
// between.
int named_map(struct named_area *named, uintptr_t hint)
{
	struct aspace *as = named->as;
	bool writer;
	int error = writer_enter(named, &named->memory, &writer);

	assert_no_lock();
	if (error)
		return error;
	rwlock_write_lock(&as->lock);
	if (hint == 0 &&
	    find_room(as, 0, named->memory.maximum, ops_align(named->memory.ops), &hint))
		error = -ENOSPC;
	if (!error)
		error = map_at(named, &named->memory, hint, false);
	rwlock_write_unlock(&as->lock);
	writer_leave(&named->memory, writer);
	return error;
}

// Returns true if `area` maps `memory` at the place where the named area has it, registered with a
// userfaultfd or not. Equal names do not prove this: mremap() can move a piece away, and back after
// the named area has got other memory. Caller: holds as->lock.
static bool is_piece(const struct named_area *named, const struct named_memory *memory,
                     const struct area *area)
{
	assert_read_held(&named->as->lock);
	return area->name == named->name && area->ops->plain == memory->ops &&
	       area->object == memory->object && area->start >= named->start &&
	       area->offset == memory->offset + (area->start - named->start);
}

#define PROTECT_COST 700 // about how many instructions it takes to change a piece

// Returns the first piece from `area` on, or NULL. Yields. Caller: holds as->lock.
static struct area *piece_from(const struct named_area *named, struct area *area)
{
	uintptr_t end = named->start + named->memory.maximum;

	assert_read_held(&named->as->lock);
	while (area && area->start < end) {
		if (is_piece(named, &named->memory, area))
			return area;
		area = area_next(&named->as->areas, area);
		(void)yield_after(AREA_LOOK_COST);
	}
	return NULL;
}

static struct area *first_piece(const struct named_area *named)
{
	return piece_from(named, area_find_from(&named->as->areas, named->start));
}

static struct area *next_piece(const struct named_area *named, struct area *piece)
{
	return piece_from(named, area_next(&named->as->areas, piece));
}

// The next piece is found before the current one goes.
void named_unmap(struct named_area *named)
{
	struct aspace *as = named->as;
	struct area *piece, *next;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	for (piece = first_piece(named); piece; piece = next) {
		next = next_piece(named, piece);
		unmap_commit(as, piece->start, piece->end);
	}
	rwlock_write_unlock(&as->lock);
}

void named_destroy(struct named_area *named)
{
	if (named->start)
		named_unmap(named);
	named_release(named);
}

// Returns true if anything but pieces that map `memory` lies at the area's addresses. Yields.
// Caller: holds as->lock.
static bool is_overlapped(const struct named_area *named, const struct named_memory *memory)
{
	struct area *area = area_find_from(&named->as->areas, named->start);
	uintptr_t end = named->start + memory->maximum;

	assert_read_held(&named->as->lock);
	for (; area && area->start < end; area = area_next(&named->as->areas, area)) {
		if (!is_piece(named, memory, area))
			return true;
		(void)yield_after(AREA_LOOK_COST);
	}
	return false;
}

// map_at replaces all pieces in one step that may fail; only then the rest is unmapped and
// named->memory changes.
int named_replace(struct named_area *named, const struct named_memory *memory)
{
	size_t old_maximum = named->memory.maximum;
	struct named_memory fresh = *memory;
	struct aspace *as = named->as;
	bool writer;
	int error = writer_enter(named, &fresh, &writer);

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	if (!error && is_overlapped(named, &named->memory))
		error = -EEXIST;
	if (!error)
		error = map_at(named, &fresh, named->start, true);
	if (!error && old_maximum > fresh.maximum)
		unmap_commit(as, named->start + fresh.maximum, named->start + old_maximum);
	rwlock_write_unlock(&as->lock);
	writer_leave(&fresh, writer);
	if (error)
		return error;
	mutex_lock(&named_lock);
	named->memory = fresh;
	mutex_unlock(&named_lock);
	return 0;
}

// Returns the protection that a piece gets with `prot`: a piece that was mapped from a descriptor opened
// for reading is never writable, even if the named area has the file from another descriptor now.
static uint8_t prot_of_piece(uint8_t prot, const struct area *piece)
{
	return piece->flags & AREA_NOWRITE ? prot & ~PROT_WRITE : prot;
}

// Returns true if RLIMIT_DATA admits the pieces with the protection `prot`: a copy's are private memory.
// Yields. Caller: holds as->lock.
static bool pieces_may_become(const struct named_area *named, uint8_t prot)
{
	uint64_t room = aspace_data_room(named->as);
	struct area *piece;

	assert_read_held(&named->as->lock);
	if (room == UINT64_MAX || !named->copy)
		return true;
	for (piece = first_piece(named); piece; piece = next_piece(named, piece)) {
		size_t len = piece->end - piece->start;

		if (!area_is_data(prot_of_piece(prot, piece), piece->flags) ||
		    area_is_data(piece->prot, piece->flags))
			continue;
		if (len > room)
			return false;
		room -= len;
	}
	return true;
}

// `start` is remembered because areas_merge_at may free the piece. named->prot is read by other calls
// under named_lock; the pieces are the space's.
int named_protect_pieces(struct named_area *named, uint8_t prot)
{
	struct aspace *as = named->as;
	struct area *piece, *next;

	assert_no_lock();
	rwlock_write_lock(&as->lock);
	if (!pieces_may_become(named, prot)) {
		rwlock_write_unlock(&as->lock);
		return WHY(-ENOMEM, "RLIMIT_DATA admits no writable copy of %s", named->name);
	}
	for (piece = first_piece(named); piece; piece = next) {
		uintptr_t start = piece->start;

		next = next_piece(named, piece);
		piece->prot = prot_of_piece(prot, piece);
		if (area_is_device(piece))
			ptes_unmap(as, start, piece->end);
		else
			ptes_protect(as, start, piece->end, piece->prot);
		areas_merge_at(as, start);
		(void)yield_after(PROTECT_COST);
	}
	rwlock_write_unlock(&as->lock);
	mutex_lock(&named_lock);
	named->prot = prot;
	mutex_unlock(&named_lock);
	return 0;
}

void named_populate(struct named_area *named, size_t from, size_t end)
{
	assert_no_lock();
	if (from < end && named->lock >= AREA_LOCK_FULL)
		(void)aspace_populate(named->as, named->start + from, end - from);
}
