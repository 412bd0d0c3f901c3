// test_ktest.c: the parts of the test runner and of the monitor that can be tested alone.
#include "debug/ktest.h"
#include "debug/monitor.h"
#include "debug/symbols.h"

KTEST(ktest_chooses_by_glob)
{
	EXPECT(ktest_selected(NULL, "abc"));
	EXPECT(ktest_selected("abc", "abc"));
	EXPECT(!ktest_selected("ab", "abc"));
	EXPECT(!ktest_selected("abcd", "abc"));
	EXPECT(ktest_selected("*", "abc"));
	EXPECT(ktest_selected("a*", "abc"));
	EXPECT(ktest_selected("*c", "abc"));
	EXPECT(ktest_selected("*b*", "abc"));
	EXPECT(ktest_selected("a*b*c*", "abc"));
	EXPECT(!ktest_selected("*b", "abc"));
	EXPECT(ktest_selected("a?c", "abc"));
	EXPECT(!ktest_selected("abc?", "abc"));
	EXPECT(ktest_selected("x,abc,y", "abc"));
	EXPECT(ktest_selected("x,*c other=abc", "abc"));
	EXPECT(!ktest_selected("x other=y,abc", "abc"));
	EXPECT(!ktest_selected("", "abc"));
}

static int depth;

static int __attribute__((noinline)) recurse(int levels)
{
	depth++;
	if (levels > 0)
		return recurse(levels - 1) + 1;
	assert(depth == 0);
	return 0;
}

KTEST(ktest_catches_panics)
{
	volatile int before = 1;

	for (int i = 0; i < 3; i++) {
		depth = 0;
		EXPECT_PANIC(recurse(i));
		EXPECT_EQ(depth, i + 1);
		before++;
	}
	EXPECT_EQ(before, 4);
	EXPECT_PANIC(assert(before == 3));
}

KTEST(monitor_splits_lines)
{
	char empty[] = "  ", three[] = " x  0x10\t-1 ", many[] = "x 1 2 3 4 5 6 7 8 9 10";
	char *argv[MONITOR_ARGS + 1];

	EXPECT_EQ(monitor_split(empty, argv), 0);
	EXPECT(argv[0] == NULL);
	EXPECT_EQ(monitor_split(three, argv), 3);
	EXPECT(strcmp(argv[0], "x") == 0);
	EXPECT(strcmp(argv[1], "0x10") == 0);
	EXPECT(strcmp(argv[2], "-1") == 0);
	EXPECT(argv[3] == NULL);
	EXPECT_EQ(monitor_split(many, argv), MONITOR_ARGS);
	EXPECT(strcmp(argv[MONITOR_ARGS - 1], "7") == 0);
	EXPECT(argv[MONITOR_ARGS] == NULL);
}

KTEST(monitor_reads_numbers)
{
	uintptr_t value;

	EXPECT(monitor_number("12", &value));
	EXPECT_EQ(value, 12);
	EXPECT(monitor_number("0xC0100000", &value));
	EXPECT_EQ(value, 0xC0100000);
	EXPECT(monitor_number("ktest_run", &value));
	EXPECT_EQ(value, ktest_run);
	EXPECT(!monitor_number("0x", &value));
	EXPECT(!monitor_number("", &value));
	EXPECT(!monitor_number("12z", &value));
}
