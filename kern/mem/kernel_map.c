// kernel_map.c: the kernel's half of every directory, made once at boot. Its 256 entries never
// change afterwards: so a new directory copies them, and no change must ever be repeated in every
// directory.
#include "cpu/x86.h"
#include "mem/mem_internal.h"
#include "mem/tlb.h"

extern pde_t boot_pgdir[];                // boot/start.S
extern char kernel_start[], rodata_end[]; // boot/kernel.ld

// Bits of the kernel's directory entries. The accessed and dirty bits are set in advance:
// otherwise the processor would set them in one directory and not in another.
#define KERNEL_TABLE (PTE_P | PTE_W | PTE_A)
#define KERNEL_LARGE (PTE_P | PTE_W | PTE_PS | PTE_G | PTE_A | PTE_D)

#define CPUID_FEATURES 1u
#define CPUID_EDX_PGE (1u << 13)

static uintptr_t device_next = DEVICE_BASE;

// Make a page table for kernel addresses, which is never freed.
static page_t *kernel_table(void)
{
	page_t *table;

	if (table_alloc(&table))
		panic("pgdir_init: no memory for the kernel's page tables");
	table->count = 1;
	return table;
}

// Replace the large page at `start` by a page table, from kernel_table, that maps the same memory
// with PTE_P, PTE_W and PTE_G, but [kernel_start, rodata_end) without PTE_W. PTE_A and PTE_D need not
// be set in the table's entries: all directories name this one table. page_t.index of the table is
// the number of its entries in use, PTRS_PER_TABLE. The table is complete before the directory
// names it, with KERNEL_TABLE: the kernel is running in this memory.
static void split_linear(uintptr_t start)
{
	page_t *table = kernel_table();
	pte_t *ptes = page_to_virt(table);

	for (uintptr_t va = start; va < start + LARGE_SIZE; va += PAGE_SIZE) {
		bool fixed = va >= (uintptr_t)kernel_start && va < (uintptr_t)rodata_end;

		ptes[PTX(va)] = virt_to_phys((void *)va) | PTE_P | PTE_G | (fixed ? 0 : PTE_W);
	}
	table->index = PTRS_PER_TABLE;
	pde_store(kernel_pgdir, start, page_to_phys(table) | KERNEL_TABLE);
}

// Build the linear map in kernel_pgdir: a large page with KERNEL_LARGE for each 4 MiB, or small
// pages (split_linear) where a part of [kernel_start, rodata_end) lies. The map ends where memory
// ends: at page_total, rounded up to large pages. boot/start.S has mapped all of [KERNBASE,
// LINEAR_END): the entries beyond memory become 0, so that a wild pointer there faults.
static void map_linear(void)
{
	uintptr_t memory_end = KERNBASE + (page_total << PAGE_SHIFT);

	for (uintptr_t va = KERNBASE; va < LINEAR_END; va += LARGE_SIZE) {
		if (va >= memory_end)
			pde_store(kernel_pgdir, va, 0);
		else if (va < (uintptr_t)rodata_end && va + LARGE_SIZE > (uintptr_t)kernel_start)
			split_linear(va);
		else
			pde_store(kernel_pgdir, va, virt_to_phys((void *)va) | KERNEL_LARGE);
	}
}

// The order matters: the whole map first, then one flush, then global pages: a stale translation
// marked global would survive every later reload of CR3.
void pgdir_init(void)
{
	page_t *pp = virt_to_page(boot_pgdir);

	kernel_pgdir = boot_pgdir;
	pp->kind = PAGE_DIRECTORY;
	pp->count = 1;
	map_linear();
	for (size_t pdx = PDX(KSTACKS_BASE); pdx < PTRS_PER_TABLE; pdx++)
		pde_store(kernel_pgdir, pdx << LARGE_SHIFT,
		          page_to_phys(kernel_table()) | KERNEL_TABLE);
	pp->index = 0; // the user's half has no entry in use

	// The translations of the old entries are not global yet, so reloading CR3 flushes them.
	tlb_flush(kernel_pgdir);
	if (cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_PGE)
		write_cr4(read_cr4() | CR4_PGE);
	write_cr0(read_cr0() | CR0_WP);
}

// `pa` need not be page-aligned: whole pages are mapped, and the offset is added to the result.
void *device_map(physaddr_t pa, size_t len, pte_t cache)
{
	physaddr_t first = ROUND_DOWN(pa, PAGE_SIZE);
	size_t offset = pa - first;
	size_t n = (offset + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	uintptr_t va = device_next;

	if (len > LARGE_SIZE || n > (DEVICE_END - va) >> PAGE_SHIFT)
		panic("device_map: no room for %zu bytes at %#x", len, pa);
	for (size_t i = 0; i < n; i++) {
		uintptr_t each = va + i * PAGE_SIZE;

		pte_store(kernel_pgdir, each, pgdir_walk(kernel_pgdir, each, 0),
		          (first + i * PAGE_SIZE) | PTE_P | PTE_W | PTE_G | PTE_NOPAGE | cache);
	}
	device_next = va + n * PAGE_SIZE;
	return (char *)va + offset;
}
