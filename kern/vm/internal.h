// internal.h: what the files of kern/vm share; nobody else includes this.
#pragma once

#include <abi/mman.h>

#include "mem/tlb.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"

// Like ptes_unmap, but does not yield: returns early when it is time to (yield_due), after at least one
// table's entries. Returns where it stopped: `end`, or where to go on.
// Caller: holds as->lock for writing, or the lock of the object behind the range.
uintptr_t ptes_unmap_some(struct aspace *as, uintptr_t start, uintptr_t end);

// Take everything in [start, end) out of the page tables, dropping references. Yields.
// Caller: holds as->lock for writing, or the space is nobody's any more.
static inline void ptes_unmap(struct aspace *as, uintptr_t start, uintptr_t end)
{
	while ((start = ptes_unmap_some(as, start, end)) < end)
		thread_yield_point();
}

// Like ptes_unmap_some for the pages of objects only: private copies stay. Caller: holds the lock of
// the object behind the range.
uintptr_t ptes_unmap_object_some(struct aspace *as, uintptr_t start, uintptr_t end);

// About how many instructions it takes to make an area, to cut, merge or free one.
#define AREA_COST 300

// Take out entries in [start, end) whose pages were some object's, but are not, or no longer, that of
// `obj`. Yields. Caller: as for ptes_unmap.
void ptes_unmap_strangers(struct aspace *as, uintptr_t start, uintptr_t end,
                          const struct object *obj);

// Count `cost` instructions of work on entries. If it is time, finish the batch, release pt_lock,
// yield, and go on with the same batch. Caller: holds pt_lock and no other lock but as->lock.
static inline void batch_yield_after(struct aspace *as, struct tlb_batch *batch, uint32_t cost)
{
	if (!yield_due(cost))
		return;
	tlb_batch_finish(batch);
	spin_unlock(&as->pt_lock);
	thread_yield_point();
	spin_lock(&as->pt_lock);
}

// Make the entries in [start, end) match rights `prot`: taken rights go now, given ones come with
// the next fault. Yields. Caller: holds as->lock for writing.
void ptes_protect(struct aspace *as, uintptr_t start, uintptr_t end, int prot);

// What an entry becomes under rights `prot`.
pte_t entry_protected(pte_t entry, int prot);

// Copy the entries of `area` from the space of `from` to that of `to`, which has none there.
// Private pages become read-only in both. Yields. Returns 0, -ENOMEM, or -EINTR for a thread that is
// killed, with part of the entries copied.
// Caller: holds the lock of `from`'s space for writing and its pt_lock, which a yield releases; has
// begun both batches and finishes them.
int ptes_clone(struct tlb_batch *from, struct tlb_batch *to, const struct area *area);

// The end of the part of [va, end) that one page table covers.
static inline uintptr_t table_span_end(uintptr_t va, uintptr_t end)
{
	uintptr_t next = ROUND_DOWN(va, LARGE_SIZE) + LARGE_SIZE;

	return MIN(next, end);
}

// The entry for `va` in the table that a directory's entry names.
static inline pte_t *entry_in_table(pde_t pde, uintptr_t va)
{
	pte_t *pte = (pte_t *)phys_to_virt(PTE_ADDR(pde)) + PTX(va);

	if (!pte)
		__builtin_unreachable(); // saves the test to callers of the two below
	return pte;
}

// The entry for `va`, or NULL where there is no table: nothing, or a large page.
static inline pte_t *entry_at(pde_t *pgdir, uintptr_t va)
{
	pde_t pde = pgdir[PDX(va)];

	return (pde & (PTE_P | PTE_PS)) == PTE_P ? entry_in_table(pde, va) : NULL;
}

// The same if that table may be changed; NULL also where other spaces share it.
static inline pte_t *entry_to_change(pde_t *pgdir, uintptr_t va)
{
	pde_t pde = pgdir[PDX(va)];

	if ((pde & (PTE_P | PTE_W | PTE_PS)) != (PTE_P | PTE_W))
		return NULL;
	return entry_in_table(pde, va);
}

// What ptes_unmap, _protect, _clone and _move do, for a large page, or the reservation of one, in the
// directory's entry for `va`; nothing where there is none (ptes_large.c). Caller: holds pt_lock; the batch is that of the directory.
void large_unmap(struct tlb_batch *batch, uintptr_t va);
void large_protect(struct tlb_batch *batch, uintptr_t va, int prot);
void large_clone(struct tlb_batch *from, struct tlb_batch *to, uintptr_t va, bool shared);
void large_move(struct tlb_batch *batch, uintptr_t from, uintptr_t to);

// Does a program's space name a large page in this entry of its directory, present or held?
static inline bool pde_has_large(pde_t pde)
{
	return (pde & PTE_PS) && pte_has_page(pde);
}

// Take pages out of the object's tree from [first, end), until it is time to yield. Returns true if
// there are more. Caller: holds the object's lock, or is the last that knows it; nothing maps them.
bool object_drop_some(struct object *obj, uint32_t first, uint32_t end);

// Free what is left of the tree of an object without pages: nodes that have led to none.
void object_drop_nodes(struct object *obj);

// Lock the object when nobody is taking out pages of it, with the lock released now and then: for
// whoever adds pages, or changes the size. Caller: holds no lock that the other one needs.
void object_lock_settled(struct object *obj);

// Whoever releases the object's lock in the middle of a change does so between these two, and meanwhile
// others wait that add pages or change the size; with `punching` also faults on small pages, as those on
// large pages always do. Caller: holds the lock, and has got it by object_lock_settled.
void object_change_begin(struct object *obj, bool punching);
void object_change_end(struct object *obj);

// Fill a large page with zeroes, or with what is in `from`, for the object. Releases the object's lock
// meanwhile, as a change does, and yields. Caller: as above.
void object_fill_large(struct object *obj, page_t *pp, page_t *from);

// The rest of it, for a caller that holds the lock and has seen `changing`.
void object_wait_settled(struct object *obj);

// A change of an object takes pages out of all areas that map it. Whoever copies or moves entries, and
// yields meanwhile, may bring some to an area that the change has visited before. So it remembers
// object_changes() when it begins, and asks at the end whether any object has changed since. If so, it
// calls object_catch_up for each area that has got entries: that takes out what should not be there.
// Caller of the last one: holds the space's lock for writing, or nobody knows the space; no other lock.
uint32_t object_changes(void);
bool object_changed_since(uint32_t mark);
void object_catch_up(struct area *area);

// An area has become part of `area`, which the change under way has perhaps visited, unlike the other.
// Caller: holds the space's lock for writing.
void object_visit_again(struct area *area);

// The object's page `index`, made if need be: 0, -ENOMEM or -ENOSPC. Caller of these four: holds its lock.
int object_find_or_make(struct object *obj, uint32_t index, page_t **pp_store);

// Put aside a large page for each hole of the object in [first, end): 0, or -ENOMEM and nothing has
// changed. Give back what was put aside; or only forget it, as the page has come. (object_reserve.c)
int object_reserve(struct object *obj, uint32_t first, uint32_t end);
void object_unreserve(struct object *obj, uint32_t first, uint32_t end);
void object_reserve_used(struct object *obj, uint32_t index);

// Page tables shared after a fork (shared_tables.c). Whoever changes an entry has made its table private in
// the step that may fail. Caller of all that take an address: holds as->pt_lock.

// Let the table for `va`, which lies in `area`, stand in both directories, if it can be shared.
// Returns whether it does. Caller: holds the page-table lock of the space of `from`.
bool table_share(struct tlb_batch *from, struct tlb_batch *to, const struct area *area,
                 uintptr_t va);

// Give the space a table of its own for `va`, if it shares one. 0 or -ENOMEM with nothing changed.
int table_make_private(struct aspace *as, uintptr_t va);

// The entry for `va` in a table of the space's own, made if there is none. NULL without memory.
pte_t *table_to_change(struct aspace *as, uintptr_t va);

// If the space shares the table for `va`, which is there, give up its part in it. Returns whether it
// did.
bool table_drop(struct aspace *as, uintptr_t va);

// Make private all tables of [start, end), or those that it covers in part only. The first one yields
// where there are several. 0 or -ENOMEM. Caller: holds as->lock for writing, not pt_lock.
int tables_make_private(struct aspace *as, uintptr_t start, uintptr_t end);
int tables_make_private_at_ends(struct aspace *as, uintptr_t start, uintptr_t end);

// The page that an entry names and counts on, or NULL.
static inline page_t *entry_page(pte_t entry)
{
	return pte_has_page(entry) ? phys_to_page(PTE_ADDR(entry)) : NULL;
}

// Copy `*pte`, the entry for `va` in the directory of `from`, to `*copy`, which is empty and in a space
// that does not run. A private page becomes read-only in both. Caller: holds the first space's pt_lock.
static inline void entry_inherit(struct tlb_batch *from, uintptr_t va, pte_t *pte, pte_t *copy,
                                 bool shared)
{
	pte_t entry = *pte;
	page_t *pp = entry_page(entry);

	if ((entry & PTE_W) && !shared) {
		entry &= ~PTE_W;
		tlb_batch_store(from, va, pte, entry);
	}
	if (pp)
		page_incref(pp);
	pte_exchange(copy, entry);
}

// The entry for `va` as it is now; 0 where there is no table. A look that may be out of date at
// once.
static inline pte_t pte_peek(struct aspace *as, uintptr_t va)
{
	pte_t *pte = entry_at(as->pgdir, va);

	return pte ? *pte : 0;
}

// The same, made up where `va` lies in a large page.
static inline pte_t small_entry(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];

	return pde_has_large(pde) ? (pde & ~PTE_PS) | (va & (LARGE_SIZE - PAGE_SIZE)) :
	                            pte_peek(as, va);
}

// Store the page `pp` as the entry for `va`, if the entry still is `expected`; takes one reference
// to `pp`. Returns 0; -EAGAIN where the entry has changed (the fault is to be looked at anew), or
// -ENOMEM without memory for a table. This is how every fault and every populating call installs a
// page.
// It is inline for the sake of the most frequent fault, on which nothing was there.
static __always_inline int pte_install(struct aspace *as, uintptr_t va, pte_t expected, page_t *pp,
                                       pte_t bits)
{
	page_t *old = expected ? entry_page(expected) : NULL;
	pte_t *pte, entry = page_to_phys(pp) | bits;
	int error = 0;

	spin_lock(&as->pt_lock);
	pte = entry_to_change(as->pgdir, va);
	if (unlikely(!pte))
		pte = table_to_change(as, va);
	if (unlikely(!pte)) {
		error = -ENOMEM;
	} else if (unlikely(*pte != expected)) {
		error = -EAGAIN;
	} else {
		if (expected)
			pte_replace(as->pgdir, va, pte, entry);
		else
			pte_store(as->pgdir, va, pte, entry);
		page_incref(pp);
		if (old)
			page_decref(old);
	}
	spin_unlock(&as->pt_lock);
	return error;
}

// What an entry lets a program do with its page, whose area admits it.
#define PTE_READABLE (PTE_P | PTE_U | PTE_A)
#define PTE_WRITABLE (PTE_READABLE | PTE_W | PTE_D)

// A write met `old`, an entry that is present and read-only, in a private area: give the space a
// page of its own, or the right to write to the page if it is its own already. 0, -EAGAIN or
// -ENOMEM.
int anon_copy_on_write(struct aspace *as, uintptr_t va, pte_t old);

// A new area for [start, end), like the request, outside any tree. NULL without memory.
struct area *area_new(struct aspace *as, const struct map_request *request, uintptr_t start,
                      uintptr_t end);

// A copy of `area` for `as`, outside any tree, with references of its own. NULL without memory.
struct area *area_copy(const struct area *area, struct aspace *as);

// Let an area beside [start, end) grow over it, if the range is free and the area is like the request.
// Returns whether one did. Caller: holds as->lock for writing.
bool area_extend(struct aspace *as, const struct map_request *request, uintptr_t start,
                 uintptr_t end);

// Take [start, end) away from an area that does not reach beyond both of its ends; perhaps nothing is
// left of it. Caller: holds as->lock for writing.
void area_cut_off(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end);

// Give back an area that is in no tree any more, or never was.
void area_release(struct area *area);

// Take an area out of its tree and give it back. Caller: holds as->lock for writing.
void area_drop(struct aspace *as, struct area *area);

// Map and unmap. Caller: holds as->lock for writing. As aspace_map and aspace_unmap.
int map_locked(struct aspace *as, const struct map_request *request, uintptr_t *va_store);
int unmap_locked(struct aspace *as, uintptr_t start, uintptr_t end);

// The two steps of unmap_locked, of which only the first can fail: 0 or -ENOMEM. The second yields; a
// thread that is killed meanwhile completes it: its end would have to do the same work.
int unmap_prepare(struct aspace *as, uintptr_t start, uintptr_t end);
void unmap_commit(struct aspace *as, uintptr_t start, uintptr_t end);

// Where `len` free bytes are for an area of that kind: at `hint`, if that is possible, else the lowest
// from MMAP_BASE on. 0 or -ENOMEM. Caller: holds as->lock.
int find_room(struct aspace *as, const struct area_ops *ops, uintptr_t hint, size_t len,
              uintptr_t *store);

// Returns true if the current thread's RLIMIT_AS and RLIMIT_DATA admit `len` more bytes of areas like
// that in `as`. Caller: holds as->lock.
bool aspace_may_grow(struct aspace *as, size_t len, int prot, uint32_t flags);

// Is [va, va + len) a page-aligned range of user addresses, len > 0?
bool range_valid(uintptr_t va, size_t len);

// Move the entries of [from, from + len) to the empty range at `to`. ptes_move_prepare makes the
// tables that this needs, and holds them: 0 or -ENOMEM; then ptes_move cannot fail, or ptes_move_cancel
// frees the tables. The first two yield. Caller: holds as->lock for writing throughout.
int ptes_move_prepare(struct aspace *as, uintptr_t from, uintptr_t to, size_t len);
void ptes_move(struct aspace *as, uintptr_t from, uintptr_t to, size_t len);
void ptes_move_cancel(struct aspace *as, uintptr_t to, size_t len);

// Split the areas that contain `start` and `end`, so that none reaches across one of the two. Returns
// 0; -EINVAL where one cannot be cut there, or -ENOMEM, both with nothing changed; or -ENOMEM where
// the space may have no further area (areas_max): as on Linux the cut at `start` stays if only the one
// at `end` is too many. Caller: holds as->lock for writing.
int areas_split_at(struct aspace *as, uintptr_t start, uintptr_t end);

// Give the part [start, end) of `area`, at least a page, the protection `prot` and the flags `flags`.
// It becomes part of a neighbour that is like it, or an area of its own. The entries are the caller's.
// Returns 0, or the errors of areas_split_at. Caller: holds as->lock for writing.
int area_change(struct aspace *as, struct area *area, uintptr_t start, uintptr_t end, int prot,
                uint32_t flags);

// Let the areas that meet at `va` become one if they are alike. Caller: holds as->lock for writing.
void areas_merge_at(struct aspace *as, uintptr_t va);

// Do the area's rights admit such an access?
static inline bool area_admits(const struct area *area, enum fault_access access)
{
	return access == ACCESS_WRITE ? area->prot & PROT_WRITE : area->prot != 0;
}

// Is an area like that what RLIMIT_DATA counts?
static inline bool area_is_data(int prot, uint32_t flags)
{
	return (prot & PROT_WRITE) && !(flags & (AREA_SHARED | AREA_GROWSDOWN));
}

// What stands behind an area that is made like this.
static inline const struct area_ops *request_ops(const struct map_request *request)
{
	if (request->ops)
		return request->ops;
	if (!request->object)
		return &anon_ops;
	return request->object->shift == PAGE_SHIFT ? &object_ops : &large_ops;
}

// Can no area like that be cut at `va`?
static inline bool uncut_at(const struct area_ops *ops, uintptr_t va)
{
	return va & ops->uncut;
}

// Does mlock mark such areas? Others have no pages that could be taken away.
static inline bool ops_lockable(const struct area_ops *ops)
{
	return ops != &linear_ops && ops != &large_ops;
}

// Is device memory behind the area? Its entries have no pages to copy, hold or lock.
static inline bool area_is_device(const struct area *area)
{
	return area->ops == &linear_ops;
}

// The trap handler for page faults (fault.c).
void page_fault(struct trapframe *frame);
