// trace_fault.c: the grader's operations on page faults and on the pages that they map. The operations
// look at page tables by code of their own.
#include "vm/test/trace_vm.h"

#include "cpu/trap.h"
#include "mem/tlb.h"
#include "thread/thread.h"
#include "trace/trace.h"
#include "vm/area.h"
#include "vm/fault.h"
#include "vm/ptes.h"

// What the fault handler has called last.
static struct {
	uint32_t calls, result, va;
} signalled;
static uint32_t no_memory_calls;
static uint32_t try_again; // how often vm_no_memory_hook returns true

static bool note_no_memory(uintptr_t va)
{
	(void)va;
	no_memory_calls++;
	return try_again > 0 && try_again-- > 0;
}

static void note_signal(struct trapframe *frame, uintptr_t va, enum fault_result result)
{
	(void)frame;
	signalled.calls++;
	signalled.result = result;
	signalled.va = va;
}

void trace_catch_faults(void)
{
	vm_no_memory_hook = note_no_memory;
	vm_fault_signal_hook = note_signal;
}

// fault S VA WRITE: aspace_fault. Reports the result, and how often vm_no_memory_hook was called.
TRACE_OP(fault)
{
	struct aspace *as = trace_space(args[0]);

	if (!as)
		return;
	no_memory_calls = 0;
	trace_value(aspace_fault(as, args[1], args[2] ? ACCESS_WRITE : ACCESS_READ));
	trace_value(no_memory_calls);
}

// Returns the table's entry for `va`, or 0.
static pte_t entry_at(const struct aspace *as, uintptr_t va)
{
	pde_t pde = as->pgdir[PDX(va)];

	if ((pde & (PTE_P | PTE_PS)) != PTE_P || pde >> PAGE_SHIFT >= page_total)
		return 0;
	return ((const pte_t *)phys_to_virt(PTE_ADDR(pde)))[PTX(va)];
}

page_t *trace_mapped(const struct aspace *as, uintptr_t va)
{
	pte_t entry = va < ULIM ? entry_at(as, va) : 0;

	return (entry & PTE_P) && entry >> PAGE_SHIFT < page_total ? phys_to_page(PTE_ADDR(entry)) :
	                                                             NULL;
}

// mapping S VA: reports the table's entry; if it names a page also the page's number, whether it is
// the zero page, its count, and the offset of its first word that is not 0 (PAGE_SIZE: none).
TRACE_OP(mapping)
{
	const struct aspace *as = trace_space(args[0]);
	const page_t *pp = as ? trace_mapped(as, args[1]) : NULL;
	const uint32_t *words;
	size_t i = 0;

	if (!as)
		return;
	trace_value(entry_at(as, args[1]));
	if (!pp)
		return;
	words = page_to_virt(pp);
	while (i < PAGE_SIZE / 4 && !words[i])
		i++;
	trace_value(page_to_ppn(pp));
	trace_value(pp == zero_page);
	trace_value(pp->count);
	trace_value(i * 4);
}

// resident S: reports how many entries in the user's half name a page.
TRACE_OP(resident)
{
	const struct aspace *as = trace_space(args[0]);
	size_t count = 0;

	if (!as)
		return;
	for (size_t i = 0; i < USER_PDES; i++) {
		if ((as->pgdir[i] & (PTE_P | PTE_PS)) != PTE_P)
			continue;
		for (size_t j = 0; j < PTRS_PER_TABLE; j++)
			count += entry_at(as, i * LARGE_SIZE + j * PAGE_SIZE) != 0;
	}
	trace_value(count);
}

// put S VA VALUE: write VALUE to the first word of the page that is mapped at VA. Reports 0 if there
// is one of the space's own.
TRACE_OP(put)
{
	const struct aspace *as = trace_space(args[0]);
	page_t *pp = as ? trace_mapped(as, args[1]) : NULL;
	bool may = pp && pp != zero_page && trace_may_write(page_to_phys(pp), PAGE_SIZE);

	if (may)
		*(uint32_t *)page_to_virt(pp) = args[2];
	trace_value(!may);
}

// share FROM TO VA: let TO map the page that FROM maps at VA, read-only in both, as fork does. Reports
// 0 if there is one.
TRACE_OP(share)
{
	struct aspace *from = trace_space(args[0]), *to = trace_space(args[1]);
	page_t *pp = from && to ? trace_mapped(from, args[2]) : NULL;
	int error = -EINVAL;

	if (pp) {
		spin_lock(&to->pt_lock);
		error = page_insert(to->pgdir, pp, args[2], PTE_READABLE | PTE_D);
		spin_unlock(&to->pt_lock);
	}
	if (!error) {
		spin_lock(&from->pt_lock);
		error = page_insert(from->pgdir, pp, args[2], PTE_READABLE | PTE_D);
		spin_unlock(&from->pt_lock);
	}
	trace_value((uint32_t)error);
}

// share_table FROM TO VA: let TO name the page table that FROM has for VA, read-only in both
// directories, as a fork does for a large space. Reports 0 if there is one.
TRACE_OP(share_table)
{
	struct aspace *from = trace_space(args[0]), *to = trace_space(args[1]);
	pde_t pde = from && args[2] < ULIM ? from->pgdir[PDX(args[2])] : 0;
	bool may = to && (pde & (PTE_P | PTE_PS)) == PTE_P && !to->pgdir[PDX(args[2])];

	trace_value(!may);
	if (!may)
		return;
	phys_to_page(PTE_ADDR(pde))->count++;
	spin_lock(&from->pt_lock);
	pde_store(from->pgdir, args[2], pde & ~PTE_W);
	spin_unlock(&from->pt_lock);
	spin_lock(&to->pt_lock);
	pde_store(to->pgdir, args[2], pde & ~PTE_W);
	spin_unlock(&to->pt_lock);
	tlb_flush(from->pgdir);
}

// A backend that maps nothing: it notes how it was called, and returns what the grader wants.
static struct {
	int result;
	uint32_t calls, va, access, lock;
} backend;

static int false_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	(void)area;
	backend.calls++;
	backend.va = va;
	backend.access = access == ACCESS_WRITE;
	backend.lock = as->lock.state;
	return backend.result;
}

const struct area_ops trace_backend = {
	.kind = "the grader's",
	.plain = &trace_backend,
	.fault = false_fault,
};

// backend RESULT: let that backend's next calls return RESULT.
TRACE_OP(backend)
{
	memset(&backend, 0, sizeof(backend));
	backend.result = (int)args[0];
}

// backend_saw: reports how often the backend has been called since; and of the last call the address,
// whether it was a write, and how the space's lock was held: by so many readers, or RWLOCK_WRITER.
TRACE_OP(backend_saw)
{
	trace_value(backend.calls);
	trace_value(backend.va);
	trace_value(backend.access);
	trace_value(backend.lock);
}

// The frames of page faults that `user_trap` and `kernel_trap` make up.
static void call_page_fault(void *frame)
{
	page_fault(frame);
}

struct exception_entry {
	uint32_t at, fixup, when;
};
extern const struct exception_entry ex_table_start[], ex_table_end[]; // boot/kernel.ld
extern const char fixup_text_start[], fixup_text_end[], kernel_start[];

// Returns the entry of the exception table for the instruction at `eip`, or NULL.
static const struct exception_entry *entry_for(uint32_t eip)
{
	const struct exception_entry *entry;

	for (entry = ex_table_start; entry < ex_table_end; entry++)
		if (entry->at == eip)
			return entry;
	return NULL;
}

// Returns the address of an instruction of a copy function that has an entry of this kind in the
// exception table; 0: that has none.
static uint32_t place_of_kind(uint32_t kind)
{
	uint32_t at = (uint32_t)fixup_text_start;
	const struct exception_entry *entry;

	for (; at < (uint32_t)fixup_text_end; at++) {
		entry = entry_for(at);
		if ((entry ? entry->when : TRAP_FIXUP_NONE) == kind)
			break;
	}
	return at;
}

// Report a call of page_fault: whether it called trap_fatal, how often a signal was sent, for which
// result and address, and how often vm_no_memory_hook was called.
static void report_page_fault(struct trapframe *frame, uintptr_t va)
{
	struct trace_access caught;

	memset(&signalled, 0, sizeof(signalled));
	no_memory_calls = 0;
	write_cr2(va);
	caught = trace_catch(call_page_fault, frame);
	trace_value(caught.faulted);
	trace_value(signalled.calls);
	trace_value(signalled.result);
	trace_value(signalled.va);
	trace_value(no_memory_calls);
}

// user_trap VA CODE: page_fault for a program's access, where vm_no_memory_hook returns true at first.
// Reports also by how much thread.faults has grown, and whether thread.fault_eip is right.
TRACE_OP(user_trap)
{
	struct thread *thread = thread_current();
	struct trapframe frame = { .trapno = TRAP_PAGE_FAULT,
		                   .err = args[1],
		                   .eip = 0x8048123,
		                   .cs = USER_CS,
		                   .eflags = EFLAGS_FIXED | EFLAGS_IF };
	uint32_t before = (uint32_t)thread->faults;

	try_again = 3;
	report_page_fault(&frame, args[0]);
	try_again = 0;
	trace_value((uint32_t)thread->faults - before);
	trace_value(thread->fault_eip == frame.eip);
}

// kernel_trap KIND VA CODE: page_fault for an access of the kernel, at an instruction with an entry
// of this kind in the exception table; 0: at one beside them without an entry, 3: far from them.
// Reports also where the frame continues: 0 at the instruction, 1 at its fixup, 2 elsewhere.
TRACE_OP(kernel_trap)
{
	uint32_t eip = args[0] <= TRAP_FIXUP_AT_ONCE ? place_of_kind(args[0]) :
	                                               (uint32_t)call_page_fault;
	const struct exception_entry *entry = entry_for(eip);
	struct trapframe frame = { .trapno = TRAP_PAGE_FAULT,
		                   .err = args[2],
		                   .eip = eip,
		                   .cs = KERNEL_CS,
		                   .eflags = EFLAGS_FIXED };

	report_page_fault(&frame, args[1]);
	trace_value(frame.eip == eip ? 0 : entry && frame.eip == entry->fixup ? 1 : 2);
}
