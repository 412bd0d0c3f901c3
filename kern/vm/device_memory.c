// device_memory.c: device memory, the linear backend: an area maps physical addresses at a fixed
// distance. The addresses have no page_t; so the entries have PTE_NOPAGE, and nobody counts, pins
// or copies such a page.
#include "cpu/memory_type.h"
#include "mem/physical_map.h"
#include "vm/ptes.h"
#include <abi/mman.h>

// Returns the bits of an entry that choose the memory type (cpu/memory_type.h). A processor
// without a page attribute table has no write-combining; then the area is uncached, which is
// slower and always right.
static pte_t cache_bits(uint16_t flags)
{
	bool combining = flags & AREA_WRITE_COMBINING;

	if ((flags & AREA_UNCACHED) || (combining && !pat_write_combining))
		return PTE_PCD | PTE_PWT;
	return combining ? PTE_PAT : 0;
}

// The first access installs the entries of the whole part of the area that one page table covers:
// storing an entry costs much less than a fault. No page is allocated, so only the table can be
// missing.
static int linear_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	uintptr_t at = MAX(area->start, ROUND_DOWN(va, LARGE_SIZE));
	uintptr_t end = table_span_end(va, area->end);
	physaddr_t pa = (physaddr_t)area->offset + (at - area->start);
	pte_t bits = (area->prot & PROT_WRITE ? PTE_WRITABLE : PTE_READABLE) | PTE_NOPAGE |
	             cache_bits(area->flags);
	pte_t *pte;

	assert_read_held(&as->lock);
	(void)access;
	spin_lock(&as->pt_lock);
	pte = pte_to_change(as, at);
	for (; pte && at < end; at += PAGE_SIZE, pa += PAGE_SIZE, pte++)
		if (*pte != (pa | bits))
			pte_store(as->pgdir, at, pte, pa | bits);
	spin_unlock(&as->pt_lock);
	return pte ? 0 : -ENOMEM;
}

const struct area_ops linear_ops = {
	.kind = "linear",
	.plain = &linear_ops,
	.fault = linear_fault,
};

int linear_request(struct map_request *request)
{
	size_t len = ROUND_UP(request->len, PAGE_SIZE);

	if (request->len == 0 || request->offset % PAGE_SIZE ||
	    request->offset + request->len - 1 > UINT32_MAX)
		return -EINVAL;
	if (len == 0 || !physical_is_device((physaddr_t)request->offset, len))
		return -EPERM;
	request->ops = &linear_ops;
	request->object = NULL;
	return 0;
}

int aspace_map_linear(struct aspace *as, struct map_request *request, uintptr_t *va_store)
{
	int error = linear_request(request);

	assert_no_lock();
	return error ? error : aspace_map(as, request, va_store);
}
