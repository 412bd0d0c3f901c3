// monitor_mem.c: the monitor's command about physical memory.
#include "debug/monitor.h"
#include "mem/page.h"

#define COLUMNS 64
#define CELLS (16u * COLUMNS) // most characters of the map

// How a page of each kind is shown: a letter, its colours as parameters of a terminal's SGR
// sequence, and its name.
static const struct {
	char letter;
	const char *colour, *name;
} looks[PAGE_KINDS] = {
	[PAGE_FREE] = { '.', "90", "free" },
	[PAGE_RESERVED] = { 'R', "30;47", "reserved" },
	[PAGE_TABLE] = { 'T', "97;45", "page tables" },
	[PAGE_DIRECTORY] = { 'D', "30;45", "page directories" },
	[PAGE_HEAP] = { 'H', "97;41", "kernel's heap" },
	[PAGE_STACK] = { 'S', "30;41", "kernel stacks" },
	[PAGE_ANONYMOUS] = { 'a', "30;42", "programs" },
	[PAGE_OBJECT] = { 'F', "30;43", "files, shared memory" },
	[PAGE_LARGE] = { 'L', "30;46", "large pages" },
};

static void put(unsigned int kind)
{
	console_printf("\033[%sm%c\033[0m", looks[kind].colour, looks[kind].letter);
}

// Returns the most frequent kind among pages [first, end), free pages left out; PAGE_FREE if all
// are free.
static unsigned int most_frequent(size_t first, size_t end)
{
	size_t counts[PAGE_KINDS] = { 0 };
	unsigned int best = PAGE_FREE;

	for (; first < MIN(end, page_total); first++)
		counts[pages[first].kind]++;
	counts[PAGE_FREE] = 0;
	for (unsigned int kind = 0; kind < PAGE_KINDS; kind++)
		if (counts[kind] > counts[best])
			best = kind;
	return best;
}

// Print a map of memory, one character for many pages so that it fits on a screen, and then how
// many pages there are of each kind.
static void show_memory(int argc, char **argv)
{
	size_t each = ROUND_UP(page_total, CELLS) / CELLS, counts[PAGE_KINDS] = {};

	(void)argc;
	(void)argv;
	console_printf("%zu pages, %zu a character\n", page_total, each);
	for (size_t i = 0; i * each < page_total; i++) {
		put(most_frequent(i * each, (i + 1) * each));
		if (i % COLUMNS == COLUMNS - 1 || (i + 1) * each >= page_total)
			console_printf("\n");
	}
	page_count_kinds(0, page_total, counts);
	for (unsigned int kind = 0; kind < PAGE_KINDS; kind++) {
		put(kind);
		console_printf(" %7zu %s\n", counts[kind], looks[kind].name);
	}
}
MONITOR_COMMAND(memory, "what each physical page is used for", show_memory);
