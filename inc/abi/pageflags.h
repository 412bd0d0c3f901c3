// The flags of physical pages in /proc/kpageflags, and of virtual pages in /proc/PID/pagemap: 64
// bits for each page, numbered as on Linux (its Documentation/admin-guide/mm/pagemap.rst).
#pragma once

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
