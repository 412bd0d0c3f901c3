// area_edit.h: areas made, split, cut, merged and released, inside an address space. Their entries
// are the business of ptes.h. A function that makes or releases an area of an object takes the
// object's lock, so it sleeps, and its caller does not hold that lock.
#pragma once

#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/mman.h>

// About how many instructions it takes to make an area, to cut, merge or free one.
#define AREA_COST 300

// About how many instructions it takes to go on to the next area and look at it.
#define AREA_LOOK_COST 20

// The work on [start, end), a part of `area`, for areas_visit. `what` is what the caller passed.
// Called with as->lock held for writing. Returns 0 or -errno, which ends the walk.
typedef int (*visit_fn)(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                        intptr_t what);

// Call `visit` for the part of each area that lies in [va, end), page-aligned. Yields.
// Caller: holds as->lock for writing. Returns the first error of a visit, which ends the walk; else
// -ENOMEM if there was a hole, where `stop_at_hole` ends the walk; -EINTR if the thread is killed.
// (area_visit.c)
int areas_visit(struct aspace *as, uintptr_t va, uintptr_t end, bool stop_at_hole, visit_fn visit,
                intptr_t what);

// Returns 0; -EPERM if [start, end) has a sealed area (mseal). Yields. Caller: holds as->lock.
// (area_visit.c)
int areas_check_seals(struct aspace *as, uintptr_t start, uintptr_t end);

// Returns 0; -EPERM if `area` is sealed and shows no file, and the program may not write it: advice
// that discards pages would change it. Caller: holds as->lock. (area_visit.c)
int area_check_discard(const struct area *area);

// Returns the area at `va`, any address, or NULL. Most faults hit the area of the last fault, which
// as->hint remembers. Several threads may write the hint at once, each under as->lock for reading:
// each value is an area of this space. Caller: holds as->lock.
static inline struct area *area_of_fault(struct aspace *as, uintptr_t va)
{
	struct area *area = as->hint;

	assert_read_held(&as->lock);
	if (likely(area && va >= area->start && va < area->end))
		return area;
	area = area_find(&as->areas, va);
	if (area)
		as->hint = area;
	return area;
}

// Make an area of `as` for [start, end), which may be empty at first, with the rest as the request
// says (its address, length and `fixed` do not count). It is in no tree, is registered with no
// userfaultfd, and has references of its own: on the object and its host, on a name with
// AREA_NAMED. It is on its object's list from now on. The caller inserts it, or frees it by
// area_release. With an object: sleeps, and the caller does not hold the object's lock.
// Returns NULL if out of memory, with nothing changed.
struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end);

// Make a copy of `area`, with its range, for the space `as`, in no tree, with references of its
// own: on object, counted name, and the userfaultfd with which it is registered, too. Else as
// area_new. Returns NULL if out of memory.
struct area *area_copy(const struct area *area, struct aspace *as);

// Like area_copy, for the areas that a fork copies one after the other; `left` > 0 of them are
// left, with this one. They lie together in blocks of the heap: *block is that of the copy before,
// NULL for the first; the function stores this copy's. Each is released like any other area; the
// last one in use frees the block. Returns NULL if out of memory; earlier copies stay.
struct area *area_copy_next(const struct area *area, struct aspace *as, struct area_block **block,
                            size_t left);

// If [start, end), page-aligned and not empty, is free, and an area next to it is like the request
// (areas_alike), extend that area over the range; if that is the lower neighbour, it may merge with
// the area above. The extended area takes no more references, so those of the request stay the
// caller's. as->pages is the caller's. Needs no memory. Sleeps and yields if areas merge.
// Caller: holds as->lock for writing.
// Returns true if an area was extended; false with nothing changed.
bool area_extend(struct aspace *as, const struct map_request *request, uintptr_t start,
                 uintptr_t end);

// Take [start, end) away from `area`, which overlaps the range and extends beyond at most one end
// of it. If nothing is left of the area, it is removed and released (area_drop). Else its range
// shrinks (area_resize). If its lower part goes, its offset grows with its start. Where an area
// stays whose object has a watch, call watch->attached and then watch->detached, as if the part had
// been an area of its own that goes. Pages and as->pages are the caller's. Caller: holds as->lock
// for writing; `area` is in as->areas.
void area_cut_off(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end);

// Release an area that is in no tree: drop its references (on its object with the host, a counted
// name, the context with which it is registered), and free it. May free its object, and yields
// then. Entries and as->pages are the caller's. Caller: holds no lock but address spaces'.
void area_release(struct area *area);

// Remove an area from as->areas and release it (area_release, which may yield). Its entries and
// as->pages are the caller's.
// Caller: holds as->lock for writing, and no other lock.
void area_drop(struct aspace *as, struct area *area);

// Split the areas in which `start` and `end` lie, so that no area reaches across either address. An
// address at a border of an area, or in no area, needs no cut. Both may lie in one area: it becomes
// three. Each upper part is a copy (area_copy) with its own start, and an offset that is larger by
// the size of the lower part. No page changes.
// Each cut adds an area. If the space then had more than areas_max areas, the cut is not made. As
// on Linux, the cut at `start` is counted first, and stays if only the cut at `end` is one too
// many. Caller: holds as->lock for writing; start < end; neither address lies in the middle of a
// large page (cuts_large_page).
// Returns 0; -ENOMEM if out of memory, with nothing changed and every copy released; -ENOMEM if
// there would be too many areas (see above).
int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end);

// Clear AREA_SOFT_CLEAN of `area` if `flags` differ from its own. `flags` are those of another
// area, or of one that is to be, which is alike otherwise and is about to become one with `area`:
// where one of the two counts as written (soft-dirty), both do then. Caller: holds as->lock for
// writing.
void area_keep_dirty(struct area *area, uint32_t flags);

// Returns true if `low` and `high` are alike but for the addresses, where `high` begins at the end
// of `low` (not checked): they have equal protection, flags (AREA_SOFT_CLEAN may differ:
// area_keep_dirty), backend, userfaultfd context, name (the pointer, or with AREA_LABELLED the
// text) and object, and the offset of
// `high` continues that of `low`: in the object, or for device memory in physical addresses.
// Anonymous memory has no offset to compare. The users of the object (object->watch), for which
// areas_merge_at keeps areas apart, do not count here. Takes no lock.
bool areas_alike(const struct area *low, const struct area *high);

// Give the part [start, end) of `area`, page-aligned and not empty, the protection `prot` (PROT_)
// and the flags `flags` (AREA_, all of them), which must not change whether it may write to its
// object (area_may_write_object). The part merges with a neighbour that is like it, or becomes an
// area of its own: `area` may be freed, so the caller does not use it afterwards. The page-table
// entries are the caller's. Sleeps and yields. Caller: holds as->lock for writing, and no other
// lock.
// Returns 0, always for a whole area; -EINVAL if the part begins or ends in the middle of a large
// page; -ENOMEM if out of memory or with too many areas (areas_max). On an error no protection and
// no flag has changed, but an area may have been split.
int area_change(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int prot,
                uint32_t flags);

// Like area_change, for the name: the part [start, end) of `area`, which has no name or has
// AREA_LABELLED, gets the counted name `name`, on which it takes a reference, and AREA_LABELLED;
// NULL: no name. It drops its reference on the name before.
// Sleeps and yields. Caller: holds as->lock for writing, and no other lock. Returns as area_change.
int area_change_name(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     const char *name);

// Take or drop the reference of `area`, which has AREA_LABELLED, on its name; and count the name's
// memory for the space, or no longer. The caller is making, changing or releasing the area.
// (area_name.c)
void area_name_get(struct area *area);
void area_name_put(struct area *area);

// Like area_change, for the registration: the part [start, end) of `area`, whose memory can be
// registered (ops->plain->registered), gets the flags `flags`, AREA_UFFD_ bits among them, and is
// registered with `uffd`, on which it takes a reference; NULL: with none. It drops its reference on
// the context before. Its backend follows from both. Entries and sleepers are the caller's. `area`
// may be freed. Sleeps and yields. Caller: holds as->lock for writing, and no other lock.
// Returns 0, always for a whole area; -EINVAL if the part begins or ends in the middle of a large
// page; -ENOMEM if out of memory or with too many areas (areas_max). On an error no registration
// and no flag has changed, but an area may have been split.
int area_change_uffd(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end,
                     struct uffd *uffd, uint32_t flags);

// Merge the two areas that meet at `va`, if one ends and the other begins there and they are alike
// (areas_alike): note where the upper area ends, remove and release it (area_drop), and let the
// lower one take over its range (area_resize). It counts as written if one of the two does
// (area_keep_dirty). In any other case do nothing; also if their object has a watch, which counts
// its areas.
// A truncation that is under way may have visited only one of the two: if they have an object and
// differ in object_round, call object_visit_again for the lower one first.
// Caller: holds as->lock for writing.
void areas_merge_at(struct aspace *as, uintptr_t va);

// Returns true if the area's protection admits the access: a write needs PROT_WRITE, a read any
// PROT_ bit, as the processor has it.
static inline bool area_admits(const struct area *area, enum fault_access access)
{
	return access == ACCESS_WRITE ? area->prot & PROT_WRITE : area->prot != 0;
}

// Returns true if RLIMIT_DATA counts areas with this protection (PROT_) and these flags (AREA_):
// writable, private, no stack.
static inline bool area_is_data(int prot, uint32_t flags)
{
	return (prot & PROT_WRITE) && !(flags & (AREA_SHARED | AREA_GROWSDOWN));
}

// Returns true if stores through an area with these flags reach its object, now or after an
// mprotect(). Neither flag changes while the area exists.
static inline bool area_may_write_object(uint32_t flags)
{
	return (flags & (AREA_SHARED | AREA_NOWRITE)) == AREA_SHARED;
}

// Returns the backend of an area that is made as the request says: request->ops if that is not
// NULL; else anon_ops without an object, and object_ops or large_ops by the object's size of pages.
static inline const struct area_ops *request_ops(const struct map_request *request)
{
	if (request->ops)
		return request->ops;
	if (!request->object)
		return &anon_ops;
	return request->object->shift == PAGE_SHIFT ? &object_ops : &large_ops;
}

// Returns true if no area with this backend can be cut at `va`: it lies in the middle of a large
// page. For two addresses at once, `va` may be their bits combined by |.
static inline bool uncut_at(const struct area_ops *ops, uintptr_t va)
{
	return va & ops->uncut;
}

// Returns the size in bytes of the pages of areas with this backend, PAGE_SIZE or LARGE_SIZE: all
// borders are multiples of it.
static inline size_t ops_align(const struct area_ops *ops)
{
	return ops->uncut ? ops->uncut + 1 : PAGE_SIZE;
}

// Returns the address hint, any number, for an area with this backend as Linux understands it:
// rounded up to a large page; 0, no hint, if that wraps around. Hints for small pages are returned
// unchanged, and rounded down later (find_room).
static inline uintptr_t ops_hint(const struct area_ops *ops, uintptr_t hint)
{
	return ops->uncut ? ROUND_UP(hint, ops->uncut + 1) : hint;
}

// Returns true if `start` or `end`, any addresses, lies in the middle of a large page of an area,
// so that no area can be cut there. False for the border of an area, and where nothing is mapped.
// Caller: holds as->lock.
bool cuts_large_page(struct aspace *as, uintptr_t start, uintptr_t end);

// Returns true if mlock() marks areas with this backend: all but device memory and large pages,
// which have no pages that could be taken away.
static inline bool ops_lockable(const struct area_ops *ops)
{
	return ops->plain != &linear_ops && ops->plain != &large_ops;
}

// Returns true if the area maps device memory. Its entries have no pages to copy, pin or lock.
static inline bool area_is_device(const struct area *area)
{
	return area->ops->plain == &linear_ops;
}

// Make each page of [va, end), both page-aligned, present, as MADV_POPULATE_READ (`access` a read)
// and _WRITE do; stop at the first error: pages before it stay. Empty range: does nothing. Sleeps
// and yields. (populate.c)
// Returns 0; -ENOMEM at a hole, if out of memory, or if a page has too many pins; -EINVAL for
// device memory, and without PROT_READ (for a write PROT_WRITE); -EFAULT where the page cannot be
// had, for example beyond the end of a file; -EINTR if the thread is killed. Caller: holds no lock.
int advise_populate(struct aspace *as, uintptr_t va, uintptr_t end, enum fault_access access);
