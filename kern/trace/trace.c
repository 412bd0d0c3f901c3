// trace.c: performing a list of operations, one after the other. Nothing here allocates memory or
// uses a structure of the layers above.
#include "trace/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "cpu/trap.h"
#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "debug/panic.h"
#include "debug/printk.h"
#include "debug/safe_read.h"
#include "dev/exitport.h"
#include "dev/transcript.h"

#define LIST_MAX (16u << 10)
#define VALUES_MAX 8 // in a line of a report: a line of the transcript has at most 100 bytes
#define MEMORY_MAX 64

// How control comes back from an operation that did not return.
enum leave { RETURNED, PANICKED, FAULTED };

extern const struct trace_op trace_ops_start[], trace_ops_end[];
extern const char tests_start[], kernel_end[];

static char list[LIST_MAX];
static const char *next_line; // NULL: no list is being performed
static unsigned int number;   // of the operation
static uint32_t values[VALUES_MAX];
static size_t value_count;

static struct {
	physaddr_t start, end;
} memory[MEMORY_MAX];
static size_t memory_count;

// Where a panic or an exception of the running operation goes: five words for __builtin_setjmp.
// Volatile: it changes between the two returns of __builtin_setjmp.
static void *op_frame[5], *access_frame[5];
static volatile enum leave left_by;
static bool in_op, in_access;
static struct trapframe fault; // the last exception
static uint32_t fault_cr2;
static uintptr_t panic_caller;
static char panic_text[76]; // a line of the transcript has at most 100 bytes

static void (*fatal_before)(const struct trapframe *frame, const char *what);

void trace_memory_add(physaddr_t start, physaddr_t end)
{
	if (memory_count < MEMORY_MAX) {
		memory[memory_count].start = start;
		memory[memory_count++].end = end;
	}
}

bool trace_may_write(physaddr_t pa, size_t n)
{
	if (n > LINEAR_SIZE || pa > LINEAR_SIZE - n)
		return false;
	if (pa < virt_to_phys(kernel_end) && pa + n > virt_to_phys(tests_start))
		return false;
	for (size_t i = 0; i < memory_count; i++)
		if (pa >= memory[i].start && pa + n <= memory[i].end)
			return true;
	return false;
}

// Send the values that have been collected as one line.
static void report(const char *keyword)
{
	char text[VALUES_MAX * 9 + 1] = "";
	size_t n = 0;

	for (size_t i = 0; i < value_count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %x", values[i]);
	control_line("%s %u%s", keyword, number, text);
	value_count = 0;
}

void trace_value(uint32_t value)
{
	if (value_count == VALUES_MAX)
		trace_more();
	values[value_count++] = value;
}

void trace_more(void)
{
	report("also");
}

// trap_fatal_hook while an operation runs. A double fault has lost its stack: nothing can be
// continued, and the machine ends as it would without a trace.
static void catch_fault(const struct trapframe *frame, const char *what)
{
	fault = *frame;
	fault_cr2 = read_cr2();
	if (frame->trapno != TRAP_DOUBLE_FAULT && in_access) {
		in_access = false;
		__builtin_longjmp(access_frame, 1);
	}
	if (frame->trapno != TRAP_DOUBLE_FAULT && in_op) {
		in_op = false;
		left_by = FAULTED;
		__builtin_longjmp(op_frame, 1);
	}
	fatal_before(frame, what);
}

// panic_catch_hook while an operation runs.
static void catch_panic(const char *message, uintptr_t ebp)
{
	if (!in_op)
		return;
	in_op = false;
	left_by = PANICKED;
	panic_caller = 0;
	probe_read(&panic_caller, ebp + sizeof(uintptr_t), sizeof(panic_caller));
	snprintf(panic_text, sizeof(panic_text), "%s", message);
	for (char *c = panic_text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = ' ';
	__builtin_longjmp(op_frame, 1);
}

// Perform `op`, and return how it was left.
static __noinline enum leave perform(const struct trace_op *op, const uint32_t *args)
{
	left_by = RETURNED;
	in_op = true;
	if (__builtin_setjmp(op_frame) == 0)
		op->run(args);
	in_op = in_access = false;
	return left_by;
}

// Returns the operation that `line` names, or NULL.
static const struct trace_op *find_op(const char *line, size_t len)
{
	const struct trace_op *op;

	for (op = trace_ops_start; op < trace_ops_end; op++)
		if (strlen(op->name) == len && memcmp(op->name, line, len) == 0)
			return op;
	return NULL;
}

static bool line_is(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 && line[len] <= ' ';
}

static void __noreturn end_trace(void)
{
	machine_end_hook = NULL; // it looks at the free list, which may be broken
	machine_end(EXIT_NORMAL);
}

// Perform the operation of `line`, and report it. Ends the machine if nothing can follow.
static void perform_line(const char *line)
{
	size_t len = strcspn(line, " \n");
	const struct trace_op *op = find_op(line, len);
	uint32_t args[TRACE_ARGS] = { 0 };
	char *at = (char *)line + len;

	control_line("%s %u", op ? "op" : "unknown", number);
	if (!op)
		end_trace();
	for (size_t i = 0; i < TRACE_ARGS && *at == ' '; i++)
		args[i] = (uint32_t)strtoul(at, &at, 16);
	value_count = 0;
	switch (perform(op, args)) {
	case RETURNED:
		report("did");
		break;
	case PANICKED:
		control_line("panicked %u %x %s", number, panic_caller, panic_text);
		if (!line_is(next_line, "release_locks"))
			end_trace();
		break;
	case FAULTED:
		control_line("faulted %u %x %x %x %x", number, fault.trapno, fault.err, fault_cr2,
		             fault.eip);
		end_trace();
	}
	number++;
}

// Step over the line at next_line, and return it.
static const char *take_line(void)
{
	const char *line = next_line;

	next_line += strcspn(next_line, "\n");
	if (*next_line)
		next_line++;
	return line;
}

// The list must lie in the linear map, as every module does.
void trace_init(physaddr_t start, physaddr_t end)
{
	if (!option_given("trace"))
		return;
	if (start >= end || end - start >= LIST_MAX) {
		control_line("unknown 0");
		end_trace();
	}
	memcpy(list, phys_to_virt(start), end - start);
	next_line = list;
	fatal_before = trap_fatal_hook;
}

void trace_run(const char *step)
{
	if (!next_line || next_line[0] != '@' || !line_is(next_line + 1, step))
		return;
	trap_fatal_hook = catch_fault;
	panic_catch_hook = catch_panic;
	take_line();
	while (*next_line && *next_line != '@')
		perform_line(take_line());
	trap_fatal_hook = fatal_before;
	panic_catch_hook = NULL;
	if (!*next_line)
		end_trace();
	if (line_is(next_line, "@" TRACE_PROGRAM))
		next_line = NULL;
}

// Let the kernel access user pages, if SMAP forbids it. An exception turns that off again.
static inline void smap_off(void)
{
	if (read_cr4() & CR4_SMAP)
		__asm__ volatile("stac" ::: "memory");
}

static inline void smap_on(void)
{
	if (read_cr4() & CR4_SMAP)
		__asm__ volatile("clac" ::: "memory");
}

// The access itself, in a function of its own: the compiler knows that a call may end in
// __builtin_longjmp, and does not know it of a read or a write.
static __noinline void touch(volatile uint32_t *word, bool write, volatile uint32_t *value)
{
	smap_off();
	if (write)
		*word = *value;
	else
		*value = *word;
	smap_on();
}

// Call call(arg) where an exception can be caught. Returns true if it has caused none.
static __noinline bool caught_none(void (*call)(void *arg), void *arg)
{
	volatile bool returned = false;

	in_access = true;
	if (__builtin_setjmp(access_frame) == 0) {
		call(arg);
		returned = true;
	}
	in_access = false;
	return returned;
}

struct trace_access trace_catch(void (*call)(void *arg), void *arg)
{
	struct trace_access result = { .faulted = !caught_none(call, arg) };

	if (result.faulted) {
		result.value = fault.eip;
		result.vector = fault.trapno;
		result.code = fault.err;
		result.addr = fault_cr2;
	}
	return result;
}

// What `access` passes to `access_word`.
struct word_access {
	volatile uint32_t *word;
	bool write;
	volatile uint32_t value;
};

static void access_word(void *arg)
{
	struct word_access *word = arg;

	touch(word->word, word->write, &word->value);
}

// Both accesses: a write of `value` if `write`.
static struct trace_access access(uintptr_t va, bool write, uint32_t value)
{
	struct word_access word = { (volatile uint32_t *)va, write, value };
	struct trace_access result = trace_catch(access_word, &word);

	if (result.faulted)
		smap_on();
	else
		result.value = word.value;
	return result;
}

struct trace_access trace_read(uintptr_t va)
{
	return access(va, false, 0);
}

struct trace_access trace_write(uintptr_t va, uint32_t value)
{
	return access(va, true, value);
}
