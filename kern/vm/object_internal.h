// object_internal.h: what the files of memory objects share with the rest of kern/vm: changes that
// remove pages, and reservations of large pages.
#pragma once

#include "vm/aspace.h"
#include "vm/object.h"

// Remove pages in [first, end), numbers of the object's pages, from its tree, until it is time to
// yield. Returns true if some may be left: then the caller yields and calls again; false if none
// is.
// Caller: holds the object's lock, or nobody else knows the object; nothing maps the pages.
bool object_drop_some(struct object *obj, uint32_t first, uint32_t end);

// Free the nodes that are left in the tree of an object without pages: those that pagetree_insert
// has made before it failed. For the end of the object: nobody else knows it.
void object_drop_nodes(struct object *obj);

// Take the object's lock, which the caller releases; sleep first until no change is removing pages
// from the object. For callers that add pages or change the size.
// Caller: holds no lock that the change may need.
void object_lock_settled(struct object *obj);

// Sleep until no change of the object is under way; its lock is free again afterwards. No change
// begins before the caller yields or sleeps.
// Caller: does not hold the object's lock, nor another one that the change may need.
void object_settle(struct object *obj);

// A change of the object that releases its lock meanwhile is between these two calls. Until the end
// of the change, others wait that want to add pages or change the size; faults on large pages wait
// as well, and with `punching` also faults on small pages. object_change_end wakes them.
// Caller: holds the object's lock, got by object_lock_settled: no other change is under way.
void object_change_begin(struct object *obj, bool punching);
void object_change_end(struct object *obj);

// Yield in the middle of a change, with the object's lock released meanwhile: areas may come,
// change and go. Returns 0; -EINTR if the thread must die: a change that can be given up should
// end. (object_shrink.c)
// Caller: holds the object's lock, and has begun a change.
int object_change_yield(struct object *obj);

// A round visits all areas that map the object, although areas come and go at yields between two
// visits: object_round_next returns the next area, NULL if all have been visited; a visit ends with
// object_round_visited, unless the area changed at a yield meanwhile: then it is visited again.
// Caller: holds the object's lock, and has begun a change. (object_shrink.c)
void object_round_begin(struct object *obj);
struct area *object_round_next(const struct object *obj);
void object_round_visited(struct object *obj, struct area *area);

// Fill the large page `pp` (its first page_t), which is not in the object yet, with zeroes, or, if
// `from` is not NULL, with the contents of the large page `from`, which the caller keeps. Begins
// and ends a change for it, with the object's lock released meanwhile, and yields; a killed thread
// completes the work.
// Caller: holds the object's lock, got by object_lock_settled.
void object_fill_large(struct object *obj, page_t *pp, page_t *from);

// Do the rest of object_lock_settled for a caller that has seen `changing`: sleep until no change
// is under way. Releases the object's lock meanwhile, and takes it again. Caller: holds the
// object's lock.
void object_wait_settled(struct object *obj);

// A change of an object removes pages from all areas that map it. Code that copies or moves
// entries, and yields meanwhile, may bring entries to an area that the change has visited before.
// So such code calls object_changes() when it begins, and asks object_changed_since() at the end
// whether any object has changed since the call that returned `mark`, or is changing now. If so, it
// calls object_catch_up for each area that has got entries: this removes the entries that should
// not be there. Both take no lock.
uint32_t object_changes(void);
bool object_changed_since(uint32_t mark);

// Let a change of area->object that is under way visit `area` again: another area has merged into
// `area`, and the change may have visited only one of the two. Does nothing if there is no change.
// Takes the object's lock, and so sleeps.
// Caller: holds the space's lock for writing.
void object_visit_again(struct area *area);

// Make `pp` page `index` (in the object's pages) of the object, which takes a reference on it;
// `index` must be a hole, else it panics. Sets kind, owner and index of `pp`. The size does not
// change. Caller: holds the object's lock.
// Returns 0; -ENOMEM with nothing changed, but perhaps with more nodes (object_drop_nodes).
int object_insert_page(struct object *obj, uint32_t index, page_t *pp);

// Undo object_insert_page for page `index`: drop the object's reference, which may free the page.
// Does nothing for a hole. Nothing maps the page. Caller: holds the object's lock.
// (object_shrink.c)
void object_remove_page(struct object *obj, uint32_t index);

// Find page `index` of the object, or make it, filled with zeroes, and store it in *pp_store
// without a reference or pin: it is valid while the lock is held. `index` counts the object's
// pages; the size and seals do not matter. The page counts as used from now on. A large page, for
// which a reservation of the hole is used up, is made with the object's lock released meanwhile,
// and yields.
// Caller: holds the object's lock, for large pages got by object_lock_settled.
// Returns 0; with *pp_store undefined: -ENOMEM if out of memory, or of large pages; -ENOSPC if only
// the pages are left that objects must leave to others (page_may_last).
int object_find_or_make(struct object *obj, uint32_t index, page_t **pp_store);

// Reserve a large page for each hole of the object in [first, end), at most USER_PDES pages, that
// has none reserved. `first` and `end` count large pages, also below. Caller: holds the object's
// lock. (object_reserve.c)
// Returns 0; -ENOMEM, with nothing changed, if the pool or memory has too few pages.
int object_reserve(struct object *obj, uint32_t first, uint32_t end);

// Cancel the reservations of [first, end), any numbers, if there are any: their pages are free for
// others. Caller: holds the object's lock, or nobody else knows the object.
void object_unreserve(struct object *obj, uint32_t first, uint32_t end);

// Remove the reservation for page `index`, which has been allocated with it: the pool has counted
// it. Caller: holds the object's lock.
void object_reserve_used(struct object *obj, uint32_t index);
