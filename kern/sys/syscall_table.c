// syscall_table.c: the tables that lead from a number to the function of the call.
#include "cpu/trap.h"
#include "debug/boot_options.h"
#include "proc/ptrace.h"
#include "sys/syscall.h"
#include "sys/syscall_count.h"
#include "sys/syscall_table.h"
#include "thread/stretch.h"
#include "thread/why.h"
#include <abi/area.h>
#include <abi/syscall.h>

typedef long (*syscall_handler)(const struct trapframe *frame);

extern const syscall_handler syscall_table[SYSCALL_LIMIT];
void syscall_entry(void);
long syscall_beyond_table(struct trapframe *frame);

// A number without a call: ENOSYS, so that a C library can try another call.
static long sys_unknown(const struct trapframe *frame)
{
	(void)frame;
	return -ENOSYS;
}

// In an initialiser that names an index twice, the later value counts: so all numbers are unknown
// first, and the list then overrides those that are not.
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

#define X(name) [SYS_##name] = sys_##name,
const syscall_handler syscall_table[SYSCALL_LIMIT] = {
	[0 ... SYSCALL_LIMIT - 1] = sys_unknown,
#include "sys/syscall_list.h"
};
#undef X

#define QUIRE_CALLS 64u // room for calls of ours, from SYS_QUIRE_FIRST on

#define X(name) [SYS_##name - SYS_QUIRE_FIRST] = sys_##name,
static const syscall_handler quire_table[QUIRE_CALLS] = {
	[0 ... QUIRE_CALLS - 1] = sys_unknown,
#include "sys/syscall_list_quire.h"
};
#undef X

#pragma GCC diagnostic pop

// Call the function of a number beyond Linux's table (syscall_entry.S): the calls that Linux
// does not have are there. All calls of a traced thread come here too: its tracer may see the call first,
// and change it.
long syscall_beyond_table(struct trapframe *frame)
{
	uint32_t own;

	if ((thread_current()->loads & LOAD_CALLS) && !trace_call_begins(frame))
		return (long)frame->eax;
	if (frame->err < SYSCALL_LIMIT)
		return syscall_table[frame->err](frame);
	own = frame->err - SYS_QUIRE_FIRST;
	return own < ARRAY_SIZE(quire_table) ? quire_table[own](frame) : -ENOSYS;
}

#if defined(STRETCH) || defined(DEBUG)

const char *syscall_name(uint32_t number)
{
	switch (number) {
#define X(name)          \
	case SYS_##name: \
		return #name;
#include "sys/syscall_list.h"
#include "sys/syscall_list_quire.h"
#undef X
	default:
		return NULL;
	}
}

#endif

// The gate admits user mode, so programs may use `int $0x80` (Intel SDM vol. 3, 6.12.1: DPL of a
// gate).
void syscall_init(void)
{
#ifdef STRETCH
	stretch_name_hook = syscall_name;
#endif
#ifdef DEBUG
	why_enabled = option_given("why");
#endif
	this_cpu()->call_limit = this_cpu()->call_count = SYSCALL_LIMIT;
	trap_register_user_gate(TRAP_SYSCALL, syscall_entry);
}
