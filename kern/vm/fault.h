// fault.h: page faults: the trap handler, and copy-on-write.
#pragma once

#include "vm/aspace.h"

// Handle a write to `old`, the entry for `va`, which is present and read-only, in a private area:
// let the space write to the page if it owns it exclusively, else give it a copy.
// Returns 0, -EAGAIN or -ENOMEM.
int anon_copy_on_write(struct aspace *as, uintptr_t va, pte_t old);

// The trap handler for page faults (fault.c).
void page_fault(struct trapframe *frame);
