// tls.c: segments for thread-local storage. A program describes the segment, and the kernel makes
// the descriptor. For any description the result is only a data or code segment of privilege 3.
#include "proc/tls.h"

#include "thread/thread.h"

// Returns true if `desc` describes no segment. Two forms mean that: all fields zero, or Linux's
// LDT_empty.
static bool is_empty(const struct user_desc *desc)
{
	bool zero = !desc->base_addr && !desc->limit && !desc->contents && !desc->seg_32bit &&
	            !desc->limit_in_pages && !desc->useable;

	return zero && (desc->read_exec_only == desc->seg_not_present);
}

// Returns the descriptor of a segment. DPL 3 and "code or data" are always set: a program must not
// get a gate or a segment of the kernel.
static struct segment_desc describe(const struct user_desc *desc)
{
	uint32_t flags = SEG_CODE_OR_DATA | SEG_DPL3 | SEG_ACCESSED;

	if (is_empty(desc))
		return (struct segment_desc){ 0, 0 };
	flags |= desc->contents << 10; // expand-down or conforming; code
	flags |= desc->read_exec_only ? 0 : SEG_WRITABLE;
	flags |= desc->seg_not_present ? 0 : SEG_PRESENT;
	flags |= desc->useable ? SEG_AVAILABLE : 0;
	flags |= desc->seg_32bit ? SEG_32BIT : 0;
	flags |= desc->limit_in_pages ? SEG_PAGES : 0;
	return segment_make(desc->base_addr, desc->limit, flags);
}

// Returns a free slot, or TLS_SLOTS if there is none.
static uint32_t find_free_slot(const struct thread *thread)
{
	uint32_t slot = 0;

	while (slot < TLS_SLOTS && (thread->tls[slot].high || thread->tls[slot].low))
		slot++;
	return slot;
}

// The slot is stored in `desc` before the check of the type, as on Linux.
int tls_set(struct thread *thread, struct user_desc *desc)
{
	uint32_t slot = desc->entry_number - GDT_TLS; // may wrap: then it is too large as well

	if (desc->entry_number == (uint32_t)-1) {
		slot = find_free_slot(thread);
		if (slot == TLS_SLOTS)
			return -ESRCH;
		desc->entry_number = GDT_TLS + slot;
	}
	if (slot >= TLS_SLOTS)
		return -EINVAL;
	// As on Linux: only 32-bit segments, and no conforming code. A segment that is not present
	// gives access to nothing.
	if (!is_empty(desc) && (!desc->seg_32bit || desc->contents > 2))
		return -EINVAL;
	thread->tls[slot] = describe(desc);
	thread->loads |= LOAD_TLS;
	if (thread == thread_current())
		segment_load_tls(thread->tls);
	return 0;
}

// The inverse of describe().
int tls_get(const struct thread *thread, struct user_desc *desc)
{
	uint32_t slot = desc->entry_number - GDT_TLS;
	uint32_t low, high;

	if (slot >= TLS_SLOTS)
		return -EINVAL;
	low = thread->tls[slot].low;
	high = thread->tls[slot].high;
	memset(desc, 0, sizeof(*desc)); // also the bits that have no name
	desc->entry_number = slot + GDT_TLS;
	desc->base_addr = (low >> 16) | ((high & 0xFF) << 16) | (high & 0xFF000000);
	desc->limit = (low & 0xFFFF) | (high & 0x000F0000);
	desc->seg_32bit = !!(high & SEG_32BIT);
	desc->contents = (high >> 10) & 3;
	desc->read_exec_only = !(high & SEG_WRITABLE);
	desc->limit_in_pages = !!(high & SEG_PAGES);
	desc->seg_not_present = !(high & SEG_PRESENT);
	desc->useable = !!(high & SEG_AVAILABLE);
	return 0;
}
