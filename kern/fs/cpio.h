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

// Unpack the archive in physical memory [start, end), which nobody else uses, into the root of the
// tree, replacing files that are there. If a file's data begin on a page boundary, their pages
// become pages of the file without a copy. Other data are copied, and all pages that no file takes
// are freed. Continues after an entry that cannot be unpacked, until the end of the archive or
// damage; each failure is logged. Yields. Caller: holds no lock. Returns the outcome.
struct cpio_result cpio_unpack(physaddr_t start, physaddr_t end);

// Like cpio_unpack, for the archive archive[size] in the kernel's memory, which stays the caller's:
// all data are copied. For tests, whose archives are arrays and not pages of a module.
struct cpio_result cpio_unpack_copy(const void *archive, size_t size);
