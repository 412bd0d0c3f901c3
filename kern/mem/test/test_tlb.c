// test_tlb.c: check that translations are flushed. Each test loads a directory of its own, and
// maps pages there for the kernel only (without PTE_U, because SMAP would fault).
//
// The contents of the TLB cannot be read. So a test touches an address, lets the function under
// test change the entry, and then writes another page into the entry without a flush. A read sees
// this page only if the old translation is gone, that is, if the function has flushed it.
#include "mem/test/mem_test_util.h"

#include "cpu/x86.h"
#include "mem/tlb.h"

#define VA 0x50000000u

struct scene {
	pde_t *pgdir, *before;
	page_t *a, *b;
};

// A loaded directory with page `a` at VA, its translation in the TLB. The first word of `a` is
// 'a', that of `b` is 'b'.
static void scene_begin(struct scene *scene)
{
	scene->pgdir = test_pgdir();
	scene->before = pgdir_current();
	scene->a = test_page();
	scene->b = test_page();
	*(uint32_t *)page_to_virt(scene->a) = 'a';
	*(uint32_t *)page_to_virt(scene->b) = 'b';
	page_incref(scene->a);
	page_incref(scene->b);
	EXPECT_EQ(page_insert(scene->pgdir, scene->a, VA, PTE_W), 0);
	// A second page, so that the table stays.
	EXPECT_EQ(page_insert(scene->pgdir, zero_page, VA + 2 * PAGE_SIZE, 0), 0);
	pgdir_load(scene->pgdir);
}

static uint32_t look(uintptr_t va)
{
	return *(volatile uint32_t *)va;
}

// Store an entry so that nothing is flushed.
static void smuggle(struct scene *scene, uintptr_t va, page_t *pp)
{
	*(volatile pte_t *)pgdir_walk(scene->pgdir, va, 0) = pp ? page_to_phys(pp) | PTE_P | PTE_W :
	                                                          0;
}

// Load the old directory again. The entry at VA was changed without its reference count, or is
// gone.
static void scene_end(struct scene *scene)
{
	smuggle(scene, VA, NULL);
	pgdir_load(scene->before);
	page_remove(scene->pgdir, VA + 2 * PAGE_SIZE);
	pgdir_destroy(scene->pgdir);
	EXPECT_EQ(scene->a->count, 1);
	EXPECT_EQ(scene->b->count, 1);
	page_decref(scene->a);
	page_decref(scene->b);
	page_check();
}

KTEST(tlb_holds_translations_at_all)
{
	struct scene scene;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	smuggle(&scene, VA, scene.b);
	if (look(VA) == 'b')
		printk(LOG_WARNING,
		       "this processor caches no translations: the tests of the TLB show "
		       "nothing\n");
	smuggle(&scene, VA, scene.a);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_is_flushed_by_page_remove)
{
	struct scene scene;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	page_remove(scene.pgdir, VA);
	smuggle(&scene, VA, scene.b);
	EXPECT_EQ(look(VA), 'b');
	scene_end(&scene);
}

KTEST(tlb_is_flushed_when_page_insert_replaces)
{
	struct scene scene;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	EXPECT_EQ(page_insert(scene.pgdir, scene.b, VA, PTE_W), 0);
	EXPECT_EQ(look(VA), 'b');
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_is_flushed_when_page_insert_takes_rights_away)
{
	struct scene scene;

	scene_begin(&scene);
	*(volatile uint32_t *)VA = 'A'; // the cached translation is a writable one
	EXPECT_EQ(page_insert(scene.pgdir, scene.a, VA, 0), 0);
	smuggle(&scene, VA, scene.b);
	EXPECT_EQ(look(VA), 'b');
	smuggle(&scene, VA, scene.a);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_is_flushed_by_pte_store)
{
	struct scene scene;
	pte_t *pte;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	pte = pgdir_walk(scene.pgdir, VA, 0);
	pte_store(scene.pgdir, VA, pte, page_to_phys(scene.a) | PTE_PROT_NONE);
	smuggle(&scene, VA, scene.b);
	EXPECT_EQ(look(VA), 'b');
	smuggle(&scene, VA, scene.a);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_is_flushed_when_a_table_is_given_back)
{
	struct scene scene;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	EXPECT_EQ(look(VA + 2 * PAGE_SIZE), 0);
	page_remove(scene.pgdir, VA);
	page_remove(scene.pgdir, VA + 2 * PAGE_SIZE);
	EXPECT_EQ(scene.pgdir[PDX(VA)], 0);
	test_drain_caches(); // the next table is another page
	page_alloc_specific(&scene.a, page_to_ppn(scene.a));
	EXPECT_EQ(page_insert(scene.pgdir, scene.b, VA, 0), 0);
	EXPECT_EQ(page_insert(scene.pgdir, scene.b, VA + 2 * PAGE_SIZE, 0), 0);
	EXPECT_EQ(look(VA), 'b');
	EXPECT_EQ(look(VA + 2 * PAGE_SIZE), 'b');
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_invalidate_forgets_one_address)
{
	struct scene scene;

	scene_begin(&scene);
	for (uintptr_t offset = 0; offset < PAGE_SIZE; offset += PAGE_SIZE - 1) {
		smuggle(&scene, VA, scene.a);
		tlb_flush(scene.pgdir);
		EXPECT_EQ(look(VA), 'a');
		smuggle(&scene, VA, scene.b);
		tlb_invalidate(scene.pgdir, VA + offset);
		EXPECT_EQ(look(VA), 'b');
	}
	smuggle(&scene, VA, scene.a);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_invalidate_of_kernel_addresses_under_any_directory)
{
	uintptr_t va = KSTACKS_END - 4 * PAGE_SIZE;
	struct scene scene;

	scene_begin(&scene);
	EXPECT(pgdir_current() != kernel_pgdir);
	EXPECT_EQ(page_insert(kernel_pgdir, scene.a, va, PTE_W), 0);
	EXPECT_EQ(look(va), 'a');
	EXPECT_EQ(page_insert(kernel_pgdir, scene.b, va, PTE_W), 0);
	EXPECT_EQ(look(va), 'b');
	smuggle(&scene, va, scene.a);
	tlb_invalidate(kernel_pgdir, va);
	EXPECT_EQ(look(va), 'a');
	smuggle(&scene, va, scene.b);
	page_remove(kernel_pgdir, va);
	smuggle(&scene, va, scene.a);
	EXPECT_EQ(look(va), 'a');
	smuggle(&scene, va, NULL);
	tlb_invalidate(kernel_pgdir, va);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_flush_forgets_user_addresses)
{
	struct scene scene;

	scene_begin(&scene);
	EXPECT_EQ(look(VA), 'a');
	smuggle(&scene, VA, scene.b);
	tlb_flush(scene.pgdir);
	EXPECT_EQ(look(VA), 'b');
	smuggle(&scene, VA, scene.a);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

// `n` pages in a batch, of which the first and the last are in the TLB: both must be flushed, for
// few pages and for many.
static void try_batch(size_t n)
{
	uintptr_t first = VA + 8 * PAGE_SIZE, last = first + (n - 1) * PAGE_SIZE;
	struct tlb_batch batch;
	struct scene scene;

	scene_begin(&scene);
	for (uintptr_t va = first; va <= last; va += PAGE_SIZE) {
		EXPECT_EQ(page_insert(scene.pgdir, scene.a, va, 0), 0);
		EXPECT_EQ(look(va), 'a');
	}
	tlb_batch_begin(&batch, scene.pgdir);
	for (uintptr_t va = last; va >= first; va -= PAGE_SIZE) {
		tlb_batch_store(&batch, va, pgdir_walk(scene.pgdir, va, 0), 0);
		tlb_batch_decref(&batch, scene.a);
	}
	EXPECT_EQ(virt_to_page(pgdir_walk(scene.pgdir, VA, 0))->index, 2);
	tlb_batch_finish(&batch);
	EXPECT_EQ(scene.a->count, 2);
	smuggle(&scene, first, scene.b);
	smuggle(&scene, last, scene.b);
	EXPECT_EQ(look(first), 'b');
	EXPECT_EQ(look(last), 'b');
	smuggle(&scene, first, NULL);
	smuggle(&scene, last, NULL);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_batch_flushes_all_it_stored)
{
	try_batch(1);
	try_batch(2);
	try_batch(32);
	try_batch(33);
	try_batch(500);
}

KTEST(tlb_batch_frees_after_the_flush)
{
	size_t before = page_free_count();
	struct tlb_batch batch;
	page_t *twice = test_page(), *pinned = test_page(), *large;

	EXPECT_EQ(page_alloc_contig(&large, LARGE_PAGES), 0);
	page_incref(twice);
	page_incref(twice);
	page_incref(pinned);
	page_incref(large);
	EXPECT_EQ(page_pin(pinned), 0);
	tlb_batch_begin(&batch, kernel_pgdir);
	tlb_batch_decref(&batch, twice);
	tlb_batch_decref(&batch, large);
	tlb_batch_decref(&batch, pinned);
	EXPECT_EQ(twice->count, 1);
	tlb_batch_decref(&batch, twice);
	EXPECT_PANIC(tlb_batch_decref(&batch, twice));
	EXPECT_EQ(page_free_count(), before - 2 - LARGE_PAGES);
	tlb_batch_finish(&batch);
	EXPECT_EQ(page_free_count(), before - 1);
	page_unpin(pinned);
	EXPECT_EQ(page_free_count(), before);
	tlb_batch_finish(&batch); // empty now
	EXPECT_EQ(page_free_count(), before);
	page_check();
}

KTEST(tlb_batch_of_kernel_addresses)
{
	uintptr_t first = KSTACKS_END - 80 * PAGE_SIZE;
	struct tlb_batch batch;
	struct scene scene;

	scene_begin(&scene);
	for (size_t n = 2; n <= 64; n += 62) {
		uintptr_t last = first + (n - 1) * PAGE_SIZE;

		EXPECT_EQ(page_insert(kernel_pgdir, scene.a, first, 0), 0);
		EXPECT_EQ(page_insert(kernel_pgdir, scene.a, last, 0), 0);
		EXPECT_EQ(look(first) + look(last), 2 * 'a');
		tlb_batch_begin(&batch, kernel_pgdir);
		tlb_batch_store(&batch, first, pgdir_walk(kernel_pgdir, first, 0), 0);
		tlb_batch_store(&batch, last, pgdir_walk(kernel_pgdir, last, 0), 0);
		tlb_batch_decref(&batch, scene.a);
		tlb_batch_decref(&batch, scene.a);
		tlb_batch_finish(&batch);
		smuggle(&scene, first, scene.b);
		smuggle(&scene, last, scene.b);
		EXPECT_EQ(look(first) + look(last), 2 * 'b');
		smuggle(&scene, first, NULL);
		smuggle(&scene, last, NULL);
		tlb_invalidate(kernel_pgdir, first);
		tlb_invalidate(kernel_pgdir, last);
	}
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(tlb_is_flushed_for_large_pages)
{
	uintptr_t va = VA + LARGE_SIZE;
	struct scene scene;
	page_t *x, *y;
	pde_t *pde;

	scene_begin(&scene);
	pde = &scene.pgdir[PDX(va)];
	EXPECT_EQ(page_alloc_contig(&x, LARGE_PAGES), 0);
	EXPECT_EQ(page_alloc_contig(&y, LARGE_PAGES), 0);
	page_incref(y);
	for (page_t *pp = x; pp < x + LARGE_PAGES; pp += LARGE_PAGES - 1)
		*(uint32_t *)page_to_virt(pp) = 'x';
	for (page_t *pp = y; pp < y + LARGE_PAGES; pp += LARGE_PAGES - 1)
		*(uint32_t *)page_to_virt(pp) = 'y';

	EXPECT_EQ(page_insert(scene.pgdir, x, va, PTE_PS | PTE_W), 0);
	EXPECT_EQ(look(va) + look(va + LARGE_SIZE - PAGE_SIZE), 2 * 'x');
	EXPECT_EQ(page_insert(scene.pgdir, x, va, PTE_PS), 0); // fewer permissions
	*(volatile pde_t *)pde = page_to_phys(y) | PTE_P | PTE_PS;
	EXPECT_EQ(look(va) + look(va + LARGE_SIZE - PAGE_SIZE), 2 * 'y');
	*(volatile pde_t *)pde = page_to_phys(x) | PTE_P | PTE_PS;
	tlb_flush(scene.pgdir);
	EXPECT_EQ(look(va) + look(va + LARGE_SIZE - PAGE_SIZE), 2 * 'x');
	large_remove(scene.pgdir, va);
	*(volatile pde_t *)pde = page_to_phys(y) | PTE_P | PTE_PS;
	EXPECT_EQ(look(va) + look(va + LARGE_SIZE - PAGE_SIZE), 2 * 'y');
	*(volatile pde_t *)pde = 0;
	page_decref(y);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}

KTEST(pgdir_load_changes_the_directory)
{
	struct scene scene;
	page_t *other;
	pde_t *pgdir = test_pgdir();

	scene_begin(&scene);
	EXPECT(pgdir_current() == scene.pgdir);
	EXPECT_EQ(read_cr3(), virt_to_phys(scene.pgdir));
	other = test_page();
	*(uint32_t *)page_to_virt(other) = 'o';
	EXPECT_EQ(page_insert(pgdir, other, VA, 0), 0);
	EXPECT_EQ(look(VA), 'a');
	pgdir_load(pgdir);
	EXPECT_EQ(look(VA), 'o');
	pgdir_load(scene.pgdir);
	EXPECT_EQ(look(VA), 'a');
	page_remove(pgdir, VA);
	pgdir_destroy(pgdir);
	page_remove(scene.pgdir, VA);
	scene_end(&scene);
}
