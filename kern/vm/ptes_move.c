// ptes_move.c: moving the entries of a range to another range (mremap). The contents stay where they
// are: an entry moves with its reference on the page.
//
// If both ranges have the same offset from a multiple of 4 MiB, then tables that lie wholly in the
// range move as a whole: the directory's entry moves, and the table's entries stay as they are. So a
// table that is shared after a fork stays shared, at another address in this space. At the ends of the
// range, or everywhere if the offsets differ, entries move one by one.
#include "mem/tlb.h"
#include "thread/yield.h"
#include "vm/ptes.h"

// About how many instructions it takes: for each part of a range; to move an entry.
#define SPAN_COST 50
#define MOVE_COST 12

// A move of [from, from + len) to `to`, cut into parts: neither from + at nor to + at crosses from one
// page table into the next within a part.
struct move {
	uintptr_t from, to;
	size_t len;
};

// Returns the end of the part of the move that begins at `at`.
static size_t part_end(const struct move *move, size_t at)
{
	uintptr_t from = move->from, to = move->to;
	size_t from_end = table_span_end(from + at, from + move->len) - from;
	size_t to_end = table_span_end(to + at, to + move->len) - to;

	return MIN(from_end, to_end);
}

// Returns true if the part [at, end) covers the span of a whole table, in both ranges: then the
// directory's entry moves.
static bool is_whole(size_t at, size_t end)
{
	return end - at == LARGE_SIZE;
}

// Keep the page tables of the target although they may have no entry in use (`delta` 1), or no longer
// keep them (-1). A truncation may remove entries meanwhile, and it frees tables that are empty then;
// a count that is too high prevents this. Tables that move as a whole are not counted. Nor are shared
// tables: no entry goes there, and other spaces rely on their count.
// Caller: holds pt_lock.
static void keep_tables(struct aspace *as, const struct move *move, int delta)
{
	size_t at, end;

	assert_spin_held(&as->pt_lock);
	for (at = 0; at < move->len; at = end) {
		pte_t *pte = pgdir_walk(as->pgdir, move->to + at, 0);

		end = part_end(move, at);
		if (!pte || is_whole(at, end) || !(as->pgdir[PDX(move->to + at)] & PTE_W))
			continue;
		virt_to_page(pte)->index += (uint32_t)delta;
		pgdir_trim(as->pgdir, PDX(move->to + at));
	}
}

// Make the table that the part at `at` of the target needs. A part that moves as a whole needs the
// directory's entry, which must be 0: a table without an entry in use is freed. Returns 0 or -ENOMEM.
// Caller: holds pt_lock.
static int prepare_part(struct aspace *as, const struct move *move, size_t at, size_t end)
{
	const pte_t *pte = pgdir_walk(as->pgdir, move->from + at, 0);

	assert_spin_held(&as->pt_lock);
	if (is_whole(at, end))
		pgdir_trim(as->pgdir, PDX(move->to + at));
	else if (pte && virt_to_page(pte)->index && !pte_to_change(as, move->to + at))
		return -ENOMEM;
	return 0;
}

// The only step of a move that can fail. Tables of the source that do not move as a whole become
// private, because entries will leave them.
int ptes_move_prepare(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	const struct move move = { from, to, len };
	size_t at, end;
	int error;

	assert_write_held(&as->lock);
	if (!len)
		return 0;
	if ((from - to) % LARGE_SIZE == 0)
		error = tables_make_private_at_ends(as, from, from + len);
	else
		error = tables_make_private(as, from, from + len);
	if (error)
		return error;
	spin_lock(&as->pt_lock);
	for (at = 0; at < len && !error; at = end) {
		end = part_end(&move, at);
		error = prepare_part(as, &move, at, end);
	}
	for (at = 0; error && at < len; at = part_end(&move, at))
		table_trim(as, to + at);
	if (!error)
		keep_tables(as, &move, 1);
	spin_unlock(&as->pt_lock);
	return error;
}

void ptes_move_cancel(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	const struct move move = { from, to, len };

	assert_write_held(&as->lock);
	spin_lock(&as->pt_lock);
	keep_tables(as, &move, -1);
	spin_unlock(&as->pt_lock);
}

// Move the directory's entry for `from` to `to`: a table with all its entries, or a large page with
// its reservation. Returns the cost in instructions; 0 for a large page or none: few, and no yield may
// come between large pages, since object_catch_up handles only small ones.
static uint32_t move_whole(struct tlb_batch *batch, uintptr_t from, uintptr_t to)
{
	pde_t *pde = &batch->pgdir[PDX(from)], *target = &batch->pgdir[PDX(to)];
	pde_t entry = *pde;

	assert_pgdir_locked(batch->pgdir);
	debug_assert(*target == 0);
	if (!entry)
		return 0;
	tlb_batch_store(batch, to, target, entry);
	tlb_batch_store(batch, from, pde, 0);
	tlb_batch_cover(batch, from, from + LARGE_SIZE);
	return pte_present(entry) && !(entry & PTE_PS) ? SPAN_COST : 0;
}

// Move the entries of a part of the range that lies in one page table on both sides. Without a table
// for the target the source had no entry when the move was prepared; the source's table may be one
// that the move has made for another part's target. Returns the cost in instructions.
static uint32_t move_entries(struct tlb_batch *batch, uintptr_t from, uintptr_t to, size_t len)
{
	pte_t *pte = pgdir_walk(batch->pgdir, from, 0), *target = pgdir_walk(batch->pgdir, to, 0);

	if (!pte || !target || !virt_to_page(pte)->index)
		return SPAN_COST;
	tlb_batch_move(batch, from, pte, target, len / PAGE_SIZE);
	pgdir_trim(batch->pgdir, PDX(from));
	return SPAN_COST + len / PAGE_SIZE * MOVE_COST;
}

// The target's tables are there (ptes_move_prepare), so nothing is allocated.
void ptes_move(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	const struct move move = { from, to, len };
	struct tlb_batch batch;
	size_t at, end;

	assert_write_held(&as->lock);
	spin_lock(&as->pt_lock);
	tlb_batch_begin(&batch, as->pgdir);
	for (at = 0; at < len; at = end) {
		uint32_t cost;

		end = part_end(&move, at);
		cost = is_whole(at, end) ? move_whole(&batch, from + at, to + at) :
		                           move_entries(&batch, from + at, to + at, end - at);
		if (cost)
			batch_yield_after(as, &batch, cost);
	}
	keep_tables(as, &move, -1);
	tlb_batch_finish(&batch);
	spin_unlock(&as->pt_lock);
}
