// cpio.h: unpacking the archives that the boot loader brings, in the format "newc" of cpio
// (Linux: Documentation/driver-api/early-userspace/buffer-format.rst).
#pragma once

#include "kern.h"
#include "layout.h"

// The outcome of unpacking an archive.
struct cpio_result {
	size_t count;  // how many entries were unpacked
	int error;     // -errno of the first entry that could not be unpacked; 0: all were
	size_t failed; // with an error: the number of that entry, from 0
};

// Unpack the archive in physical memory [start, end), whose pages are PAGE_RESERVED and used by
// nobody else, into the root of the tree, replacing files that are there. If a file's data begin on
// a page boundary, their pages become pages of the file without a copy. Other data are copied, and
// all pages that no file takes are freed, except one in whose middle `start` lies. Continues after
// an entry that cannot be unpacked, until the end of the archive or damage; each failure is logged.
// Sleeps and yields. Caller: holds no lock. Returns the outcome; damage (-EINVAL) and the lack of
// memory for the work (-ENOMEM) count as a failure of the entry where unpacking ended.
struct cpio_result cpio_unpack(physaddr_t start, physaddr_t end);

// Like cpio_unpack, for the archive archive[size] in the kernel's memory, which stays the caller's:
// all data are copied. Sleeps and yields. For tests, whose archives are arrays and not pages of a
// module.
struct cpio_result cpio_unpack_copy(const void *archive, size_t size);
