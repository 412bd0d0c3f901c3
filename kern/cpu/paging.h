// paging.h: paging as the hardware defines it: the bits of page-table entries, and the bits of
// control registers that concern them (Intel SDM vol. 3, 4.3 and 2.5). Assembly uses these
// constants too. The kernel's own use of the bits that the processor ignores is in mem/pgdir.h.
#pragma once

#include "layout.h"

#define PTE_P UINT(0x001)   // present
#define PTE_W UINT(0x002)   // writable
#define PTE_U UINT(0x004)   // user
#define PTE_PWT UINT(0x008) // write-through
#define PTE_PCD UINT(0x010) // cache disable
#define PTE_A UINT(0x020)   // accessed
#define PTE_D UINT(0x040)   // dirty
#define PTE_PS UINT(0x080)  // in a directory: a large page; in page_insert's perm: insert one
#define PTE_PAT UINT(0x080) // in a table: third bit of the memory type
#define PTE_G UINT(0x100)   // global: stays in the TLB when CR3 is loaded

#define PTE_ADDR(entry) (UINT(0xFFFFF000) & (entry))
#define PDE_LARGE_ADDR(entry) (UINT(0xFFC00000) & (entry))
#define PTRS_PER_TABLE UINT(1024)

#define CR0_WP UINT(0x00010000)  // the kernel too obeys read-only entries
#define CR0_PG UINT(0x80000000)  // paging is on
#define CR4_PSE UINT(0x00000010) // directory entries may name large pages
#define CR4_PGE UINT(0x00000080) // PTE_G works
