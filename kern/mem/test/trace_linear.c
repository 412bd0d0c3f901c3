// trace_linear.c: the grader's operations on the kernel's half of the kernel's directory, after
// pgdir_init.
#include "mem/test/trace_mem.h"

#include "trace/trace.h"

extern char kernel_start[], rodata_end[]; // boot/kernel.ld

// linear: reports page_total; then every entry of the kernel's half of the kernel's directory that is
// not 0, as runs of entries that follow one another (large pages of adjacent memory with equal flags):
// first index, index after the last, first entry.
TRACE_OP(linear)
{
	size_t first = 0;
	pde_t next = 0;

	trace_value(page_total);
	for (size_t i = USER_PDES; i <= PTRS_PER_TABLE; i++) {
		pde_t pde = i < PTRS_PER_TABLE ? kernel_pgdir[i] : 0;

		if (first && pde == next && (pde & PTE_PS)) {
			next += LARGE_SIZE;
			continue;
		}
		if (first) {
			trace_more();
			trace_value(first);
			trace_value(i);
			trace_value(kernel_pgdir[first]);
		}
		first = pde ? i : 0;
		next = pde + LARGE_SIZE;
	}
}

// Try an access to the word at `va`, and report address, kind and result.
static void probe(uintptr_t va, bool write)
{
	struct trace_access access = trace_read(va);

	if (write && !access.faulted)
		access = trace_write(va, access.value); // the value that is there already
	trace_value(va);
	trace_value(write);
	trace_value(access.faulted);
	trace_more();
}

// probes: accesses through the linear map: to text, constants, data, the last page of memory and the
// page after its large page.
TRACE_OP(probes)
{
	uintptr_t end = KERNBASE + (page_total << PAGE_SHIFT);
	const uintptr_t places[] = { KERNBASE + 0x1000,         (uintptr_t)kernel_start,
		                     (uintptr_t)rodata_end - 4, (uintptr_t)rodata_end,
		                     (uintptr_t)&page_total,    end - PAGE_SIZE,
		                     ROUND_UP(end, LARGE_SIZE) };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i] >= LINEAR_END)
			continue;
		probe(places[i], false);
		probe(places[i], true);
	}
}

// small_pages VA: reports the entries of the kernel's page table for VA as runs: first address,
// address after the last, first entry.
TRACE_OP(small_pages)
{
	const pte_t *table = trace_table(kernel_pgdir[PDX(args[0])]);
	uintptr_t base = ROUND_DOWN((uintptr_t)args[0], LARGE_SIZE);
	pte_t next = 0;
	size_t first = 0, runs = 0;

	if (!table)
		return;
	for (size_t i = 0; i <= PTRS_PER_TABLE; i++) {
		pte_t pte = i < PTRS_PER_TABLE ? table[i] & ~(PTE_A | PTE_D) : 0;

		if (i > 0 && i < PTRS_PER_TABLE && pte == next) {
			next += PAGE_SIZE;
			continue;
		}
		if (i > 0 && runs++ < 16) {
			trace_value(base + first * PAGE_SIZE);
			trace_value(base + i * PAGE_SIZE);
			trace_value(table[first] & ~(PTE_A | PTE_D));
			trace_more();
		}
		first = i;
		next = pte + PAGE_SIZE;
	}
}
