// layout.h: the map of virtual memory. kern/README.md, "Memory", draws it. Assembly uses these
// constants too.
#pragma once

// The assembler does not know the suffix u of C's unsigned constants.
#ifdef __ASSEMBLER__
#define UINT(n) n
#else
#define UINT(n) n##u
#endif

#define PAGE_SHIFT 12
#define PAGE_SIZE UINT(4096)
#define LARGE_SHIFT 22
#define LARGE_SIZE (UINT(1) << LARGE_SHIFT) // a 4 MiB page
#define LARGE_PAGES (LARGE_SIZE / PAGE_SIZE)

#define USER_MIN UINT(0x00010000)   // below: never mapped, so that NULL and its neighbours fault
#define ULIM UINT(0xC0000000)       // end of user addresses
#define KERNBASE UINT(0xC0000000)   // physical address 0 in the linear map
#define LINEAR_END UINT(0xF8000000) // end of the linear map
#define LINEAR_SIZE (LINEAR_END - KERNBASE) // 896 MiB
#define KSTACKS_BASE UINT(0xF8000000)       // kernel stacks: 10,240 slots (thread/kstack.c)
#define KSTACKS_END UINT(0xFF800000)
#define WINDOWS_BASE UINT(0xFF800000) // windows on users' memory (vm/kernel_window.h)
#define WINDOWS_END UINT(0xFFC00000)
#define DEVICE_BASE UINT(0xFFC00000) // memory-mapped devices, one page table
#define DEVICE_END UINT(0xFFFFF000)

// Directory entries of the user's half. The other 256 entries belong to the kernel and are equal
// in every directory.
#define USER_PDES \
	(ULIM >> LARGE_SHIFT) // directory entries of a user's half; the rest are the kernel's

#ifndef __ASSEMBLER__

#include <stdint.h>

typedef uint32_t physaddr_t;

// Returns the address of physical address `pa` in the linear map, never NULL. `pa` must be below
// LINEAR_SIZE, and need not be page-aligned; this is not checked, nor that memory is there (after
// pgdir_init the map ends where memory ends). The test tells the compiler that the sum never wraps
// to NULL, so it drops null checks after inlining.
static inline void *phys_to_virt(physaddr_t pa)
{
	void *va = (void *)(pa + KERNBASE);

	if (!va)
		__builtin_unreachable();
	return va;
}

// Returns the physical address of `va`, which must lie in the linear map and need not be
// page-aligned. For any other address (a user's, a kernel stack's, a window's) the result is a
// wrong number, not an error.
static inline physaddr_t virt_to_phys(const void *va)
{
	return (physaddr_t)(uintptr_t)va - KERNBASE;
}

#endif
