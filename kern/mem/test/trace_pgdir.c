// trace_pgdir.c: the grader's operations on page tables, and on memory through them. Directories have
// numbers; 0xff is the kernel's. The operations read and change tables by code of their
// own, so they can show what a function has done, and prepare what it will find.
#include "mem/test/trace_mem.h"

#include "mem/tlb.h"
#include "trace/trace.h"

#define DIRECTORIES 4
#define NOT_STORED 0xDEADBEEFu // in what a function should store

extern pde_t boot_pgdir[]; // boot/start.S

static pde_t *directories[DIRECTORIES];

// Returns a directory by its number. One that was never made is the kernel's.
static pde_t *directory(uint32_t number)
{
	pde_t *found = number < DIRECTORIES ? directories[number] : NULL;

	return found ? found : kernel_pgdir;
}

void trace_forget_directories(void)
{
	pgdir_load(boot_pgdir);
	memset(directories, 0, sizeof(directories));
	memset(&boot_pgdir[PDX(KSTACKS_BASE)], 0,
	       (PTRS_PER_TABLE - PDX(KSTACKS_BASE)) * sizeof(*boot_pgdir));
}

// Returns the entry for `va`, or NULL without a table.
static pte_t *entry_of(pde_t *pgdir, uintptr_t va)
{
	pte_t *table = trace_table(pgdir[PDX(va)]);

	return table ? table + PTX(va) : NULL;
}

// early_pgdir: make the directory of boot/start.S the kernel's, as pgdir_init will do: so directories
// can be made before pgdir_init has run.
TRACE_OP(early_pgdir)
{
	kernel_pgdir = boot_pgdir;
	if (virt_to_phys(boot_pgdir) >> PAGE_SHIFT < page_total) {
		virt_to_page(boot_pgdir)->kind = PAGE_DIRECTORY;
		virt_to_page(boot_pgdir)->count = 1;
	}
}

// pgdir_create D: reports the error and the directory's page.
TRACE_OP(pgdir_create)
{
	pde_t *pgdir = NULL;
	int error = pgdir_create(&pgdir);

	trace_value((uint32_t)error);
	if (error || args[0] >= DIRECTORIES)
		return;
	directories[args[0]] = pgdir;
	trace_value(trace_page_number(virt_to_page(pgdir)));
}

// pgdir_load D
TRACE_OP(pgdir_load)
{
	pgdir_load(directory(args[0]));
}

// pgdir_walk D VA CREATE: reports the entry's address, and the entry if it lies in a page table.
TRACE_OP(pgdir_walk)
{
	pte_t *pte = pgdir_walk(directory(args[0]), args[1], (int)args[2]);
	uintptr_t offset = (uintptr_t)pte - KERNBASE;

	trace_value((uint32_t)pte);
	if (pte && offset % 4 == 0 && offset >> PAGE_SHIFT < page_total)
		trace_value(*pte);
}

// page_lookup D VA STORE: reports the page, and what was stored (if STORE is not 0).
TRACE_OP(page_lookup)
{
	pte_t *entry = (pte_t *)NOT_STORED;
	const page_t *pp = page_lookup(directory(args[0]), args[1], args[2] ? &entry : NULL);

	trace_value(trace_page_number(pp));
	trace_value((uint32_t)entry);
}

// page_perms D VA
TRACE_OP(page_perms)
{
	trace_value((uint32_t)page_perms(directory(args[0]), args[1]));
}

// page_insert D SLOT VA PERM
TRACE_OP(page_insert)
{
	if (trace_slot_page(args[1]))
		trace_value((uint32_t)page_insert(directory(args[0]), trace_slot_page(args[1]),
		                                  args[2], (int)args[3]));
}

// page_insert_in_range D SLOT START END PERM: reports the error and the address.
TRACE_OP(page_insert_in_range)
{
	uintptr_t va = NOT_STORED;

	if (!trace_slot_page(args[1]))
		return;
	trace_value((uint32_t)page_insert_in_range(directory(args[0]), trace_slot_page(args[1]),
	                                           args[2], args[3], (int)args[4], &va));
	trace_value(va);
}

// page_remove D VA
TRACE_OP(page_remove)
{
	page_remove(directory(args[0]), args[1]);
}

// Report kind, references and pins of a page; nothing for NULL.
static void report_page(const page_t *pp)
{
	if (!pp)
		return;
	trace_value(pp->kind);
	trace_value(pp->count);
	trace_value(pp->pins);
}

// tlb_batch_unmap D VA: unmap in a batch of its own, and finish the batch. Reports 0 if there is a
// table; kind, references and pins of the entry's page before tlb_batch_finish, and after it.
TRACE_OP(tlb_batch_unmap)
{
	pde_t *pgdir = directory(args[0]);
	pte_t *pte = entry_of(pgdir, args[1]);
	const page_t *pp = NULL;
	struct tlb_batch batch;

	trace_value(!pte);
	if (!pte)
		return;
	if (pte_has_page(*pte) && PTE_ADDR(*pte) >> PAGE_SHIFT < page_total)
		pp = phys_to_page(PTE_ADDR(*pte));
	tlb_batch_begin(&batch, pgdir);
	tlb_batch_unmap(&batch, args[1], pte);
	report_page(pp);
	tlb_batch_finish(&batch);
	report_page(pp);
}

// pte_store D VA ENTRY: reports 0 if there is a table.
TRACE_OP(pte_store)
{
	pde_t *pgdir = directory(args[0]);
	pte_t *pte = entry_of(pgdir, args[1]);

	trace_value(!pte);
	if (pte)
		pte_store(pgdir, args[1], pte, args[2]);
}

// pte_store_page D VA SLOT BITS: pte_store of an entry that names the slot's page.
TRACE_OP(pte_store_page)
{
	pde_t *pgdir = directory(args[0]);
	pte_t *pte = entry_of(pgdir, args[1]);
	const page_t *pp = trace_slot_page(args[2]);

	trace_value(!pte || !pp);
	if (pte && pp)
		pte_store(pgdir, args[1], pte, page_to_phys(pp) | args[3]);
}

// pde_store D VA ENTRY
TRACE_OP(pde_store)
{
	pde_store(directory(args[0]), args[1], args[2]);
}

// tlb_invalidate D VA
TRACE_OP(tlb_invalidate)
{
	tlb_invalidate(directory(args[0]), args[1]);
}

// entry D VA: reports the directory's entry, and with a table the table's entry, the number of entries
// that the table counts, and its page.
TRACE_OP(entry)
{
	const pde_t *pgdir = directory(args[0]);
	const pte_t *table = trace_table(pgdir[PDX(args[1])]);

	trace_value(pgdir[PDX(args[1])]);
	if (!table)
		return;
	trace_value(table[PTX(args[1])]);
	trace_value(virt_to_page(table)->index);
	trace_value(trace_page_number(virt_to_page(table)));
}

// counts D: reports how many entries of the user's half the directory counts, and how many there are;
// then, for each table, its index in the directory, how many entries it counts and has, and its
// references: at most 16 tables.
TRACE_OP(counts)
{
	const pde_t *pgdir = directory(args[0]);
	size_t used = 0, tables = 0;

	for (size_t i = 0; i < USER_PDES; i++)
		used += pgdir[i] != 0;
	trace_value(virt_to_page(pgdir)->index);
	trace_value(used);
	for (size_t i = 0; i < USER_PDES && tables < 16; i++) {
		const pte_t *table = trace_table(pgdir[i]);

		if (!table)
			continue;
		used = 0;
		for (size_t j = 0; j < PTRS_PER_TABLE; j++)
			used += table[j] != 0;
		tables++;
		trace_more();
		trace_value(i);
		trace_value(virt_to_page(table)->index);
		trace_value(used);
		trace_value(virt_to_page(table)->count);
	}
}

// table D SLOT VA: let the slot's page, filled with zeroes, be the page table for VA.
TRACE_OP(table)
{
	pde_t *pgdir = directory(args[0]);
	page_t *pp = trace_slot_page(args[1]);

	trace_value(!pp);
	if (!pp)
		return;
	page_clear(pp);
	pp->kind = PAGE_TABLE;
	pp->index = 0;
	pp->count = 1;
	pte_exchange(&pgdir[PDX(args[2])], page_to_phys(pp) | PTE_P | PTE_W | PTE_U);
}

// table_page SLOT: let the slot's page, filled with zeroes, be a page table that no directory names.
TRACE_OP(table_page)
{
	page_t *pp = trace_slot_page(args[0]);

	if (!pp)
		return;
	page_clear(pp);
	pp->kind = PAGE_TABLE;
	pp->index = 0;
	pp->count = 1;
}

// pde_store_table D VA SLOT BITS: pde_store of an entry that names the slot's page.
// poke_directory_table D VA SLOT BITS: the same entry, without a flush.
TRACE_OP(pde_store_table)
{
	const page_t *pp = trace_slot_page(args[2]);

	if (pp)
		pde_store(directory(args[0]), args[1], page_to_phys(pp) | args[3]);
}

TRACE_OP(poke_directory_table)
{
	const page_t *pp = trace_slot_page(args[2]);

	if (pp)
		pte_exchange(&directory(args[0])[PDX(args[1])], page_to_phys(pp) | args[3]);
}

// poke_many D VA SLOT BITS N: N entries from VA on that name the slot's page, with a reference each;
// all in one table.
TRACE_OP(poke_many)
{
	page_t *pp = trace_slot_page(args[2]);
	pte_t *pte = entry_of(directory(args[0]), args[1]);

	trace_value(!pp || !pte || PTX(args[1]) + args[4] > PTRS_PER_TABLE);
	if (!pp || !pte || PTX(args[1]) + args[4] > PTRS_PER_TABLE)
		return;
	for (size_t i = 0; i < args[4]; i++)
		pte_exchange(pte + i, page_to_phys(pp) | args[3]);
	pp->count += args[4];
}

// poke D VA ENTRY: change the table's entry without a flush.
// poke_page D VA SLOT BITS: as poke, with an entry that names the slot's page.
// poke_directory D VA ENTRY: change the directory's entry without a flush.
static void poke(pde_t *pgdir, uintptr_t va, pte_t entry)
{
	pte_t *pte = entry_of(pgdir, va);

	trace_value(!pte);
	if (pte)
		pte_exchange(pte, entry);
}

TRACE_OP(poke)
{
	poke(directory(args[0]), args[1], args[2]);
}

TRACE_OP(poke_page)
{
	const page_t *pp = trace_slot_page(args[2]);

	if (pp)
		poke(directory(args[0]), args[1], page_to_phys(pp) | args[3]);
}

TRACE_OP(poke_directory)
{
	pte_exchange(&directory(args[0])[PDX(args[1])], args[2]);
}

// Report an access through the loaded directory: 0 and the value, or 1, vector, error code and CR2.
static void report_access(struct trace_access access)
{
	trace_value(access.faulted);
	trace_value(access.faulted ? access.vector : access.value);
	if (!access.faulted)
		return;
	trace_value(access.code);
	trace_value(access.addr);
}

// read VA, write VA VALUE: as a program would, through the TLB.
TRACE_OP(read)
{
	report_access(trace_read(args[0]));
}

TRACE_OP(write)
{
	report_access(trace_write(args[0], args[1]));
}
