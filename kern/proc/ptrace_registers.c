// ptrace_registers.c: the registers of a stopped tracee. The thread does not run: its registers are in the
// frame at the top of its stack, in its struct, and in its FPU state.
#include "cpu/fpu.h"
#include "cpu/x86.h"
#include "proc/ptrace.h"
#include "thread/mutex.h"

// Where the registers of struct user_regs_struct that a frame has are in the frame. FS, GS, the call's
// number and EFLAGS are not in this table.
#define AT(user, member) \
	[offsetof(struct user_regs_struct, user) / 4] = offsetof(struct trapframe, member) + 1
static const uint8_t places[sizeof(struct user_regs_struct) / 4] = {
	AT(ebx, ebx), AT(ecx, ecx), AT(edx, edx), AT(esi, esi), AT(edi, edi),
	AT(ebp, ebp), AT(eax, eax), AT(ds, ds),   AT(es, es),   AT(eip, eip),
	AT(cs, cs),   AT(esp, esp), AT(ss, ss),
};
#undef AT

// Returns the place of a register in the frame; NULL if it is not there.
static uint32_t *place_of(const struct thread *thread, size_t offset)
{
	uint8_t place = places[offset / 4];

	return place ? (uint32_t *)((char *)thread_user_frame(thread) + place - 1) : NULL;
}

// Returns true for the offsets of DS, ES, CS and SS.
static bool is_selector(size_t offset)
{
	return offset == offsetof(struct user_regs_struct, ds) ||
	       offset == offsetof(struct user_regs_struct, es) ||
	       offset == offsetof(struct user_regs_struct, cs) ||
	       offset == offsetof(struct user_regs_struct, ss);
}

// The flag TF is hidden while the tracer's steps have set it.
uint32_t trace_read_of_frame(const struct thread *thread, size_t offset)
{
	const struct trapframe *frame = thread_user_frame(thread);
	const uint32_t *place = place_of(thread, offset);

	assert_spin_held(&process_lock);
	if (place)
		return is_selector(offset) ? *place & 0xFFFF : *place;
	switch (offset) {
	case offsetof(struct user_regs_struct, fs):
		return thread->fs;
	case offsetof(struct user_regs_struct, gs):
		return thread->gs;
	case offsetof(struct user_regs_struct, orig_eax):
		return frame->trapno == TRAP_SYSCALL ? frame->err : (uint32_t)-1;
	default:
		return thread->trace->steps ? frame->eflags & ~EFLAGS_TF : frame->eflags;
	}
}

#define FLAGS (EFLAGS_USER | EFLAGS_NT) // that a tracer may set

// Set EFLAGS: the flags that a program may set. If TF is among them, the program has it from now on.
static void set_flags(struct thread *thread, uint32_t value)
{
	struct trapframe *frame = thread_user_frame(thread);

	if (value & EFLAGS_TF)
		thread->trace->steps = false;
	else if (thread->trace->steps)
		value |= EFLAGS_TF;
	frame->eflags = (frame->eflags & ~FLAGS) | (value & FLAGS);
}

// A selector of the user has privilege level 3; the null selector is allowed where the processor allows
// it. A segment that does not exist becomes a fault of the program when it is loaded.
int trace_write_to_frame(struct thread *thread, size_t offset, uint32_t value)
{
	struct trapframe *frame = thread_user_frame(thread);
	uint32_t *place = place_of(thread, offset);
	uint16_t selector = (uint16_t)value;
	bool null_ok = offset != offsetof(struct user_regs_struct, cs) &&
	               offset != offsetof(struct user_regs_struct, ss);
	bool user = selector ? (selector & 3) == 3 : null_ok;

	assert_spin_held(&process_lock);
	if (place) {
		if (is_selector(offset) && !user)
			return -EIO;
		*place = is_selector(offset) ? selector : value;
		return 0;
	}
	switch (offset) {
	case offsetof(struct user_regs_struct, fs):
	case offsetof(struct user_regs_struct, gs):
		if (!user)
			return -EIO;
		*(offset == offsetof(struct user_regs_struct, fs) ? &thread->fs :
		                                                    &thread->gs) = selector;
		return 0;
	case offsetof(struct user_regs_struct, orig_eax):
		frame->trapno = (int32_t)value < 0 ? 0 : TRAP_SYSCALL;
		frame->err = value;
		return 0;
	default:
		set_flags(thread, value);
		return 0;
	}
}

void trace_get_fpu(const struct thread *thread, struct fpu_state *store)
{
	assert_spin_held(&process_lock);
	if (thread->fpu)
		*store = *thread->fpu;
	else
		fpu_state_init(store);
}

// The next switch to the thread loads the state.
void trace_set_fpu(struct thread *thread, const struct fpu_state *state, struct fpu_state **fresh)
{
	assert_spin_held(&process_lock);
	if (!thread->fpu) {
		thread->fpu = *fresh;
		*fresh = NULL;
	}
	*thread->fpu = *state;
}
