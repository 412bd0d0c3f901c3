// trace.h: traces: lists of operations that the grader wants the kernel to perform. The kernel
// reports what each operation returned and where memory is; it judges nothing. The grader has a
// model of its own, and decides.
//
// With the option `trace` the last module is such a list (text). A line is an operation's name and
// its arguments, hexadecimal numbers. A line `@STEP` says at which step of boot the operations after
// it are performed, so a list can test a step before those after it work:
//
//	@page
//	page_alloc 0
//	page_free 0
//
// The reports are lines of the transcript (dev/transcript.h). N counts the operations from 0:
//	op N                          operation N begins
//	did N VALUE...                it has returned; the values are hexadecimal, their meaning is the
//	                              operation's; `also N VALUE...` comes before if there are more
//	panicked N CALLER MESSAGE     it has called panic(); CALLER is the address after that call
//	faulted N VECTOR CODE CR2 EIP it has caused an exception
//	unknown N                     there is no such operation; the list ends
// After the last operation, and after an exception, the machine ends. It ends after a panic too, but
// for one: if the next operation is `release_locks`, the grader expects the panic.
//
// Structures may be broken while a trace runs. So the list is copied to static memory, output needs
// no heap, each operation is announced before it is performed, and no operation writes to an address
// that it was given before it has checked that address (trace_may_write).
#pragma once

#include "kern.h"
#include "layout.h"

#define TRACE_ARGS 6

struct trace_op {
	const char *name;
	void (*run)(const uint32_t *args); // args[TRACE_ARGS]; those that are not given are 0
};

// Define an operation. The linker collects all operations in one section (boot/kernel.ld).
#define TRACE_OP(id)                                                                           \
	static void op_##id(const uint32_t *args);                                             \
	static const struct trace_op trace_op_##id __section(".trace_ops") = { #id, op_##id }; \
	static void op_##id(const uint32_t *args __attribute__((unused)))

// The steps of boot at which operations can be performed.
#define TRACE_START "start"           // before boot_alloc_init
#define TRACE_BOOT_ALLOC "boot_alloc" // after boot_alloc_init, before page_init
#define TRACE_PAGE "page"             // after page_init, before pgdir_init
#define TRACE_PGDIR "pgdir"           // after pgdir_init
#define TRACE_THREAD "thread"         // after thread_init
#define TRACE_VM "vm"                 // after vm_init
#define TRACE_PROGRAM "program"       // never: the rest of the list is done, and boot goes on

// Copy the list in [start, end) of physical memory, which lies in the linear map, if the option
// `trace` is given. Later calls of trace_run perform it; without the option they do nothing. Ends
// the machine, with the report `unknown 0`, if the list is empty or has 16 KiB or more. The text is
// not checked: an unknown operation ends the machine when it comes. Once, at boot.
void trace_init(physaddr_t start, physaddr_t end);

// Perform the operations of step `step` (TRACE_), up to the next line `@STEP`, if the next line of
// the list is `@` and that step; else do nothing. A list must name steps in the order of boot: at
// one that has passed it stays. Does not return after the last operation of the list, or after one
// that ends the machine (top of this file). After a next line `@program` all later calls do
// nothing.
void trace_run(const char *step);

// Add a value to the report of the running operation (`did`). A line has room for eight: if eight
// are collected already, they are sent first, as a line `also` (trace_more). Called only from
// within an operation.
void trace_value(uint32_t value);

// Send the values so far as a line of the report (`also`), even if there are none, and begin
// another line. Only from within an operation.
void trace_more(void);

// Returns true if operations may write to [pa, pa + n), any numbers: no part of it belongs to the
// image of the kernel or its tests, and all of it lies in one range of trace_memory_add. False if
// it reaches beyond LINEAR_SIZE. n = 0: true only if `pa` itself lies in such a range, or at its
// end.
bool trace_may_write(physaddr_t pa, size_t n);

// Let operations write to [start, end) of physical memory, except for the kernel's image. Ranges
// are not joined: trace_may_write wants all bytes in one. Ranges after the 64th are ignored. At
// boot.
void trace_memory_add(physaddr_t start, physaddr_t end);

// The result of an access that may fault.
struct trace_access {
	bool faulted;
	uint32_t value;              // what was read, if it has not faulted
	uint32_t vector, code, addr; // of the exception: vector, error code, CR2
};

// Read the word at `va`, which may be any address. SMAP does not stop the access. Returns what came
// of it: `value` is the word, or `faulted` is set, and the exception described, as trace_catch
// does. Only from within an operation: elsewhere an exception is not caught.
struct trace_access trace_read(uintptr_t va);

// Write `value` to the word at `va`, which may be any address; trace_may_write has been asked
// before if the address was given from outside. SMAP does not stop the access. Returns what came of
// it: `value` is the value written, or `faulted` is set, and the exception described, as
// trace_catch does. Only from within an operation.
struct trace_access trace_write(uintptr_t va, uint32_t value);

// Call call(arg), which may cause an exception that nobody handles, or report one (trap_fatal):
// then `faulted` is set, `value` is the address of the instruction, and the exception is described.
// Else all fields are 0. What `call` had taken, locks too, stays taken after an exception. A panic
// or a double fault is not caught here. `call` must not call trace_catch, trace_read or
// trace_write. Only from within an operation.
struct trace_access trace_catch(void (*call)(void *arg), void *arg);
