// ptes.h: page-table entries of an address space: installed, looked at, removed, copied and moved
// by ranges; and page tables that two spaces share after a fork (shared_tables.c). Only kern/vm
// includes it: other layers change areas, and vm changes the entries.
#pragma once

#include "mem/tlb.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/lock_asserts.h"

// Unmap [start, end), page-aligned, like ptes_unmap, but do not yield: return early when it is time
// to (yield_due), after the entries of at least one table. Takes as->pt_lock. Returns the address
// where it stopped: `end`, or where to continue.
// Caller: holds as->lock for writing, or nobody else knows the space; has made the tables private
// that the range covers in part (tables_make_private_at_ends).
uintptr_t ptes_unmap_some(struct aspace *as, uintptr_t start, uintptr_t end);

// Remove all entries in [start, end), page-aligned, also those that are not present, and drop their
// references; empty range: nothing. Large pages go with their reservations. Areas stay as they are.
// Takes as->pt_lock. Yields; a killed thread completes the work.
// Caller: holds as->lock for writing, or nobody else knows the space; has made the tables private
// that the range covers in part (tables_make_private_at_ends).
static inline void ptes_unmap(struct aspace *as, uintptr_t start, uintptr_t end)
{
	assert_areas_still(as);
	while (start < end) {
		start = ptes_unmap_some(as, start, end);
		// Also at the end: many areas of one table each must not add up.
		if (yield_due(0))
			thread_yield_point();
	}
}

// Remove what an object loses from [start, end), page-aligned, a range of small pages that maps it
// (ptes_object.c): ptes_truncate_some all entries, ptes_punch_some those that name the object's
// pages or the zero page, so that private copies stay. An entry in a shared table goes for all
// spaces that share it. Return early when it is time to yield, like ptes_unmap_some, with the
// address where they stopped: `end`, or where to continue. Take as->pt_lock.
// Caller: holds the lock of the object; or holds as->lock for writing, or nobody else knows the
// space.
uintptr_t ptes_truncate_some(struct aspace *as, uintptr_t start, uintptr_t end);
uintptr_t ptes_punch_some(struct aspace *as, uintptr_t start, uintptr_t end);

// Remove all entries in [start, end), page-aligned, as ptes_truncate_some does; or,
// ptes_unmap_strangers, those that name a page which was some object's, but is not (or no longer) a
// page of `obj`: private copies stay. Empty range: nothing. Take as->pt_lock. Yield.
// Caller: holds as->lock for writing, or nobody else knows the space.
void ptes_truncate(struct aspace *as, uintptr_t start, uintptr_t end);
void ptes_unmap_strangers(struct aspace *as, uintptr_t start, uintptr_t end,
                          const struct object *obj);

// Count `cost` instructions of work on entries. If it is time to yield, finish the batch, release
// pt_lock, yield, take the lock again; the batch can be used further. Pages that the batch has
// collected are free afterwards, and entries may have changed.
// Caller: holds pt_lock, and no other lock but as->lock.
static inline void batch_yield_after(struct aspace *as, struct tlb_batch *batch, uint32_t cost)
{
	assert_only_spinlock(&as->pt_lock);
	if (!yield_due(cost))
		return;
	tlb_batch_finish(batch);
	spin_unlock(&as->pt_lock);
	thread_yield_point();
	spin_lock(&as->pt_lock);
}

// Change the entries in [start, end), page-aligned and cutting no large page, that name a page to
// the protection `prot` (PROT_). With `prot` 0 they become PROT_NONE entries. Otherwise they become
// readable at once, but never writable: the next write fault makes them so if `prot` allows it.
// Entries of device memory and markers stay. The tables are not shared (tables_make_private). Takes
// as->pt_lock. Yields; a killed thread completes the work.
// Caller: holds as->lock for writing.
void ptes_protect(struct aspace *as, uintptr_t start, uintptr_t end, int prot);

// Copy the entries of `area`, whose space is that of `from`, to the space of `to`, which does not
// run; an entry that is in use there already is left out. Tables are shared where that is possible
// (table_share). Private pages become read-only in both. Each page gets one more reference. Yields,
// but not within an area of large pages.
// Returns 0; -ENOMEM; -EINTR if the thread is killed. On an error a part of the entries is copied.
// Caller: holds the lock of the first space for writing, and its pt_lock, which a yield releases;
// has begun both batches and finishes them.
int ptes_clone(struct tlb_batch *from, struct tlb_batch *to, const struct area *area);

// Returns the page table, all 1,024 entries, that directory entry `pdx`, below USER_PDES, of the
// space names; NULL for none or a large page. It stays while the caller holds the lock of the
// directory's entries.
static inline const pte_t *user_table(const struct aspace *as, size_t pdx)
{
	pde_t pde = as->pgdir[pdx];

	return (pde & (PTE_P | PTE_PS)) == PTE_P ? phys_to_virt(PTE_ADDR(pde)) : NULL;
}

// Returns the end of the part of [va, end) that one page table covers: a multiple of LARGE_SIZE, or
// `end`. Loops over entries go from table to table with it. The range is not empty, and a user's.
static inline uintptr_t table_span_end(uintptr_t va, uintptr_t end)
{
	uintptr_t next = ROUND_DOWN(va, LARGE_SIZE) + LARGE_SIZE;

	return MIN(next, end);
}

// Do for the directory's entry for `va` what ptes_unmap and ptes_clone do for the entries of a
// table. The entry names no table: it is empty (then nothing is done), maps a large page, or says
// that one is reserved or was lost, or is a marker. `va`: a multiple of LARGE_SIZE. `shared`: of a
// shared mapping, so PTE_W stays. large_unmap also releases the reservation; the copy, whose entry
// is empty before, gets none. (ptes_large.c)
// Caller: holds pt_lock, large_clone that of the first space; has begun each batch for its
// directory.
void large_unmap(struct tlb_batch *batch, uintptr_t va);
void large_clone(struct tlb_batch *from, struct tlb_batch *to, uintptr_t va, bool shared);

// Returns true if an entry of a user's directory names a large page, present or PROT_NONE.
static inline bool pde_has_large(pde_t pde)
{
	return (pde & PTE_PS) && pte_has_page(pde);
}

// Remove from the entries of `area` what a change of its object should have removed
// (object_changes): pages that the object no longer has, and everything beyond the object's end.
// Does nothing for an area without an object, or of large pages. Yields and sleeps.
// Caller: holds the space's lock for writing, or nobody else knows the space; no other lock.
void object_catch_up(struct area *area);

// Page tables shared after a fork (shared_tables.c). A shared table does not change, except that it loses
// what an object loses (ptes_object.c): other code that changes an entry makes the table private before,
// in a step that may fail.
// Caller of all functions with an address: holds as->pt_lock.

// With so few entries in use, copying them at the fork costs no more than making the table private in the
// first fault of each side.
#define SHARE_MIN_ENTRIES 16

// Let both directories name the table for `va`, which lies in `area` and has more than
// SHARE_MIN_ENTRIES entries in use, if it can be shared: all areas with a part in its 4 MiB are
// inherited as they are. Both directory entries become read-only, and the batch `from` flushes the
// span. Returns true if they share it; false, with nothing changed, if it cannot be, or if the
// second space has a table of its own there.
// Caller: holds the page-table lock of the space of `from`.
bool table_share(struct tlb_batch *from, struct tlb_batch *to, const struct area *area,
                 uintptr_t va);

// Returns true if an entry of a user's directory names a table that other directories may name too:
// the entry lacks PTE_W.
static inline bool pde_has_shared_table(pde_t pde)
{
	return (pde & (PTE_P | PTE_W | PTE_PS)) == PTE_P;
}

// Free the page table for `va` if no entry of it is in use. One that other spaces share stays: when a
// truncation has emptied it, each space leaves it as the truncation visits its area (ptes_object.c).
// Caller: holds as->pt_lock.
static inline void table_trim(struct aspace *as, uintptr_t va)
{
	assert_spin_held(&as->pt_lock);
	if (!pde_has_shared_table(as->pgdir[PDX(va)]))
		pgdir_trim(as->pgdir, PDX(va));
}

// Do the work of table_make_private, its only caller, if the table is shared. Returns 0; -ENOMEM
// with nothing changed. Caller: holds as->pt_lock.
int shared_table_make_private(struct aspace *as, uintptr_t va);

// If the space shares the table for `va`, give it a table of its own; if there is no table, do
// nothing. Does not yield. Returns 0; -ENOMEM with nothing changed. Caller: holds as->pt_lock.
static inline int table_make_private(struct aspace *as, uintptr_t va)
{
	assert_spin_held(&as->pt_lock);
	return unlikely(pde_has_shared_table(as->pgdir[PDX(va)])) ?
	               shared_table_make_private(as, va) :
	               0;
}

// Do the rest of pte_to_change, its only caller: make the table private that pgdir_walk has
// refused, and walk again. Returns the entry for `va`; NULL if out of memory, or if there is no
// table. Caller: holds as->pt_lock.
pte_t *table_unshare_and_walk(struct aspace *as, uintptr_t va);

// Find the entry for `va`, with any value, to change it under as->pt_lock, which the caller has
// taken: in a page table of the space's own, which is made if need be, also where a shared one was.
// The caller calls pgdir_trim if it may leave the table empty. Returns NULL if out of memory, or if
// the directory's entry is in use without a table (a large page, its reservation, a mark).
static inline pte_t *pte_to_change(struct aspace *as, uintptr_t va)
{
	pte_t *pte = pgdir_walk(as->pgdir, va, 1);

	return likely(pte) ? pte : table_unshare_and_walk(as, va);
}

// If the table for `va` may be shared, take the lock that guards the entries of shared tables: what
// the table's entries name stays until the lock is released. Returns true if the lock was taken;
// false if there is nothing to release. Caller: holds as->pt_lock.
bool shared_table_lock(struct aspace *as, uintptr_t va);

// Release the lock that shared_table_lock has taken, if it has returned true.
void shared_tables_unlock(void);

// Like shared_tables_unlock, after entries of the table for `va` have been removed. Flush all
// translations of user addresses: any directory may name the table. If no entry is left and others
// share the table, drop this space's reference, so that its directory's entry becomes 0.
// Caller: holds as->pt_lock, and the lock of shared tables, by shared_table_lock for `va`.
void shared_table_unlock_changed(struct aspace *as, uintptr_t va);

// If the space shares the table for `va`, which exists, with others, drop its reference on the
// table: its directory's entry becomes 0, and translations are flushed. Returns true if it did;
// false, with nothing changed, if the table is the space's own, or no other space names it any
// more. Caller: holds as->pt_lock.
bool table_drop(struct aspace *as, uintptr_t va);

// Make all tables of [start, end), not empty, any addresses, private; or,
// tables_make_private_at_ends, only those that the range covers in part: the others will go as a
// whole. Missing tables stay so. The first function yields if the range has several tables. Return
// 0; -ENOMEM, with some of them private, which does no harm.
// Caller: holds as->lock, for reading or for writing, so that no fork shares the tables again; does
// not hold pt_lock.
int tables_make_private(struct aspace *as, uintptr_t start, uintptr_t end);
int tables_make_private_at_ends(struct aspace *as, uintptr_t start, uintptr_t end);

// Returns the page that an entry names and has a reference on, or NULL.
static inline page_t *entry_page(pte_t entry)
{
	return pte_has_page(entry) ? phys_to_page(PTE_ADDR(entry)) : NULL;
}

// Copy `*pte`, the entry for `va` in the directory of `from`, not 0, to `*copy`, an empty entry of
// a space that does not run. Unless `shared`, for a shared mapping, the entry becomes read-only in
// both. Its page, if it names one, gets one more reference. The batch `from` flushes.
// Caller: holds the first space's pt_lock.
static inline void entry_inherit(struct tlb_batch *from, uintptr_t va, pte_t *pte, pte_t *copy,
                                 bool shared)
{
	pte_t entry = *pte;
	page_t *pp = entry_page(entry);

	assert_pgdir_locked(from->pgdir);
	if ((entry & PTE_W) && !shared) {
		entry &= ~PTE_W;
		tlb_batch_store(from, va, pte, entry);
	}
	if (pp)
		page_incref(pp);
	pte_exchange(copy, entry);
}

// Returns the entry for `va` as it is now, or 0 without a table, also in a large page
// (small_entry). A look without pt_lock: the answer may be out of date at once.
static inline pte_t pte_peek(struct aspace *as, uintptr_t va)
{
	const pte_t *pte = pgdir_walk(as->pgdir, va, 0);

	return pte ? *pte : 0;
}

// Returns the write-protection by userfaultfd that `pde`, the entry for a large page or none, has:
// PDE_UFFD_WP of a page, PDE_MARKER_WP of a marker; 0 for none.
static inline pde_t pde_protection(pde_t pde)
{
	return pde & (pde_has_large(pde) ? PDE_UFFD_WP : PDE_MARKER_WP);
}

// Like pte_peek. If `va` lies in a large page, or in the span of a marker for one, returns the entry
// that a small page there would have.
static inline pte_t small_entry(struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];

	if (likely((pde & (PTE_P | PTE_PS)) == PTE_P || !pde))
		return pte_peek(as, va);
	if (pde_has_large(pde))
		return (pde & ~(PTE_PS | PDE_RESERVED | PDE_UFFD_WP)) |
		       (pde & PDE_UFFD_WP ? PTE_UFFD_WP : 0) | (va & (LARGE_SIZE - PAGE_SIZE));
	return (pde & PDE_MARKER_WP ? PTE_MARKER_WP : 0) |
	       (pde & PDE_MARKER_POISON ? PTE_MARKER_POISON : 0);
}

// Map page `pp` at `va`, with the flags `bits` (PTE_READABLE, PTE_WRITABLE and others), if the
// entry for `va` still is `expected`. Takes a reference on `pp`, and drops that of the old entry.
// Every fault and every populating call installs its page by this function: the page was found and
// filled without pt_lock, so the comparison decides whether another thread was faster.
// Takes as->pt_lock, so the caller does not hold it.
// Returns 0; -EAGAIN if the entry has changed: the fault looks again; -ENOMEM if a page table
// cannot be allocated, or a large page has the place. On an error no entry has changed, and `pp` is
// the caller's to free.
// Inline for the sake of the most frequent fault, which finds an empty entry.
static __always_inline int pte_install(struct aspace *as, uintptr_t va, pte_t expected, page_t *pp,
                                       pte_t bits)
{
	int error = 0;
	pte_t *pte;

	spin_lock(&as->pt_lock);
	pte = pte_to_change(as, va);
	if (unlikely(!pte))
		error = -ENOMEM;
	else if (unlikely(*pte != expected))
		error = -EAGAIN;
	else
		pte_set_page(as->pgdir, va, pte, expected, pp, bits);
	spin_unlock(&as->pt_lock);
	return error;
}

// The bits of an entry whose page a program may read, or read and write. PTE_A and PTE_D are set
// in advance: the processor need not set them, which would cost a locked access. So PTE_D says that the
// program has written to the page since /proc/PID/clear_refs cleared the bit: the soft-dirty bit.
#define PTE_READABLE (PTE_P | PTE_U | PTE_A)
#define PTE_WRITABLE (PTE_READABLE | PTE_W | PTE_D)

// Move the entries of [from, from + len), page-aligned, `len` in bytes, to the range at `to`, in
// the same space, which has no entries and does not overlap (ptes_move.c). ptes_move_prepare makes
// the page tables for this, and keeps them from being freed; it returns 0; -ENOMEM with no entry
// changed and nothing to cancel. After it the caller calls either ptes_move, which cannot fail, or
// ptes_move_cancel, which frees the tables again if they are empty. Tables that the range covers
// wholly move as they are where they can, also shared ones: if their entries may change during the
// move, the caller makes them private before. ptes_move_prepare and ptes_move yield; a killed
// thread completes the work. With len = 0 nothing happens.
// Caller: holds as->lock for writing, from the first call to the last.
int ptes_move_prepare(struct aspace *as, uintptr_t from, uintptr_t to, size_t len);
void ptes_move(struct aspace *as, uintptr_t from, uintptr_t to, size_t len);
void ptes_move_cancel(struct aspace *as, uintptr_t from, uintptr_t to, size_t len);
