// safe_read.h: reading memory that may not be there, for the panic and the monitor.
#pragma once

#include "kern.h"

// The linear map: physical address n is at linear_map + n (boot/kernel.ld).
extern char linear_map[];

// Copy `n` bytes from virtual address `va` of the loaded address space. Never faults: the page tables
// are walked first. false, with part of `dst` written, where something is not mapped or not memory of
// the linear map. Reads a user's pages too, whatever their protection.
bool probe_read(void *dst, uintptr_t va, size_t n);
