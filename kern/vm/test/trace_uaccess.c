// trace_uaccess.c: the grader's operations on copies across the border. A copy's other side is a
// buffer of the kernel. The operations report digests of bytes, because a report has little room,
// and reach user memory by code of their own.
#include "vm/test/trace_vm.h"

#include "cpu/trap.h"
#include "trace/trace.h"
#include "vm/uaccess.h"

#define BUFFER (3 * PAGE_SIZE)

static uint8_t buffer[BUFFER];

// Returns the byte number `i` of a pattern; never 0, so that a pattern is no string's end.
static uint8_t pattern(uint32_t seed, size_t i)
{
	return (uint8_t)(((seed + (uint32_t)i) * 167 >> 3) | 1);
}

// Add bytes to a digest (FNV-1a).
static uint32_t digest(uint32_t sum, uint8_t byte)
{
	return (sum ^ byte) * 16777619u;
}

#define DIGEST_START 2166136261u

// Report a digest of [from, to) of the buffer.
static void report_bytes(size_t from, size_t to)
{
	uint32_t sum = DIGEST_START;

	for (size_t i = from; i < MIN(to, BUFFER); i++)
		sum = digest(sum, buffer[i]);
	trace_value(sum);
}

// Report a copy's result; then digests of the buffer before `at`, of the `done` bytes from there, of
// all after the `len` bytes from there, and of these `len` bytes.
static void report_copy(ssize_t result, size_t at, size_t done, size_t len)
{
	trace_value((uint32_t)result);
	report_bytes(0, at);
	report_bytes(at, at + done);
	report_bytes(len < BUFFER ? at + len : BUFFER, BUFFER);
	report_bytes(at, len < BUFFER ? at + len : BUFFER);
}

static const void __user *user_pointer(uint32_t va)
{
	return (__force const void __user *)va;
}

// Returns the address of a byte of user memory in the linear map, or NULL if no page is mapped.
static uint8_t *user_byte(const struct aspace *as, uintptr_t va)
{
	page_t *pp = as ? trace_mapped(as, va) : NULL;

	return pp ? (uint8_t *)page_to_virt(pp) + va % PAGE_SIZE : NULL;
}

// buffer SEED: fill the buffer with a pattern.
TRACE_OP(buffer)
{
	for (size_t i = 0; i < BUFFER; i++)
		buffer[i] = pattern(args[0], i);
}

// user_fill S VA LEN SEED: write a pattern to user memory, where a page of the space's own is mapped.
// Reports how many bytes it has written.
TRACE_OP(user_fill)
{
	size_t written = 0;

	for (size_t i = 0; i < args[2]; i++) {
		uint8_t *byte = user_byte(trace_space(args[0]), args[1] + i);

		if (!byte || virt_to_page(byte) == zero_page)
			continue;
		*byte = pattern(args[3], i);
		written++;
	}
	trace_value(written);
}

// user_nul S VA: write a byte of 0. Reports 0 if a page of the space's own is mapped there.
TRACE_OP(user_nul)
{
	uint8_t *byte = user_byte(trace_space(args[0]), args[1]);
	bool may = byte && virt_to_page(byte) != zero_page;

	if (may)
		*byte = 0;
	trace_value(!may);
}

// user_bytes S VA LEN: reports a digest of user memory, and how many bytes of it are mapped.
TRACE_OP(user_bytes)
{
	uint32_t sum = DIGEST_START;
	size_t mapped = 0;

	for (size_t i = 0; i < args[2]; i++) {
		const uint8_t *byte = user_byte(trace_space(args[0]), args[1] + i);

		if (!byte)
			continue;
		sum = digest(sum, *byte);
		mapped++;
	}
	trace_value(sum);
	trace_value(mapped);
}

// copyin S AT SRC LEN, copyin_slow, copyin_partial: into the buffer from AT on. Report as
// report_copy.
TRACE_OP(copyin)
{
	int error = copyin(trace_space(args[0]), buffer + args[1], user_pointer(args[2]), args[3]);

	report_copy(error, args[1], error ? 0 : args[3], args[3]);
}

TRACE_OP(copyin_slow)
{
	int error = copyin_slow(trace_space(args[0]), buffer + args[1], user_pointer(args[2]),
	                        args[3]);

	report_copy(error, args[1], error ? 0 : args[3], args[3]);
}

TRACE_OP(copyin_partial)
{
	size_t done = copyin_partial(trace_space(args[0]), buffer + args[1], user_pointer(args[2]),
	                             args[3]);

	report_copy((ssize_t)done, args[1], done, args[3]);
}

// copyout S AT DST LEN, copyout_slow, copyout_partial: from the buffer from AT on. Report the result.
TRACE_OP(copyout)
{
	trace_value((uint32_t)copyout(trace_space(args[0]), (void __user *)user_pointer(args[2]),
	                              buffer + args[1], args[3]));
}

TRACE_OP(copyout_slow)
{
	trace_value((uint32_t)copyout_slow(trace_space(args[0]),
	                                   (void __user *)user_pointer(args[2]), buffer + args[1],
	                                   args[3]));
}

TRACE_OP(copyout_partial)
{
	trace_value(copyout_partial(trace_space(args[0]), (void __user *)user_pointer(args[2]),
	                            buffer + args[1], args[3]));
}

// Report a string's copy, whose result is `len`.
static void report_string(ssize_t len, size_t at, size_t max)
{
	size_t done = len >= 0 ? (size_t)len + 1 : len == -ENAMETOOLONG ? max : 0;

	report_copy(len, at, done, max);
}

// copyinstr S AT SRC MAX, copyinstr_slow: into the buffer from AT on. Report as report_copy.
TRACE_OP(copyinstr)
{
	report_string(copyinstr(trace_space(args[0]), (char *)buffer + args[1],
	                        (const char __user *)user_pointer(args[2]), args[3]),
	              args[1], args[3]);
}

TRACE_OP(copyinstr_slow)
{
	report_string(copyinstr_slow(trace_space(args[0]), (char *)buffer + args[1],
	                             (const char __user *)user_pointer(args[2]), args[3]),
	              args[1], args[3]);
}

// user_mem_check S VA LEN PERM STORE: reports the error, and what was stored (if STORE is not 0).
TRACE_OP(user_mem_check)
{
	uintptr_t bad = NOT_STORED;

	trace_value((uint32_t)user_mem_check(trace_space(args[0]), user_pointer(args[1]), args[2],
	                                     (int)args[3], args[4] ? &bad : NULL));
	trace_value(bad);
}

struct exception_entry {
	uint32_t at, fixup, when;
};
extern const struct exception_entry ex_table_start[], ex_table_end[]; // boot/kernel.ld

// fixup_end: trap_fixup for an exception at the address that the word after the exception table
// happens to contain. Reports the result.
TRACE_OP(fixup_end)
{
	struct trapframe frame = { .trapno = TRAP_PAGE_FAULT,
		                   .eip = ex_table_end->at,
		                   .cs = KERNEL_CS };

	trace_value(trap_fixup(&frame));
}

// fixup INDEX BESIDE: trap_fixup for an exception at the instruction of an entry of the exception
// table, BESIDE bytes further. Reports that address; the fixup that the table has for it, 0 if none;
// the result; eip afterwards; and how many entries there are.
TRACE_OP(fixup)
{
	size_t count = (size_t)(ex_table_end - ex_table_start);
	uint32_t eip = ex_table_start[args[0] % count].at + args[1], fixup = 0;
	struct trapframe frame = { .trapno = TRAP_PAGE_FAULT, .eip = eip, .cs = KERNEL_CS };

	for (size_t i = 0; i < count; i++)
		if (ex_table_start[i].at == eip)
			fixup = ex_table_start[i].fixup;
	trace_value(eip);
	trace_value(fixup);
	trace_value(trap_fixup(&frame));
	trace_value(frame.eip);
	trace_value(count);
}
