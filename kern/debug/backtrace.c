// backtrace.c: walking frame pointers. Every function begins with push %ebp; mov %esp, %ebp. So
// EBP points to the caller's EBP, and the return address lies directly above it.
#include "debug/backtrace.h"

#include <stdio.h>

#include "debug/lines.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"

#define MAX_PLACES 32    // lines of a backtrace
#define MAX_DEPTH 2000   // frames, so that a damaged chain ends
#define LONGEST_CYCLE 4u // functions that call each other in turn

// A position in the chain of frames.
struct walk {
	uintptr_t ebp;     // the next frame
	uintptr_t returns; // the return address in the last frame
};

// Go to the next frame. Returns false at the chain's end. Frame pointers must rise from callee to
// caller: the stack grows down. A damaged chain could otherwise go round for ever.
static bool walk_on(struct walk *walk)
{
	struct {
		uintptr_t ebp, eip;
	} frame;

	if (!walk->ebp || walk->ebp % sizeof(uintptr_t) != 0 ||
	    !probe_read(&frame, walk->ebp, sizeof(frame)) || !is_kernel_text(frame.eip))
		return false;
	walk->returns = frame.eip;
	walk->ebp = frame.ebp > walk->ebp ? frame.ebp : 0;
	return true;
}

size_t backtrace_collect(uintptr_t ebp, uintptr_t *returns, size_t max)
{
	struct walk walk = { .ebp = ebp };
	size_t n = 0;

	while (n < max && walk_on(&walk))
		returns[n++] = walk.returns;
	return n;
}

size_t backtrace_repeats(uintptr_t ebp, size_t length)
{
	struct walk behind = { .ebp = ebp }, ahead = { .ebp = ebp };
	size_t equal = 0;

	for (size_t i = 0; i < length; i++)
		if (!walk_on(&ahead))
			return 1;
	while (equal < MAX_DEPTH && walk_on(&ahead) && walk_on(&behind) &&
	       ahead.returns == behind.returns)
		equal++;
	return 1 + equal / length;
}

// Print a code address with its name and line, and how often it is repeated if that is more than
// once.
static void print_place(uintptr_t address, bool is_return, size_t times)
{
	char name[80], place[80] = "", repeated[24] = "";
	uint32_t line;
	const char *file = line_find(is_return ? address - 1 : address, &line);

	symbol_format(name, sizeof(name), address, is_return);
	if (file)
		snprintf(place, sizeof(place), " %s:%u", file, line);
	if (times > 1)
		snprintf(repeated, sizeof(repeated), ", %zu times", times);
	printk(LOG_EMERG, "  [%08x] %s%s%s\n", (uint32_t)address, name, place, repeated);
}

void backtrace_print_place(uintptr_t address, bool is_return)
{
	print_place(address, is_return, 1);
}

// A recursion makes the first frames of the rest repeat: once, or as a cycle of several functions.
void backtrace_print(uintptr_t ebp)
{
	struct walk walk = { .ebp = ebp };

	for (size_t places = 0; places < MAX_PLACES;) {
		size_t length, times = 1;

		for (length = 1; length <= LONGEST_CYCLE && times < 3; length++)
			times = backtrace_repeats(walk.ebp, length);
		length = times < 3 ? 1 : length - 1;
		times = times < 3 ? 1 : times;
		for (size_t i = 0; i < length; i++, places++) {
			if (!walk_on(&walk))
				return;
			print_place(walk.returns, true, times);
		}
		for (size_t i = 0; i < (times - 1) * length; i++)
			walk_on(&walk);
	}
}
