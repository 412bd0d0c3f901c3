// safe_read.h: reading memory that may not be mapped, for panics and the monitor.
#pragma once

#include "kern.h"

// The linear map: physical address n is at linear_map + n (boot/kernel.ld).
extern char linear_map[];

// Copy `n` bytes from virtual address `va` of the loaded page directory to `dst`, memory of the
// kernel. Never faults on `va`, because it walks the page tables first. Returns true, also for `n`
// 0; false, perhaps with part of `dst` written, if an address is not mapped or maps no memory of
// the linear map. Reads user pages too, whatever their permission.
bool probe_read(void *dst, uintptr_t va, size_t n);
