// kernel_map.c: the kernel's own half of every directory, made once at boot.
#include "cpu/x86.h"
#include "mem/mem_internal.h"
#include "mem/tlb.h"

extern pde_t boot_pgdir[];                // boot/start.S
extern char kernel_start[], rodata_end[]; // boot/kernel.ld

// Bits of the kernel's directory entries. Accessed and dirty are set from the start, so that the
// processor need not set them in one directory and not in another: all stay equal.
#define KERNEL_TABLE (PTE_P | PTE_W | PTE_A)
#define KERNEL_LARGE (PTE_P | PTE_W | PTE_PS | PTE_G | PTE_A | PTE_D)

#define CPUID_FEATURES 1u
#define CPUID_EDX_PGE (1u << 13)

static uintptr_t device_next = DEVICE_BASE;

// A table for kernel addresses, which is never given back.
static page_t *kernel_table(void)
{
	page_t *table;

	if (table_alloc(&table))
		panic("pgdir_init: no memory for the kernel's page tables");
	table->count = 1;
	return table;
}

// Replace the large entry for `start` by a table that maps the same memory, but [kernel_start,
// rodata_end) without PTE_W. The table is complete before the directory names it: the kernel runs
// from here.
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

// The linear map keeps to the memory there is, so that a wild pointer beyond it faults.
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
	pp->index = 0; // user's entries

	// What the processor has cached of the old entries is not global yet, so this forgets it.
	tlb_flush(kernel_pgdir);
	if (cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_PGE)
		write_cr4(read_cr4() | CR4_PGE);
	write_cr0(read_cr0() | CR0_WP);
}

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
