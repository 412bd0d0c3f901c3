// test_empty_tables.c: page tables that a truncation has emptied while several spaces share them. Until the
// truncation visits a space, its directory names an empty table that others name too.
#include "vm/test/vm_test_util.h"

#include "mem/fail_alloc.h"

#define MANY 100u // entries: enough for a table to be shared

// Two spaces, copies of one that has left the table, which has no entry in use any more.
struct scene {
	struct object *obj;
	struct aspace *first, *a, *b;
};

static page_t *table_at(struct aspace *as, uintptr_t va)
{
	return phys_to_page(PTE_ADDR(as->pgdir[PDX(va)]));
}

static void make_scene(struct scene *scene)
{
	scene->obj = test_object(MANY);
	scene->first = test_aspace();
	test_map_object(scene->first, 0, MANY, RW, 0, scene->obj, 0);
	for (unsigned int page = 0; page < MANY; page++)
		EXPECT_EQ(test_touch(scene->first, AT(page), ACCESS_READ), FAULT_OK);
	scene->a = test_clone(scene->first);
	scene->b = test_clone(scene->first);
	mutex_lock(&scene->obj->lock);
	EXPECT_EQ(ptes_truncate_some(scene->first, AT(0), AT(MANY)), AT(MANY));
	mutex_unlock(&scene->obj->lock);
	EXPECT_EQ(scene->first->pgdir[PDX(BASE)], 0);
	EXPECT(table_at(scene->a, BASE) == table_at(scene->b, BASE));
	EXPECT_EQ(table_at(scene->a, BASE)->index, 0);
	EXPECT_EQ(table_at(scene->a, BASE)->count, 2);
}

// The truncation goes on: both spaces leave the table.
static void end_scene(struct scene *scene)
{
	EXPECT_EQ(table_at(scene->a, BASE)->count, 2);
	EXPECT_EQ(object_truncate(scene->obj, 0), 0);
	EXPECT_EQ(scene->a->pgdir[PDX(BASE)] | scene->b->pgdir[PDX(BASE)], 0);
	test_aspace_check(scene->a);
	aspace_put(scene->first);
	aspace_put(scene->a);
	aspace_put(scene->b);
	object_put(scene->obj);
}

// The table lies in the range that mappings are copied to, and gets no entry.
KTEST(empty_shared_table_stays_when_mappings_are_copied)
{
	size_t free = page_free_count();
	struct aspace *other = test_aspace();
	struct scene scene;

	test_map(other, 0, 4, RW);
	make_scene(&scene);
	EXPECT_EQ(aspace_copy_range(scene.a, AT(MANY), other, AT(0), 4 * PAGE_SIZE), 0);
	end_scene(&scene);
	aspace_put(other);
	EXPECT_EQ(page_free_count(), free);
}

#ifdef DEBUG

// A move whose range begins in the table, without an entry to move there, and that fails in the next table.
KTEST(empty_shared_table_stays_when_a_move_fails)
{
	size_t free = page_free_count();
	struct scene scene;

	make_scene(&scene);
	test_map(scene.a, 4096, 4096 + 48, RW);
	test_store(scene.a, AT(4096 + 40), 'm');
	rwlock_write_lock(&scene.a->lock);
	mem_fail_after(1);
	EXPECT_EQ(ptes_move_prepare(scene.a, AT(4096), AT(1024 - 24), 48 * PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(mem_fail_after(0), 0);
	rwlock_write_unlock(&scene.a->lock);
	end_scene(&scene);
	EXPECT_EQ(page_free_count(), free);
}

#endif
