// fault.c: page faults, from the trap to the backend of the area. page_fault (the trap) calls
// user_fault, this calls handle_program_fault and handle_fault, which finds the area and calls its
// backend. A fault ends in one of three ways: the instruction runs again, the program gets a
// signal, or a copy of the kernel ends at its fixup.
#include "cpu/trap.h"
#include "cpu/x86.h"
#include "debug/notice.h"
#include "thread/thread.h"
#include "vm/area_edit.h"
#include "vm/fault.h"
#include "vm/mapping.h"
#include "vm/ptes.h"
#include "vm/uffd.h"
#include <abi/mman.h>

bool (*vm_no_memory_hook)(uintptr_t va);
void (*vm_fault_signal_hook)(struct trapframe *frame, uintptr_t va, enum fault_result result);

// Let the backend of `area` (area->ops->fault) handle a fault at `va`, which lies in the area and
// need not be page-aligned; the backend gets the start of the page. Do not call it if the area's
// protection does not admit the access (area_admits): then return FAULT_NOT_ALLOWED.
// Caller: holds as->lock for reading.
// Returns FAULT_OK if the backend returns 0, or -EAGAIN: then the entry has changed meanwhile, and
// the program runs the instruction again. FAULT_NO_PAGE for -ENXIO; FAULT_NO_MEMORY for -ENOMEM.
static __always_inline enum fault_result fault_in_area(struct aspace *as, struct area *area,
                                                       uintptr_t va, enum fault_access access)
{
	int error;

	assert_read_held(&as->lock);
	if (unlikely(!area_admits(area, access)))
		return FAULT_NOT_ALLOWED;
	error = area->ops->fault(as, area, ROUND_DOWN(va, PAGE_SIZE), access);
	if (likely(!error) || error == -EAGAIN)
		return FAULT_OK;
	return error == -ENXIO ? FAULT_NO_PAGE : FAULT_NO_MEMORY;
}

// Handle a fault at `va` in `as`, which need not be the space of the running program: find the area
// (area_of_fault) and call fault_in_area. Hold as->lock for reading during the whole fault: no area can
// change or go meanwhile, but other threads' faults go on.
// Caller: holds no lock.
// Returns FAULT_NO_AREA if `va` is not below ULIM, or in no area; else the result of fault_in_area.
static __always_inline enum fault_result handle_fault(struct aspace *as, uintptr_t va,
                                                      enum fault_access access)
{
	enum fault_result result = FAULT_NO_AREA;
	struct area *area;

	assert_no_lock();
	if (unlikely(va >= ULIM))
		return FAULT_NO_AREA;
	rwlock_read_lock(&as->lock);
	area = area_of_fault(as, va);
	if (likely(area))
		result = fault_in_area(as, area, va, access);
	rwlock_read_unlock(&as->lock);
	return result;
}

// Handle a program's own access: unlike a copy for another process, it makes a stack grow. Returns
// as handle_fault. Caller: holds no lock.
static __always_inline enum fault_result handle_program_fault(struct aspace *as, uintptr_t va,
                                                              enum fault_access access)
{
	enum fault_result result = handle_fault(as, va, access);

	assert_no_lock();
	if (unlikely(result == FAULT_NO_AREA) && va < ULIM && stack_grow(as, va))
		result = FAULT_OK;
	return result;
}

// The hook waits, with no lock held, until another process has freed memory.
enum fault_result aspace_fault(struct aspace *as, uintptr_t va, enum fault_access access)
{
	enum fault_result result;

	assert_no_lock();
	do
		result = handle_program_fault(as, va, access);
	while (result == FAULT_NO_MEMORY && vm_no_memory_hook(va));
	return result == FAULT_NO_PAGE ? uffd_sleep(as, va, access, false) : result;
}

// Handle a page fault of the running program: it has accessed `va`, in its own space.
// - Count the fault in the thread's `faults`, and note the instruction, frame->eip, in `fault_eip`.
// - An error code with PF_PRESENT and without PF_USER: the page is present, and the processor was
//   refused although it did not act for user mode. No change of the tables would help (QEMU reports
//   such a fault where a program's `iret` or far return meets SMAP). Call vm_fault_signal_hook with
//   FAULT_NOT_ALLOWED, and handle nothing.
// - Otherwise call handle_program_fault with the access (wanted_access), and act on its result.
//   FAULT_OK: do nothing, the program runs the instruction again. FAULT_NO_MEMORY: call
//   vm_no_memory_hook once; the program runs the instruction again or dies, whatever the hook
//   returns. Anything else: call vm_fault_signal_hook with this result.
// Caller: page_fault; holds no lock.
static __always_inline void user_fault(struct trapframe *frame, uintptr_t va)
{
	struct thread *thread = thread_current();
	enum fault_result result = FAULT_NOT_ALLOWED;

	assert_no_lock();
	thread->faults++;
	thread->fault_eip = frame->eip;
	if (likely((frame->err & (PF_PRESENT | PF_USER)) != PF_PRESENT))
		result = handle_program_fault(thread->aspace, va, wanted_access(frame));
	if (unlikely(result == FAULT_NO_MEMORY))
		(void)vm_no_memory_hook(va);
	else if (unlikely(result != FAULT_OK))
		vm_fault_signal_hook(frame, va, result);
}

// Handle a page fault of the kernel at an instruction that may have an entry in the exception
// table: most likely a copy (copyin_copyout.S) has accessed the running program's memory at `va`.
// - Without an entry (trap_fixup_kind) the fault is a bug: call trap_fatal.
// - With an entry of the kind TRAP_FIXUP_LAST handle the fault like the program's own, by
//   aspace_fault with the access (wanted_access); the instruction runs again. If the result is not
//   FAULT_OK, let the copy continue at its fixup (trap_fixup), which ends it.
// - With an entry of the kind TRAP_FIXUP_AT_ONCE let the copy continue at its fixup in any case:
//   its caller holds a spinlock, so the fault must not sleep.
// Caller: page_fault; `va` is below ULIM, and the thread has a space. Holds no lock, except with
// TRAP_FIXUP_AT_ONCE.
static void kernel_fault(struct trapframe *frame, uintptr_t va)
{
	enum trap_fixup_kind fixup = trap_fixup_kind(frame);
	enum fault_access access = wanted_access(frame);

	if (unlikely(fixup == TRAP_FIXUP_NONE))
		trap_fatal(frame);
	if (fixup == TRAP_FIXUP_AT_ONCE ||
	    aspace_fault(thread_current()->aspace, va, access) != FAULT_OK) {
		(void)WHY(-EFAULT, "the program's memory at %#x cannot be %s", va,
		          access == ACCESS_WRITE ? "written" : "read");
		trap_fixup(frame);
	}
}

// The trap handler. The processor has stored the faulting address in CR2, and the reason as bits of
// the error code (Intel SDM vol. 3, 4.7). In the kernel only the copy functions may touch user
// memory. Any other fault there is a bug and panics.
void page_fault(struct trapframe *frame)
{
	uintptr_t va = read_cr2();

	if (likely(trap_from_user(frame)))
		user_fault(frame, va);
	else if (likely(va < ULIM && thread_current()->aspace && trap_may_have_fixup(frame)))
		kernel_fault(frame, va);
	else
		trap_fatal(frame);
}

void page_fault_noticed(struct trapframe *frame)
{
	page_fault(frame);
	notice(NOTICE_FAULT);
}

// The page is looked up and pinned under pt_lock, in one step: between the two another thread could
// unmap and free it. If the tables do not admit the access, a fault is handled and the loop looks
// again. If the table is shared after a fork, other spaces' locks do not keep its entries: its own lock does.
// page_perms combines both levels: such a table is read-only in the directory. `wait`: sleep where a handler of a userfaultfd must bring the page; else that is an error.
// Returns and caller: as aspace_pin_page.
static __always_inline int pin_page(struct aspace *as, uintptr_t va, enum fault_access access,
                                    bool wait, page_t **pp_store)
{
	enum fault_result result;
	bool admitted, shared;
	int error = 0, perms;
	page_t *pp;

	if (va >= ULIM)
		return -EFAULT;
	for (;;) {
		spin_lock(&as->pt_lock);
		shared = shared_table_lock(as, va);
		pp = page_lookup(as->pgdir, va, NULL);
		if (unlikely(!pp))
			pp = large_lookup(as->pgdir, va);
		perms = page_perms(as->pgdir, va);
		admitted = pp && (access == ACCESS_READ || (perms & PTE_W));
		if (admitted)
			error = page_pin(pp);
		if (shared)
			shared_tables_unlock();
		spin_unlock(&as->pt_lock);
		if (admitted) {
			*pp_store = pp;
			return error ? -ENOMEM : 0;
		}
		if (!pp && perms)
			return -EFAULT; // device memory
		result = handle_fault(as, va, access);
		if (result == FAULT_NO_PAGE && wait)
			result = uffd_sleep(as, va, access, false);
		if (result != FAULT_OK)
			return result == FAULT_NO_MEMORY ? -ENOMEM : -EFAULT;
	}
}

int aspace_pin_page(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store)
{
	assert_no_lock();
	return pin_page(as, va, access, true, pp_store);
}

int aspace_pin_page_now(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store)
{
	assert_no_lock();
	return pin_page(as, va, access, false, pp_store);
}
