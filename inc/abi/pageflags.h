// The flags of physical pages in /proc/kpageflags, and of virtual pages in /proc/PID/pagemap: 64
// bits for each page, numbered as on Linux (its Documentation/admin-guide/mm/pagemap.rst).
#pragma once

#include <stdint.h>

#define KPF_UPTODATE 3
#define KPF_SLAB 7   // of the kernel's heap
#define KPF_BUDDY 10 // free
#define KPF_MMAP 11  // in somebody's page table
#define KPF_ANON 12
#define KPF_SWAPBACKED 14 // with KPF_MMAP and without KPF_ANON: of a tmpfs
#define KPF_HUGE 17
#define KPF_NOPAGE 20
#define KPF_ZERO_PAGE 24
#define KPF_PGTABLE 26
#define KPF_RESERVED 32

#define PM_PFRAME_MASK 0x007FFFFFFFFFFFFFull // the physical page's number, if it is present
#define PM_SOFT_DIRTY 0x0080000000000000ull  // written since the last 4 in /proc/PID/clear_refs
#define PM_MMAP_EXCLUSIVE 0x0100000000000000ull
#define PM_UFFD_WP 0x0200000000000000ull // write-protected by userfaultfd
#define PM_FILE 0x2000000000000000ull    // of a file, or anonymous and shared
#define PM_SWAP 0x4000000000000000ull
#define PM_PRESENT 0x8000000000000000ull

// PAGEMAP_SCAN, a request to /proc/PID/pagemap (Linux: Documentation/admin-guide/mm/pagemap.rst):
// find pages of certain categories, and write-protect them.
#define PAGEMAP_SCAN 0xC0606610u

#define PAGE_IS_WPALLOWED 0x1u // in memory that is registered for asynchronous write-protection
#define PAGE_IS_WRITTEN 0x2u   // not write-protected by userfaultfd
#define PAGE_IS_FILE 0x4u      // of a file, or anonymous and shared
#define PAGE_IS_PRESENT 0x8u
#define PAGE_IS_SWAPPED 0x10u // no page, but a marker
#define PAGE_IS_PFNZERO 0x20u // the zero page
#define PAGE_IS_HUGE 0x40u
#define PAGE_IS_SOFT_DIRTY 0x80u // written since the last 4 in /proc/PID/clear_refs
#define PAGE_IS_GUARD 0x100u     // a guard of madvise(), which Quire does not have
#define PAGE_IS_ALL 0x1FFu

// Pages of equal categories in a row.
struct page_region {
	uint64_t start, end;
	uint64_t categories; // those that the request wants returned
};

#define PM_SCAN_WP_MATCHING 1u   // write-protect the pages that are found
#define PM_SCAN_CHECK_WPASYNC 2u // EPERM at memory that cannot be write-protected so

struct pm_scan_arg {
	uint64_t size; // of this struct
	uint64_t flags;
	uint64_t start, end;
	uint64_t walk_end;            // out: where the scan has ended
	uint64_t vec, vec_len;        // struct page_region[]; 0: none are stored
	uint64_t max_pages;           // how many pages are found at most; 0: no limit
	uint64_t category_inverted;   // the bits that count as their opposite
	uint64_t category_mask;       // a page has all of these,
	uint64_t category_anyof_mask; // and one of these, unless 0
	uint64_t return_mask;
};
