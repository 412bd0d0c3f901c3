// panic.c: stopping the machine, with as much information as possible about the reason.
#include "debug/panic.h"

#include <stdio.h>

#include "cpu/trap.h"
#include "cpu/watchdog.h"
#include "cpu/x86.h"
#include "debug/backtrace.h"
#include "debug/boot_options.h"
#include "debug/ktest.h"
#include "debug/monitor.h"
#include "debug/printk.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"

void (*panic_end_hook)(void);
void (*not_written_hook)(unsigned int lab, unsigned int exercise);
void (*panic_catch_hook)(const char *message, uintptr_t ebp);

// How many panics have begun. A panic may itself meet the damage that caused it. So the second one
// still prints its place, the third only ends the machine, and the fourth, if that fails too, only
// halts.
static int panic_depth;

struct registers panic_registers;

static bool reporting; // panic_or_monitor is at work

bool panic_started(void)
{
	return panic_depth > 0 || reporting;
}

// Print the registers in a trap frame, and the registers that no frame holds: CR2 and CR3.
static void print_registers(const struct trapframe *frame)
{
	// On a trap within the kernel the processor pushes no stack pointer: the stack pointer was
	// where the frame ends. A double fault is a task switch, which does save it.
	bool has_esp = trap_victim_is_user(frame) || frame->trapno == TRAP_DOUBLE_FAULT;
	uint32_t esp = has_esp ? frame->esp : (uint32_t)(uintptr_t)&frame->esp;

	printk(LOG_EMERG, "  eax %08x  ebx %08x  ecx %08x  edx %08x\n", frame->eax, frame->ebx,
	       frame->ecx, frame->edx);
	printk(LOG_EMERG, "  esi %08x  edi %08x  ebp %08x  esp %08x\n", frame->esi, frame->edi,
	       frame->ebp, esp);
	printk(LOG_EMERG, "  eip %08x  eflags %08x  cs %04x  cr2 %08x  cr3 %08x\n", frame->eip,
	       frame->eflags, frame->cs & 0xFFFF, read_cr2(), read_cr3());
}

#define PUSH_EBP 0x55 // the first instruction of every function in C

// Returns true if nothing at `eip` has made a frame yet: it is no code, or a function's first or second
// instruction. Then *store is how many words lie above the return address on the stack.
static bool has_no_frame(uintptr_t eip, size_t *store)
{
	const struct ksym *function = symbol_find(ksyms, nksyms, eip);
	bool second = function && eip == function->addr + 1 &&
	              *(const uint8_t *)function->addr == PUSH_EBP;

	*store = second ? 1 : 0;
	return !is_kernel_text(eip) || second || (function && eip == function->addr);
}

// Print the caller of a place without a frame of its own, such as a bad function pointer. The backtrace
// would skip the caller: only its return address is on the stack.
static void print_caller_without_frame(const struct trapframe *frame)
{
	uintptr_t caller, at = (uintptr_t)&frame->esp; // the stack of interrupted kernel code
	size_t words;

	if (trap_victim_is_user(frame) || !has_no_frame(frame->eip, &words))
		return;
	if (probe_read(&caller, at + words * sizeof(caller), sizeof(caller)) &&
	    is_kernel_text(caller))
		backtrace_print_place(caller, true);
}

// Print the place in `frame` and its callers.
static void print_frame(const struct trapframe *frame)
{
	print_registers(frame);
	backtrace_print_place(frame->eip, false);
	print_caller_without_frame(frame);
}

// Returns the frame pointer from which the callers of `frame` are searched. A program's EBP may be
// any number, so it leads to no callers.
static uintptr_t frame_pointer(const struct trapframe *frame)
{
	return trap_victim_is_user(frame) ? 0 : frame->ebp;
}

// Record where a report began. A panic during a panic does not hide the first.
static void record(const struct registers *place)
{
	if (panic_depth == 0)
		panic_registers = *place;
}

// Record the place in `frame`. Within the kernel the stack pointer was where the frame ends.
static void record_frame(const struct trapframe *frame)
{
	record(&(struct registers){ frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi,
	                            frame->ebp, frame->eax, frame->eip, (uintptr_t)&frame->esp });
}

// All that a panic does. `frame` may be NULL; then `place` has the registers of panic(). The
// callers are searched from frame pointer `ebp` on.
static void __noreturn __printf(4, 0)
	panic_stop(const struct trapframe *frame, const struct registers *place, uintptr_t ebp,
                   const char *format, va_list args)
{
	char message[PRINTK_MAX - 16];

	cli();
	if (panic_depth == 0)
		ktest_catch_panic();
	if (panic_depth < 2)
		vsnprintf(message, sizeof(message), format, args);
	if (panic_depth == 0 && panic_catch_hook)
		panic_catch_hook(message, ebp);
	if (frame)
		record_frame(frame);
	else
		record(place);
	watchdog_stop();
	panic_depth++;

	if (panic_depth <= 2) {
		printk(LOG_EMERG, "panic: %s\n", message);
		if (frame)
			print_frame(frame);
		backtrace_print(ebp);
		if (option_given("monitor"))
			monitor_run();
	}
	if (panic_depth <= 3 && panic_end_hook)
		panic_end_hook();
	halt_forever();
}

void panic(const char *format, ...)
{
	struct registers here;
	va_list args;

	registers_save(&here);
	va_start(args, format);
	panic_stop(NULL, &here, here.ebp, format, args);
}

void panic_frame(const struct trapframe *frame, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_stop(frame, NULL, frame_pointer(frame), format, args);
}

void panic_or_monitor(const struct trapframe *frame, const char *format, ...)
{
	char message[PRINTK_MAX - 16];
	va_list args;

	va_start(args, format);
	if (panic_depth > 0 || !option_given("monitor"))
		panic_stop(frame, NULL, frame_pointer(frame), format, args);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	reporting = true;
	record_frame(frame);
	printk(LOG_EMERG, "%s\n", message);
	print_frame(frame);
	backtrace_print(frame_pointer(frame));
	monitor_run();
	reporting = false;
}

// trap_fatal_hook: panic because of a fault in the kernel, with the address and the kind of the
// access if it is a page fault.
static void fatal_trap(const struct trapframe *frame, const char *what)
{
	if (frame->trapno == TRAP_PAGE_FAULT)
		panic_frame(frame, "%s in the kernel: %s %#x, which is %s", what,
		            frame->err & PF_WRITE ? "a write to" : "a read of", read_cr2(),
		            frame->err & PF_PRESENT ? "not allowed" : "not mapped");
	panic_frame(frame, "%s in the kernel, error code %#x", what, frame->err);
}

// End the machine, after the message. Nothing else may run: the function's caller expects what
// nobody has written.
static void __noreturn stop_unwritten(unsigned int lab, unsigned int exercise)
{
	backtrace_print((uintptr_t)__builtin_frame_address(0));
	if (not_written_hook)
		not_written_hook(lab, exercise);
	halt_forever();
}

void not_written(const char *function, unsigned int lab, unsigned int exercise)
{
	cli();
	printk(LOG_EMERG, "%s: exercise %u.%u is not written yet\n", function, lab, exercise);
	stop_unwritten(lab, exercise);
}

void not_in_this_lab(const char *function, unsigned int this_lab, unsigned int lab,
                     unsigned int exercise)
{
	cli();
	printk(LOG_EMERG, "%s: lab %u ends here; exercise %u.%u writes this function\n", function,
	       this_lab, lab, exercise);
	stop_unwritten(lab, exercise);
}

void panic_init(void)
{
	trap_fatal_hook = fatal_trap;
}
