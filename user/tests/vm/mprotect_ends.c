// mprotect changes each page of its range and no other: at the ends of page tables, and of one page.

#include "../area.h"

#define TABLE (4u << 20) // one page table's addresses
#define SIZE (3 * TABLE)

static char *area;

// Which pages can be written, as runs.
static void show_writable(const char *what)
{
	size_t start = 0;
	bool before = false;

	say("%s:", what);
	for (size_t page = 0; page <= SIZE / PAGE; page++) {
		bool now = page < SIZE / PAGE && writes(area + page * PAGE);

		if (now && !before)
			start = page;
		if (before && !now)
			say(" %u-%u", (unsigned int)start, (unsigned int)(page - 1));
		before = now;
	}
	say("\n");
}

static void protect(size_t first, size_t count, int protection)
{
	if (mprotect(area + first * PAGE, count * PAGE, protection))
		say("mprotect: %s\n", error_name(errno));
}

int main(void)
{
	size_t table = TABLE / PAGE;

	area = mmap((char *)0x40000000, SIZE, PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (size_t page = 0; page < SIZE / PAGE; page++)
		area[page * PAGE] = 1;
	protect(0, SIZE / PAGE, PROT_READ);
	show_writable("all read-only");
	protect(0, SIZE / PAGE, PROT_READ | PROT_WRITE);
	show_writable("all writable");
	protect(5, 1, PROT_READ);
	show_writable("without page 5");
	protect(table - 1, 1, PROT_READ);
	show_writable("without the last of a table");
	protect(2 * table, 1, PROT_READ);
	show_writable("without the first of a table");
	protect(table - 2, 4, PROT_READ);
	show_writable("without four across a border");
	protect(5, table, PROT_READ | PROT_WRITE);
	show_writable("with a table's worth from page 5");
	return 0;
}
