// test_ptes.c: operations on ranges of entries, across the borders of tables; and pte_install.
#include "vm/area_edit.h"
#include "vm/ptes.h"
#include "vm/test/vm_test_util.h"

#define BORDER 1024u // page of the first address under the second table

static page_t *fresh_page(void)
{
	page_t *pp;

	if (page_alloc(&pp))
		panic("a test found no free page");
	return pp;
}

#define BITS (PTE_P | PTE_U | PTE_A)

KTEST(pte_install_stores_only_what_was_expected)
{
	struct aspace *as = test_aspace();
	page_t *a = fresh_page(), *b = fresh_page();
	pte_t entry;

	test_map(as, 0, 1, RW);
	EXPECT_EQ(pte_peek(as, AT(0)), 0); // no table
	EXPECT_EQ(pte_install(as, AT(0), page_to_phys(b) | BITS, a, BITS), -EAGAIN);
	EXPECT_EQ(a->count, 0);
	EXPECT_EQ(pte_install(as, AT(0), 0, a, BITS), 0);
	entry = pte_peek(as, AT(0));
	EXPECT_EQ(entry, page_to_phys(a) | BITS);
	EXPECT_EQ(a->count, 1);
	EXPECT_EQ(pte_install(as, AT(0), 0, b, BITS), -EAGAIN); // the entry has changed
	EXPECT_EQ(pte_install(as, AT(0), entry | PTE_W, b, BITS), -EAGAIN);
	EXPECT_EQ(pte_peek(as, AT(0)), entry);
	EXPECT_EQ(b->count, 0);
	EXPECT_EQ(pte_install(as, AT(0), entry, a, BITS | PTE_W),
	          0); // the same page with another permission
	EXPECT_EQ(a->count, 1);
	EXPECT_EQ(pte_peek(as, AT(0)), entry | PTE_W);
	page_incref(a);
	EXPECT_EQ(pte_install(as, AT(0), entry | PTE_W, b, BITS), 0);
	EXPECT_EQ(a->count, 1);
	EXPECT_EQ(b->count, 1);
	test_aspace_check(as);
	page_decref(a);
	aspace_put(as);
	EXPECT_EQ(b->kind, PAGE_FREE);
}

// Pages on both sides of a border between tables.
static struct aspace *make_scene(void)
{
	struct aspace *as = test_aspace();

	test_map(as, BORDER - 4, BORDER + 4, RW);
	for (unsigned int page = BORDER - 4; page < BORDER + 4; page++)
		test_store(as, AT(page), (char)page);
	return as;
}

static unsigned int count_tables(struct aspace *as)
{
	unsigned int count = 0;

	for (size_t pdx = 0; pdx < USER_PDES; pdx++)
		count += as->pgdir[pdx] != 0;
	return count;
}

KTEST(ptes_unmap_takes_just_the_range)
{
	static const struct {
		unsigned int first, end, tables;
	} cases[] = {
		{ BORDER - 4, BORDER, 1 },     { BORDER, BORDER + 4, 1 },
		{ BORDER - 1, BORDER + 1, 2 }, { BORDER - 4, BORDER + 4, 0 },
		{ BORDER - 4, BORDER + 3, 1 }, { 0, 3 * BORDER, 0 },
		{ BORDER + 4, 3 * BORDER, 2 }, { BORDER - 2, BORDER - 2, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct aspace *as = make_scene();
		size_t before = page_free_count();
		unsigned int gone = 0;

		EXPECT_EQ(count_tables(as), 2);
		ptes_unmap(as, AT(cases[i].first), AT(cases[i].end));
		for (unsigned int page = BORDER - 4; page < BORDER + 4; page++) {
			bool in_range = page >= cases[i].first && page < cases[i].end;

			EXPECT_EQ(!test_page_at(as, AT(page)), in_range);
			gone += in_range;
		}
		EXPECT_EQ(count_tables(as), cases[i].tables);
		EXPECT_EQ(page_free_count(), before + gone + 2 - cases[i].tables);
		test_aspace_check(as);
		aspace_put(as);
	}
}

static void protect(struct aspace *as, uintptr_t start, uintptr_t end, int prot)
{
	rwlock_write_lock(&as->lock);
	ptes_protect(as, start, end, prot);
	rwlock_write_unlock(&as->lock);
}

KTEST(ptes_protect_takes_just_the_range)
{
	struct aspace *as = make_scene();

	protect(as, AT(BORDER - 2), AT(BORDER + 1), PROT_READ);
	for (unsigned int page = BORDER - 4; page < BORDER + 4; page++)
		EXPECT_EQ(!(pte_peek(as, AT(page)) & PTE_W),
		          page >= BORDER - 2 && page < BORDER + 1);
	protect(as, AT(BORDER - 1), AT(BORDER + 2), PROT_NONE);
	for (unsigned int page = BORDER - 4; page < BORDER + 4; page++)
		EXPECT_EQ(pte_prot_none(pte_peek(as, AT(page))),
		          page >= BORDER - 1 && page < BORDER + 2);
	protect(as, AT(0), AT(3 * BORDER), RW); // the write permission comes with the next fault
	for (unsigned int page = BORDER - 4; page < BORDER + 4; page++) {
		EXPECT_EQ(pte_peek(as, AT(page)) & (PTE_P | PTE_W | PTE_U), PTE_P | PTE_U);
		EXPECT_EQ(test_byte(as, AT(page)), (char)page);
	}
	EXPECT_EQ(count_tables(as), 2);
	test_aspace_check(as);
	aspace_put(as);
}

// PROT_NONE entries name their pages, and release them.
KTEST(ptes_unmap_of_held_entries)
{
	struct aspace *as = make_scene();
	size_t before = page_free_count();

	EXPECT_EQ(aspace_protect(as, AT(BORDER - 4), 8 * PAGE_SIZE, PROT_NONE), 0);
	EXPECT_EQ(page_free_count(), before);
	ptes_unmap(as, AT(BORDER - 4), AT(BORDER + 4));
	EXPECT_EQ(page_free_count(), before + 10); // and two tables
	test_aspace_check(as);
	aspace_put(as);
}

static void move(struct aspace *as, uintptr_t from, uintptr_t to, size_t len)
{
	rwlock_write_lock(&as->lock);
	EXPECT_EQ(ptes_move_prepare(as, from, to, len), 0);
	ptes_move(as, from, to, len);
	rwlock_write_unlock(&as->lock);
}

KTEST(ptes_move_takes_the_pages_along)
{
	struct aspace *as = make_scene();
	size_t len = 8 * PAGE_SIZE, before = page_free_count();
	uintptr_t from = AT(BORDER - 4), to = AT(3 * BORDER - 3);
	page_t *first = test_page_at(as, from);

	ptes_unmap(as, AT(BORDER + 1), AT(BORDER + 2)); // an empty entry among them
	rwlock_write_lock(&as->lock);
	EXPECT_EQ(ptes_move_prepare(as, from, to, len), 0);
	EXPECT_EQ(count_tables(as), 4);
	ptes_move_cancel(as, from, to, len);
	rwlock_write_unlock(&as->lock);
	EXPECT_EQ(count_tables(as), 2);
	EXPECT_EQ(page_free_count(), before + 1);
	move(as, from, to, len);
	EXPECT_EQ(count_tables(as), 2);
	EXPECT(test_page_at(as, to) == first);
	EXPECT_EQ(first->count, 1);
	EXPECT(!test_page_at(as, from));
	EXPECT(!test_page_at(as, to + 5 * PAGE_SIZE));
	EXPECT_EQ(test_byte(as, to + 7 * PAGE_SIZE), (BORDER + 3) & 0xFF);
	move(as, to, from, len); // back, under its area
	test_aspace_check(as);
	EXPECT_EQ(page_free_count(), before + 1);
	aspace_put(as);
}

KTEST_DEBUG(changes_of_entries_need_locks)
{
	struct aspace *as = make_scene();
	pte_t *pte = pgdir_walk(as->pgdir, AT(BORDER), 0);

	EXPECT_PANIC(pte_store(as->pgdir, AT(BORDER), pte, *pte));
	EXPECT_PANIC(ptes_protect(as, AT(BORDER), AT(BORDER + 1), PROT_READ));
	EXPECT_PANIC(
		area_cut_off(as, area_find(&as->areas, AT(BORDER)), AT(BORDER), AT(BORDER + 1)));
	rwlock_read_lock(&as->lock);
	EXPECT_PANIC(ptes_protect(as, AT(BORDER), AT(BORDER + 1), PROT_READ));
	rwlock_read_unlock(&as->lock);
	spin_lock(&as->pt_lock);
	pte_store(as->pgdir, AT(BORDER), pte, *pte);
	spin_unlock(&as->pt_lock);
	test_aspace_check(as);
	aspace_put(as);
}
