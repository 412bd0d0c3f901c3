// panic.c: stop the machine, leaving behind as much as possible of what is needed to find out why.
#include "debug/panic.h"

#include <stdio.h>

#include "cpu/trap.h"
#include "cpu/x86.h"
#include "debug/backtrace.h"
#include "debug/ktest.h"
#include "debug/monitor.h"
#include "debug/boot_options.h"
#include "debug/printk.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"

void (*panic_end_hook)(void);

// How many panics have begun. A panic may itself run into what is broken: the second one still tells
// where, the third only ends the machine, and should that fail, the fourth halts.
static int panic_depth;

bool panic_started(void)
{
	return panic_depth > 0;
}

static void print_registers(const struct trapframe *frame)
{
	// Within the kernel the processor pushes no stack pointer: it is where the frame ends. Only
	// a double fault comes through a task switch, which saves it.
	bool has_esp = trap_victim_is_user(frame) || frame->trapno == TRAP_DOUBLE_FAULT;
	uint32_t esp = has_esp ? frame->esp : (uint32_t)(uintptr_t)&frame->esp;

	printk(LOG_EMERG, "  eax %08x  ebx %08x  ecx %08x  edx %08x\n", frame->eax, frame->ebx,
	       frame->ecx, frame->edx);
	printk(LOG_EMERG, "  esi %08x  edi %08x  ebp %08x  esp %08x\n", frame->esi, frame->edi,
	       frame->ebp, esp);
	printk(LOG_EMERG, "  eip %08x  eflags %08x  cs %04x  cr2 %08x  cr3 %08x\n", frame->eip,
	       frame->eflags, frame->cs & 0xFFFF, read_cr2(), read_cr3());
}

// Where a bad pointer was called there is no function that could have made a frame: only the return
// address is on the stack.
static void print_caller_of_nothing(const struct trapframe *frame)
{
	uintptr_t caller;

	if (is_kernel_text(frame->eip) || trap_victim_is_user(frame))
		return;
	if (probe_read(&caller, (uintptr_t)&frame->esp, sizeof(caller)) && is_kernel_text(caller))
		backtrace_print_place(caller, true);
}

// Everything a panic does. `frame` may be NULL; the callers are searched from frame pointer `ebp` on.
static void __noreturn __printf(3, 0)
	panic_stop(const struct trapframe *frame, uintptr_t ebp, const char *format, va_list args)
{
	char message[PRINTK_MAX - 16];

	cli();
	if (panic_depth == 0)
		ktest_catch_panic();
	panic_depth++;

	if (panic_depth <= 2) {
		vsnprintf(message, sizeof(message), format, args);
		printk(LOG_EMERG, "panic: %s\n", message);
		if (frame) {
			print_registers(frame);
			backtrace_print_place(frame->eip, false);
			print_caller_of_nothing(frame);
		}
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
	va_list args;

	va_start(args, format);
	panic_stop(NULL, (uintptr_t)__builtin_frame_address(0), format, args);
}

void panic_frame(const struct trapframe *frame, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	// A program's EBP may be any number: the callers that it would name are no evidence.
	panic_stop(frame, trap_victim_is_user(frame) ? 0 : frame->ebp, format, args);
}

static void fatal_trap(const struct trapframe *frame, const char *what)
{
	if (frame->trapno == TRAP_PAGE_FAULT)
		panic_frame(frame, "%s in the kernel: %s %#x, which is %s", what,
		            frame->err & PF_WRITE ? "a write to" : "a read of", read_cr2(),
		            frame->err & PF_PRESENT ? "not allowed" : "not mapped");
	panic_frame(frame, "%s in the kernel, error code %#x", what, frame->err);
}

void panic_init(void)
{
	trap_fatal_hook = fatal_trap;
}
