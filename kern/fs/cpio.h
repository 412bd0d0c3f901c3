// cpio.h: unpacking the archives that the boot loader brings ("newc" cpio, as Linux's initramfs).
#pragma once

#include "kern.h"
#include "layout.h"

// What became of an archive.
struct cpio_result {
	size_t count;  // entries that were unpacked
	int error;     // of the first that could not be; 0: all could
	size_t failed; // with an error: its number, from 0
};

// Unpack the archive in physical memory [start, end), which nobody else uses, into the root of the
// tree, over what is there. Data of files that begin on a page become pages of the files where they
// are; other data are copied, and all pages that are not needed are freed. Continues after an entry
// that cannot be unpacked, up to the end or to damage; each failure has a line in the log.
// Caller: holds no lock.
struct cpio_result cpio_unpack(physaddr_t start, physaddr_t end);

// Like cpio_unpack, but the archive lies in memory that stays the caller's: every file is copied.
struct cpio_result cpio_unpack_copy(const void *archive, size_t size);
