// fault.h: page faults: the trap handler, and copy-on-write.
#pragma once

#include "cpu/trap.h"
#include "cpu/x86.h"
#include "vm/aspace.h"

// Returns the access that a page fault reports by its error code: a write with PF_WRITE.
static __always_inline enum fault_access wanted_access(const struct trapframe *frame)
{
	return frame->err & PF_WRITE ? ACCESS_WRITE : ACCESS_READ;
}

// Handle a write to `old`, the entry for `va`, page-aligned, which names a page and is present and
// read-only, in a private area that admits the write: let the space write to the page if it owns it
// exclusively, else give it a copy. If the page table is shared, make it private first.
// Caller: holds as->lock for reading.
// Returns 0, and the program runs the instruction again, also if another thread was faster; -EAGAIN
// if the entry is not `old` any more; -ENOMEM. On an error no entry has changed, but the table may
// be private.
int anon_copy_on_write(struct aspace *as, uintptr_t va, pte_t old);

// Map a new page at `va`, page-aligned, writable and with the contents of `from`, in the place of
// `old`, the entry for `va`: 0, a marker, or one that names a page, whose reference is dropped. No
// program can change the contents of `from` meanwhile: every entry that names it is read-only, or
// the caller holds the lock of the object that has it. Takes as->pt_lock.
// Returns 0; -EAGAIN if the entry is not `old` any more; -ENOMEM. On an error nothing has changed.
int anon_install_copy(struct aspace *as, uintptr_t va, pte_t old, const page_t *from);

// Like anon_install_copy, but the entry gets the flags `bits`, a page's (PTE_READABLE and others).
int anon_install_copy_as(struct aspace *as, uintptr_t va, pte_t old, const page_t *from, pte_t bits);

// Let a stack grow down to the page of `va`, which is below ULIM. `va` was in no area: a fault has
// found none, and has released as->lock, because growing needs it for writing. Extend the next area
// above down to this page if that area is a stack (AREA_GROWSDOWN), if the current thread's
// RLIMIT_STACK, RLIMIT_AS and, for a locked stack, RLIMIT_MEMLOCK admit it, if the page is not
// below USER_MIN, and if STACK_GUARD bytes stay free below it (not above another stack or PROT_NONE
// memory). Installs no page. (stack_growth.c)
// Returns true if the access may be tried again: the stack was extended, or an area contains `va`
// by now, because another thread was faster. Returns false, with nothing changed, otherwise. Takes
// as->lock for writing. Sleeps and yields. Caller: holds no lock.
bool stack_grow(struct aspace *as, uintptr_t va);

// Handle a page fault: the trap handler, which vm_init registers (fault.c). The address is in CR2.
// A fault that fails becomes a signal by vm_fault_signal_hook, or, in a copy of the kernel,
// continues at its fixup. Sleeps, except for a fault whose fixup is used at once
// (TRAP_FIXUP_AT_ONCE). A fault of the kernel panics if it has no fixup, or an address from ULIM
// on.
void page_fault(struct trapframe *frame);

// Like page_fault, with a notice (NOTICE_FAULT, debug/notice.h) afterwards. vm_init registers it in
// place of page_fault if notices are wanted.
void page_fault_noticed(struct trapframe *frame);
