// fault.c: page faults: from the trap to the area whose backend knows what belongs there.
#include <abi/mman.h>
#include "cpu/trap.h"
#include "cpu/x86.h"
#include "thread/thread.h"
#include "vm/internal.h"

bool (*vm_no_memory_hook)(uintptr_t va);
void (*vm_fault_signal_hook)(struct trapframe *frame, uintptr_t va, enum fault_result result);

// The area at `va`: most often the one found last time.
static inline struct area *find_area(struct aspace *as, uintptr_t va)
{
	struct area *area = as->hint;

	if (likely(area && va >= area->start && va < area->end))
		return area;
	area = area_find(&as->areas, va);
	if (area)
		as->hint = area;
	return area;
}

// Does a stack that grows down to `va` keep its distance? It need not from other stacks, nor from
// what nobody can access.
static bool far_enough(const struct area *below, uintptr_t va)
{
	return !below || (below->flags & AREA_GROWSDOWN) || below->prot == 0 ||
	       va - below->end >= STACK_GUARD;
}

// Nothing is at `va`: let the stack above it grow down to there, if there is one and it may.
static bool grow_stack(struct aspace *as, uintptr_t va)
{
	struct area *area;
	bool grown = false;

	va = ROUND_DOWN(va, PAGE_SIZE);
	rwlock_write_lock(&as->lock);
	area = area_find_from(&as->areas, va);
	if (area && area->start <= va) {
		grown = true; // somebody else was faster
	} else if (area && (area->flags & AREA_GROWSDOWN) &&
	           area->end - va <= thread_limit(RLIMIT_STACK) &&
	           aspace_may_grow(as, area->start - va, 0, AREA_GROWSDOWN) &&
	           far_enough(area_prev(&as->areas, area), va)) {
		as->pages += (area->start - va) / PAGE_SIZE;
		area_resize(&as->areas, area, va, area->end);
		grown = true;
	}
	rwlock_write_unlock(&as->lock);
	return grown;
}

static __always_inline enum fault_result fault_in_area(struct aspace *as, struct area *area,
                                                       uintptr_t va, enum fault_access access)
{
	int error;

	if (unlikely(!area_admits(area, access)))
		return FAULT_NOT_ALLOWED;
	error = area->ops->fault(as, area, ROUND_DOWN(va, PAGE_SIZE), access);
	if (likely(!error) || error == -EAGAIN)
		return FAULT_OK;
	return error == -ENXIO ? FAULT_NO_PAGE : FAULT_NO_MEMORY;
}

// Handle an access if an area is there, whose rights admit it.
static __always_inline enum fault_result handle_fault(struct aspace *as, uintptr_t va,
                                                      enum fault_access access)
{
	enum fault_result result = FAULT_NO_AREA;
	struct area *area;

	if (unlikely(va >= ULIM))
		return FAULT_NO_AREA;
	rwlock_read_lock(&as->lock);
	area = find_area(as, va);
	if (likely(area))
		result = fault_in_area(as, area, va, access);
	rwlock_read_unlock(&as->lock);
	return result;
}

// Handle a program's own access, for which a stack grows.
static __always_inline enum fault_result handle_program_fault(struct aspace *as, uintptr_t va,
                                                              enum fault_access access)
{
	enum fault_result result = handle_fault(as, va, access);

	if (unlikely(result == FAULT_NO_AREA) && va < ULIM && grow_stack(as, va))
		result = FAULT_OK;
	return result;
}

enum fault_result aspace_fault(struct aspace *as, uintptr_t va, enum fault_access access)
{
	enum fault_result result;

	do
		result = handle_program_fault(as, va, access);
	while (result == FAULT_NO_MEMORY && vm_no_memory_hook(va));
	return result;
}

// A user's page fault is handled, or becomes a signal. In the kernel only the copy functions may
// touch user memory; their instructions stand in the exception table, and what cannot be handled
// ends the copy there.
void page_fault(struct trapframe *frame)
{
	uintptr_t va = read_cr2();
	struct thread *thread = thread_current();
	enum fault_access access = frame->err & PF_WRITE ? ACCESS_WRITE : ACCESS_READ;
	enum fault_result result;
	enum trap_fixup_kind fixup;

	if (likely(trap_from_user(frame))) {
		thread->faults++;
		thread->fault_eip = frame->eip;
		// A page that is there, refused to the processor in its own name: no table will
		// change that. QEMU does so where a program's `iret` or far return meets SMAP.
		if (unlikely((frame->err & (PF_PRESENT | PF_USER)) == PF_PRESENT))
			result = FAULT_NOT_ALLOWED;
		else
			result = handle_program_fault(thread->aspace, va, access);
		if (unlikely(result == FAULT_NO_MEMORY))
			(void)vm_no_memory_hook(va); // and run the instruction again, or die
		else if (unlikely(result != FAULT_OK))
			vm_fault_signal_hook(frame, va, result);
		return;
	}
	fixup = trap_fixup_kind(frame);
	if (unlikely(va >= ULIM || !thread->aspace || fixup == TRAP_FIXUP_NONE))
		trap_fatal(frame);
	if (fixup == TRAP_FIXUP_AT_ONCE || aspace_fault(thread->aspace, va, access) != FAULT_OK)
		trap_fixup(frame);
}

// Does entry `pte` let a program access its page like that?
static bool entry_admits(pte_t pte, enum fault_access access)
{
	return pte_present(pte) && !(pte & PTE_NOPAGE) && (access == ACCESS_READ || (pte & PTE_W));
}

int aspace_pin_page(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store)
{
	enum fault_result result;
	page_t *pp = NULL;
	pte_t pte;
	int error = 0;

	for (;;) {
		spin_lock(&as->pt_lock);
		pte = va < ULIM ? small_entry(as, va) : 0;
		if (entry_admits(pte, access) &&
		    (access == ACCESS_READ || (as->pgdir[PDX(va)] & PTE_W))) {
			pp = phys_to_page(PTE_ADDR(pte));
			error = page_pin(pp);
		}
		spin_unlock(&as->pt_lock);
		if (pp) {
			*pp_store = pp;
			return error ? -ENOMEM : 0;
		}
		if (pte_present(pte) && (pte & PTE_NOPAGE))
			return -EFAULT;
		result = handle_fault(as, va, access);
		if (result != FAULT_OK)
			return result == FAULT_NO_MEMORY ? -ENOMEM : -EFAULT;
	}
}
