// test_backtrace.c: names of addresses, and chains of frames, whole and broken.
#include "debug/backtrace.h"
#include "debug/ktest.h"
#include "debug/lines.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"

KTEST(symbols_are_found_by_address)
{
	static const struct ksym syms[] = { { 100, "a" }, { 200, "b" }, { 201, "c" }, { 300, "d" } };

	EXPECT(symbol_find(syms, 4, 0) == NULL);
	EXPECT(symbol_find(syms, 4, 99) == NULL);
	EXPECT(symbol_find(syms, 4, 100) == &syms[0]);
	EXPECT(symbol_find(syms, 4, 199) == &syms[0]);
	EXPECT(symbol_find(syms, 4, 200) == &syms[1]);
	EXPECT(symbol_find(syms, 4, 201) == &syms[2]);
	EXPECT(symbol_find(syms, 4, 0xFFFFFFFF) == &syms[3]);
	EXPECT(symbol_find(syms, 0, 100) == NULL);
}

KTEST(symbols_name_the_kernels_functions)
{
	uintptr_t addr = (uintptr_t)ktest_run;
	char name[40];

	EXPECT(nksyms > 0);
	for (uint32_t i = 1; i < nksyms; i++)
		EXPECT(ksyms[i - 1].addr < ksyms[i].addr);
	EXPECT_EQ(symbol_address("ktest_run"), addr);
	EXPECT_EQ(symbol_address("no such function"), 0);
	symbol_format(name, sizeof(name), addr + 3, false);
	EXPECT(strcmp(name, "ktest_run+0x3") == 0);
	symbol_format(name, sizeof(name), 0x1000, false);
	EXPECT(strcmp(name, "?") == 0);

	// A return address directly after a function belongs to that function.
	symbol_format(name, sizeof(name), addr, true);
	EXPECT(strncmp(name, "ktest_run+", 10) != 0);
}

// Returns true if a return address in `returns` lies in function `name`.
static bool passes_through(const uintptr_t *returns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		const struct ksym *sym = symbol_find(ksyms, nksyms, returns[i] - 1);

		if (sym && strcmp(sym->name, name) == 0)
			return true;
	}
	return false;
}

KTEST(backtrace_finds_the_callers)
{
	uintptr_t returns[32];
	size_t n = backtrace_collect((uintptr_t)__builtin_frame_address(0), returns, 32);

	EXPECT(passes_through(returns, n, "ktest_run"));
	EXPECT_EQ(backtrace_collect((uintptr_t)__builtin_frame_address(0), returns, 1), 1);
}

KTEST(backtrace_survives_broken_frames)
{
	uintptr_t code = (uintptr_t)ktest_run + 5, returns[8];
	uintptr_t stack[4] = { 0 };

	EXPECT_EQ(backtrace_collect(0, returns, 8), 0);
	EXPECT_EQ(backtrace_collect(0xFFFFFFFC, returns, 8), 0);
	EXPECT_EQ(backtrace_collect((uintptr_t)stack + 1, returns, 8), 0);

	stack[1] = 0x1234; // the return address is not code
	stack[0] = (uintptr_t)&stack[2];
	EXPECT_EQ(backtrace_collect((uintptr_t)stack, returns, 8), 0);

	stack[1] = code; // the chain leads back to itself
	stack[0] = (uintptr_t)stack;
	EXPECT_EQ(backtrace_collect((uintptr_t)stack, returns, 8), 1);

	stack[0] = (uintptr_t)&stack[2]; // the second frame leads to memory that is not mapped
	stack[2] = 0xFFFFF000;
	stack[3] = code;
	EXPECT_EQ(backtrace_collect((uintptr_t)stack, returns, 8), 2);
}

KTEST(probe_reads_only_what_is_mapped)
{
	static const uint32_t there = 0x12345678;
	uint32_t copy = 0;

	EXPECT(probe_read(&copy, (uintptr_t)&there, sizeof(copy)));
	EXPECT_EQ(copy, there);
	EXPECT(!probe_read(&copy, 0, sizeof(copy)));
	EXPECT(!probe_read(&copy, 0xFFFFF000, sizeof(copy)));
	EXPECT(probe_read(&copy, 0, 0));
}

KTEST(backtrace_counts_repeats)
{
	uintptr_t a = (uintptr_t)ktest_run + 5, b = a + 1, c = a + 2, stack[2 * 8];
	const uintptr_t returns[8] = { a, a, a, b, c, b, c, a };

	for (size_t i = 0; i < ARRAY_SIZE(returns); i++) {
		stack[2 * i] = i + 1 < ARRAY_SIZE(returns) ? (uintptr_t)&stack[2 * i + 2] : 0;
		stack[2 * i + 1] = returns[i];
	}
	EXPECT_EQ(backtrace_repeats((uintptr_t)stack, 1), 3);
	EXPECT_EQ(backtrace_repeats((uintptr_t)stack, 2), 1);
	EXPECT_EQ(backtrace_repeats((uintptr_t)&stack[6], 1), 1);
	EXPECT_EQ(backtrace_repeats((uintptr_t)&stack[6], 2), 2);
	EXPECT_EQ(backtrace_repeats((uintptr_t)&stack[14], 1), 1);
	EXPECT_EQ(backtrace_repeats(0, 1), 1);
}

KTEST(lines_of_the_kernels_code)
{
	uint32_t line = 0, here = __LINE__;
	const char *file;

	file = line_find((uintptr_t)ktest_run, &line);
	EXPECT(file && strcmp(file, "kern/debug/ktest.c") == 0);
	EXPECT(line > 50 && line < 120);
	file = line_find((uintptr_t)lines_of_the_kernels_code, &line);
	EXPECT(file && strcmp(file, "kern/debug/test/test_backtrace.c") == 0);
	EXPECT(line >= here - 3 && line <= here);
	EXPECT(!line_find(0, &line));
}
