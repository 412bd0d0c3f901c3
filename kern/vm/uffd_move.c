// uffd_move.c: UFFDIO_MOVE: pages move from one private anonymous area to another, which is
// registered. Only entries move, so a page keeps its reference, and nothing is copied.
#include "mem/page.h"
#include "mem/tlb.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/uffd_internal.h"

#define MOVE_COST 200 // about how many instructions a page takes

// Returns true if [start, start + len) lies in `area`, private memory.
static bool holds(const struct area *area, uintptr_t start, size_t len)
{
	return area->end - start >= len && !(area->flags & AREA_SHARED);
}

// Check the areas of a move. Returns 0, -ENOENT, -EAGAIN or -EINVAL, as uffd_move.
// Caller: holds as->lock.
static int check_areas(const struct uffd *uffd, struct aspace *as, uintptr_t to, uintptr_t from,
                       size_t len)
{
	const struct area *source = area_find(&as->areas, from),
			  *target = area_find(&as->areas, to);

	assert_read_held(&as->lock);
	if (!source || !target)
		return WHY(-ENOENT, "nothing is mapped at %#x or %#x", from, to);
	if (uffd->changing)
		return WHY(-EAGAIN, "mappings change, and the message is not read yet");
	if (!holds(source, from, len) || !holds(target, to, len))
		return WHY(-EINVAL, "%#x bytes do not lie in one private area", len);
	if (source->prot != target->prot || !(source->prot & PROT_WRITE) ||
	    ((source->flags ^ target->flags) & AREA_LOCKS))
		return WHY(-EINVAL, "the areas differ in protection or locks, or are read-only");
	if (target->uffd != uffd || source->ops->plain != &anon_ops ||
	    target->ops->plain != &anon_ops)
		return WHY(-EINVAL, "%#x is not registered, or the memory not anonymous", to);
	return 0;
}

// Returns 0 if the page of `entry` may move; -EFAULT for a marker; -EBUSY unless the space owns the
// page exclusively. The zero page may always move. The table of the entry is private.
static int check_entry(pte_t entry)
{
	const page_t *pp = entry_page(entry);

	if (!pp)
		return -EFAULT;
	if (pp == zero_page)
		return 0;
	return page_is_exclusive(pp) ? 0 : -EBUSY;
}

// Move the entry at `from` to `to`. The translation of `from` is flushed before anybody can see the
// page at `to`. Returns 0, or the errors of uffd_move. Caller: holds as->lock.
static int move_page(struct aspace *as, uintptr_t to, uintptr_t from, bool hole_is_fine)
{
	pte_t *target, *source, entry;
	int error;

	assert_read_held(&as->lock);
	spin_lock(&as->pt_lock);
	error = table_make_private(as, from);
	target = pte_to_change(as, to);
	source = pgdir_walk(as->pgdir, from, 0);
	if (!target)
		error = -ENOMEM;
	if (!error && *target)
		error = -EEXIST;
	entry = source ? *source : 0;
	if (!error && entry)
		error = check_entry(entry);
	else if (!error && !hole_is_fine)
		error = -ENOENT;
	if (!error && entry) {
		pte_store(as->pgdir, from, source, 0);
		entry &= ~PTE_UFFD_WP;
		if (entry_page(entry) != zero_page)
			entry |= PTE_W | PTE_D;
		pte_store(as->pgdir, to, target, entry);
	}
	table_trim(as, from);
	table_trim(as, to);
	spin_unlock(&as->pt_lock);
	return error;
}

ssize_t uffd_move(struct uffd *uffd, struct aspace *as, uintptr_t to, uintptr_t from, size_t len,
                  bool holes)
{
	size_t done = 0;
	int error;

	assert_no_lock();
	rwlock_read_lock(&as->lock);
	error = check_areas(uffd, as, to, from, len);
	while (done < len && !error) {
		error = move_page(as, to + done, from + done, holes);
		if (!error)
			done += PAGE_SIZE;
		if (!error)
			error = yield_after(MOVE_COST);
	}
	rwlock_read_unlock(&as->lock);
	return done ? (ssize_t)done : error;
}
