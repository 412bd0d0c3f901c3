// trap_fixup.c: the exception table: for an instruction of the kernel that may fault, mostly because it touches a
// program's memory, where the processor continues then. cpu/trapentry.h has the macro that makes an entry.
#include "cpu/trap.h"
#include "cpu/trapentry.h"

_Static_assert(TRAP_FIXUP_LAST == FIXUP_LAST, "cpu/trapentry.h");
_Static_assert(TRAP_FIXUP_AT_ONCE == FIXUP_AT_ONCE, "cpu/trapentry.h");

struct exception_entry {
	uint32_t at, fixup, when;
};

extern const struct exception_entry ex_table_start[], ex_table_end[];
extern const char fixup_text_start[], fixup_text_end[]; // boot/kernel.ld

bool trap_may_have_fixup(const struct trapframe *frame)
{
	return frame->eip >= (uintptr_t)fixup_text_start && frame->eip < (uintptr_t)fixup_text_end;
}

// Returns the entry of the exception table for the instruction at `eip`, or NULL. The table is
// short and faults in the kernel are rare, so the search is linear.
static const struct exception_entry *find_fixup(uint32_t eip)
{
	const struct exception_entry *entry;

	for (entry = ex_table_start; entry < ex_table_end; entry++)
		if (entry->at == eip)
			return entry;
	return NULL;
}

enum trap_fixup_kind trap_fixup_kind(const struct trapframe *frame)
{
	const struct exception_entry *entry = find_fixup(frame->eip);

	return entry ? (enum trap_fixup_kind)entry->when : TRAP_FIXUP_NONE;
}

bool trap_fixup(struct trapframe *frame)
{
	const struct exception_entry *entry = find_fixup(frame->eip);

	if (entry)
		frame->eip = entry->fixup;
	return entry;
}
