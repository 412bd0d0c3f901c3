// stretch.c: measuring how long the kernel runs before another thread may run.
#include "thread/stretch.h"

#include "cpu/trap.h"
#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "debug/panic.h"
#include "thread/thread.h"

#define BOUND 1000000u // instructions: 1 ms

#define CALLS 512  // by number; higher numbers share the last place
#define REPORTED 5 // how many of them stretch_report prints

const char *(*stretch_name_hook)(uint32_t number);

static uint64_t bound; // 0: nothing is measured
static uint64_t begun; // when the stretch under way began
static uint32_t irq;   // the interrupt that is being handled; 0: none

// The longest stretch of each call, and of all else.
static uint32_t longest[CALLS], longest_other;

// Returns true for the frame of an interrupt, false for that of an exception or a call.
static bool is_irq(const struct trapframe *frame)
{
	return frame->trapno >= TRAP_IRQ && frame->trapno < TRAP_VECTORS;
}

// Returns the frame of the system call that the current thread makes, or NULL. The first two
// threads belong to the kernel.
static const struct trapframe *current_call(void)
{
	const struct trapframe *frame = thread_user_frame(thread_current());

	return !irq && thread_current()->tid > 1 && frame->trapno == TRAP_SYSCALL ? frame : NULL;
}

// Returns the name of a system call for messages.
static const char *name_of(uint32_t call)
{
	const char *name = stretch_name_hook ? stretch_name_hook(call) : NULL;

	return name ? name : "?";
}

// Panic because a stretch was too long, and name its cause: a call with its arguments, an
// interrupt, or the last trap. Measuring stops first, because printing takes long too.
static void __noreturn too_long(uint64_t length, const struct trapframe *call)
{
	const struct thread *thread = thread_current();

	bound = 0;
	if (call)
		panic("%s ran for %llu instructions and let nobody run, in %s(%#x, %#x, %#x, %#x, "
		      "%#x, %#x)",
		      thread->name, length, name_of(call->err), call->ebx, call->ecx, call->edx,
		      call->esi, call->edi, call->ebp);
	if (irq)
		panic("interrupt %u took %llu instructions", irq - TRAP_IRQ, length);
	panic("%s ran for %llu instructions and let nobody run, after trap %u", thread->name,
	      length, thread->aspace ? thread_user_frame(thread)->trapno : 0);
}

// A panic must not be stopped by its own length, so nothing is measured once one has begun.
void stretch_break(void)
{
	const struct trapframe *call;
	uint64_t length;
	uint32_t *record;

	if (!bound || panic_started())
		return;
	length = rdtsc() - begun;
	call = current_call();
	record = call ? &longest[MIN(call->err, CALLS - 1)] : &longest_other;
	*record = (uint32_t)MAX(length, (uint64_t)*record);
	if (length > bound)
		too_long(length, call);
	begun = rdtsc();
}

void stretch_enter(const struct trapframe *frame)
{
	if (!trap_from_user(frame) && !is_irq(frame))
		return; // the stretch goes on through a fault of the kernel's own
	irq = is_irq(frame) ? frame->trapno : 0;
	begun = rdtsc();
}

void stretch_leave(const struct trapframe *frame)
{
	if (!trap_from_user(frame) && !is_irq(frame))
		return;
	stretch_break();
	irq = 0;
}

// Finds the longest entry, prints it and clears it, REPORTED times: simpler than sorting, at the
// end of the machine.
void stretch_report(void)
{
	if (!bound)
		return;
	printk(LOG_INFO, "stretch: at most %u instructions outside of calls\n", longest_other);
	for (int i = 0; i < REPORTED; i++) {
		uint32_t top = 0;

		for (uint32_t call = 0; call < CALLS; call++)
			if (longest[call] > longest[top])
				top = call;
		printk(LOG_INFO, "stretch: at most %u instructions in %s\n", longest[top],
		       name_of(top));
		longest[top] = 0;
	}
}

void stretch_init(void)
{
	if (!option_given("stretch"))
		return;
	begun = rdtsc();
	bound = option_uint("stretch", BOUND);
}
