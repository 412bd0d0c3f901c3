// safe_read.h: reading memory that may not be mapped, for panics and the monitor.
#pragma once

#include "kern.h"

// The linear map: physical address n is at linear_map + n (boot/kernel.ld).
extern char linear_map[];

// Copy `n` bytes from virtual address `va` of the loaded page directory to `dst`, memory of the
// kernel. Never faults on `va`, because it walks the page tables first. Reads user pages too,
// whatever their permission. Takes no lock.
// Returns true if all bytes were copied, also for `n` 0. Returns false if an address is not mapped,
// or if it is mapped to something other than ordinary memory (a device); then part of `dst` may
// have been written.
bool probe_read(void *dst, uintptr_t va, size_t n);
