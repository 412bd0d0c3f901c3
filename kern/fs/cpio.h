// cpio.h: unpacking the archives that the boot loader brings ("newc" cpio, as Linux's initramfs).
#pragma once

#include "kern.h"
#include "layout.h"

// Unpack the archive in physical memory [start, end), which nobody else uses, into the root of the
// tree, over what is there. Data of files that begin on a page become pages of the files where they
// are; other data are copied, and all pages that are not needed are freed. What does not look like
// an archive is left out; a damaged one is unpacked up to the damage. Each failure is reported.
// Returns how many entries were unpacked. Caller: holds no lock.
size_t cpio_unpack(physaddr_t start, physaddr_t end);

// The same for an archive in memory that stays the caller's: every file is copied.
size_t cpio_unpack_copy(const void *archive, size_t size);
