// draw.c: a frame on a screen of 80 columns and 25 lines: physical memory to the left, to the right
// the meaning of the colours and each process's address space.
#include "memshow.h"

#include <stdio.h>

#define COLUMNS 40
#define ROWS 22

// How a use looks: a letter, and SGR parameters (ECMA-48, 8.3.117).
struct look {
	char letter;
	const char *colour, *name;
};

static const struct look looks[USES] = {
	[USE_FREE] = { '.', "90", "free" },
	[USE_RESERVED] = { 'R', "30;47", "kernel and firmware" },
	[USE_KERNEL] = { 'K', "97;41", "kernel's heap, stacks" },
	[USE_TABLES] = { 'T', "97;45", "page tables" },
	[USE_FILES] = { 'F', "30;43", "files, shared memory" },
	[USE_SHARED] = { '+', "97;44", "of several processes" },
};

// Processes take these in turn, with a letter each.
static const char *const program_colours[] = { "30;42", "30;46", "97;42", "97;46" };

#define PROGRAM_COLOURS (sizeof(program_colours) / sizeof(*program_colours))

static struct look look_of(size_t use)
{
	if (use < USE_PROGRAM)
		return looks[use];
	use -= USE_PROGRAM;
	return (struct look){ (char)('a' + use), program_colours[use % PROGRAM_COLOURS], "" };
}

// Returns the use of most pages of [first, end); free only if all of them are free.
static size_t most_used(const struct memory *memory, size_t first, size_t end)
{
	size_t counts[USES] = { 0 }, best = USE_FREE;

	for (; first < end && first < memory->pages; first++)
		counts[memory->uses[first]]++;
	counts[USE_FREE] = 0;
	for (size_t use = 0; use < USES; use++)
		if (counts[use] > counts[best])
			best = use;
	return best;
}

static void put(size_t use, bool colour)
{
	struct look look = look_of(use);

	if (colour)
		printf("\033[0;%sm", look.colour);
	putchar(look.letter);
}

static void plain(bool colour)
{
	if (colour)
		fputs("\033[0m", stdout);
}

static void draw_row(const struct memory *memory, size_t row, size_t each, bool colour)
{
	size_t before = USES;

	for (size_t column = 0; column < COLUMNS; column++) {
		size_t first = (row * COLUMNS + column) * each, use;

		if (first >= memory->pages) {
			plain(colour);
			putchar(' ');
			before = USES;
			continue;
		}
		use = most_used(memory, first, first + each);
		put(use, colour && use != before); // the colour stays until another comes
		before = use;
	}
	plain(colour);
	fputs("  ", stdout);
}

// The right side: first the meaning of the letters, then two lines for each process.
static void draw_side(const struct memory *memory, size_t row, bool colour)
{
	const struct process *process;
	size_t place;

	if (row < USE_PROGRAM) {
		put(row, colour);
		plain(colour);
		printf(" %-22s %8zu", looks[row].name, memory->counts[row]);
		return;
	}
	place = (row - USE_PROGRAM - 1) / 2;
	if (row == USE_PROGRAM || place >= memory->process_count)
		return;
	process = &memory->processes[place];
	if ((row - USE_PROGRAM) % 2 == 0) {
		printf("  %s", process->strip);
		return;
	}
	put(USE_PROGRAM + place, colour);
	plain(colour);
	printf(" %-15s %5d %9zu", process->name, process->pid, memory->counts[USE_PROGRAM + place]);
}

void draw(const struct memory *memory, bool colour)
{
	size_t each = (memory->pages + ROWS * COLUMNS - 1) / (ROWS * COLUMNS);

	if (colour)
		fputs("\033[H", stdout);
	printf("%zu MiB, %zu page%s a character", memory->pages / 256, each, each == 1 ? "" : "s");
	fputs(colour ? "\033[K\n" : "\n", stdout);
	for (size_t row = 0; row < ROWS; row++) {
		draw_row(memory, row, each, colour);
		draw_side(memory, row, colour);
		fputs(colour ? "\033[K\n" : "\n", stdout);
	}
	fflush(stdout);
}
