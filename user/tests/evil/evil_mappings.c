// brk, mmap, mprotect, mremap and their relatives at the ends of the address space and of numbers:
// what succeeds stays below the kernel, and nothing that is the kernel's changes.

#include "evil.h"

static const uint32_t addresses[] = { 0,          1,           PAGE,       0x10000,   0x30000000,
	                              REGION,     ULIM - PAGE, ULIM - 1,   ULIM,      KERNEL_TEXT,
	                              0xf8000000, 0xffc00000,  0xfffff000, 0xffffffff };
static const uint32_t lengths[] = { 0,          1,          PAGE,        PAGE + 1,
	                            0x7fffffff, 0x80000000, ULIM - PAGE, ULIM,
	                            0xfffff000, 0xfffff001, 0xffffffff };

static int beyond; // results that lie in the kernel

static void note(uint32_t length, long result)
{
	uint32_t end = (uint32_t)result + length;

	if (result != -1 && (end > ULIM || end < (uint32_t)result))
		beyond++;
}

static void try_range(uint32_t address, uint32_t length)
{
	const bool our_stack = address >= ULIM - PAGE && address < ULIM;

	for (uint32_t extra = 0; extra < 8; extra++) {
		const uint32_t flags = MAP_PRIVATE | MAP_ANONYMOUS | (extra & 1 ? MAP_FIXED : 0) |
		                       (extra & 2 ? MAP_GROWSDOWN : 0) | MAP_NORESERVE;

		if (!(extra & 1 && (length > PAGE + 1 || our_stack))) // not over ourselves
			note(length,
			     syscall(SYS_mmap2, address, length, 0, flags, -1, extra & 4 ? -1 : 0));
		syscall(SYS_mprotect, address >= ULIM ? address : REGION, length, 3);
		if (address >= ULIM || length <= 0x80000000) // not our own stack
			syscall(SYS_madvise, address >= ULIM ? address : REGION, length, 4 + extra);
		syscall(SYS_msync, address, length, extra);
		syscall(SYS_mlock, address, length);
		syscall(SYS_munlock, address, length);
		syscall(SYS_mincore, address, length, REGION);
		if (address >= ULIM)
			syscall(SYS_munmap, address, length);
	}
}

static void try_all(void)
{
	for (size_t i = 0; i < COUNT(addresses); i++) {
		for (size_t j = 0; j < COUNT(lengths); j++)
			try_range(addresses[i], lengths[j]);
		syscall(SYS_brk, addresses[i]);
	}
	_exit(beyond);
}

static void try_remap(void)
{
	for (size_t i = 0; i < COUNT(addresses); i++) {
		for (size_t j = 0; j < COUNT(lengths); j++) {
			for (uint32_t flags = 0; flags < 8; flags++) {
				if (!(flags & 2) ||
				    (lengths[j] <= PAGE + 1 && addresses[i] < ULIM - PAGE))
					note(lengths[j], syscall(SYS_mremap, REGION, PAGE,
					                         lengths[j], flags, addresses[i]));
				if (addresses[i] >= ULIM)
					note(PAGE, syscall(SYS_mremap, addresses[i], lengths[j],
					                   PAGE, flags, REGION));
				make_region();
			}
		}
	}
	_exit(beyond);
}

static void remap_over_itself(void)
{
	show("  onto itself", syscall(SYS_mremap, REGION, 2 * PAGE, 2 * PAGE, 3, REGION));
	show("  onto its second half",
	     syscall(SYS_mremap, REGION, 2 * PAGE, 2 * PAGE, 3, REGION + PAGE));
	show("  smaller, onto its second half",
	     syscall(SYS_mremap, REGION, 2 * PAGE, PAGE, 3, REGION + PAGE));
	show("  across the kernel's border",
	     syscall(SYS_mremap, REGION, PAGE, 2 * PAGE, 3, ULIM - PAGE));
	check("  contents stay", *(char *)(uintptr_t)REGION == 'x');
}

static void unmap_all(void)
{
	syscall(SYS_munmap, 0, ULIM);
	_exit(1);
}

int main(void)
{
	evil_begin();
	show_child("ranges", try_all);
	show_child("mremap", try_remap);
	show_child("mremap over itself", remap_over_itself);
	show_child("everything unmapped", unmap_all);
	return evil_end();
}
