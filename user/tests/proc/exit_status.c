// What a parent learns of an exit status: its low eight bits.

#include "test.h"

static int value;

static void end_by_exit_group(void)
{
	syscall(SYS_exit_group, value);
}

static void end_by_exit(void)
{
	syscall(SYS_exit, value);
}

static void end_by_library(void)
{
	exit(value);
}

int main(void)
{
	static const int values[] = { 0, 1, 7, 127, 255, 256, 257, -1, 0x12345678 };
	size_t i;

	for (i = 0; i < COUNT(values); i++) {
		value = values[i];
		say("%d:\n", value);
		say("  exit_group 0x%x\n", (unsigned int)run_child(end_by_exit_group));
		say("  exit 0x%x\n", (unsigned int)run_child(end_by_exit));
		say("  the library's 0x%x\n", (unsigned int)run_child(end_by_library));
	}
	return 42;
}
