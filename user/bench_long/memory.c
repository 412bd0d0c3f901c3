// memory.c: mappings: moving, protecting and unmapping them.
#include "bench_long.h"

#define MIB (1u << 20)
#define TABLE_SPAN (4u << 20) // what one page table maps

// Move [*from, *from + bytes) to *to and exchange the two addresses.
static void move_memory(char **from, char **to, size_t bytes)
{
	char *moved = mremap(*from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, *to);

	if (moved != *to)
		fail("mremap");
	*to = *from;
	*from = moved;
}

// Move memory to and fro between two places, of which the first is written to.
static uint64_t move_between(unsigned int n, char *from, char *to, size_t bytes)
{
	uint64_t start;

	touch_memory(from, bytes);
	start = ticks();
	for (; n > 0; n--)
		move_memory(&from, &to, bytes);
	return ticks() - start;
}

// Both places begin a page after a border of 4 MiB, or after an equal distance from one.
uint64_t mremap_move(unsigned int n, unsigned int mib)
{
	size_t bytes = (size_t)mib * MIB, all = 2 * bytes + PAGE;
	char *memory = map_memory(all);
	uint64_t cost = move_between(n, memory + PAGE, memory + PAGE + bytes, bytes);

	unmap_memory(memory, all);
	return cost;
}

uint64_t mremap_tables(unsigned int n, unsigned int mib)
{
	size_t bytes = (size_t)mib * MIB, all = 2 * bytes + TABLE_SPAN;
	char *memory = map_memory(all);
	char *from = (char *)(((uintptr_t)memory + TABLE_SPAN - 1) & ~(uintptr_t)(TABLE_SPAN - 1));
	uint64_t cost = move_between(n, from, from + bytes, bytes);

	unmap_memory(memory, all);
	return cost;
}

uint64_t mprotect_page(unsigned int n, unsigned int mib)
{
	size_t bytes = (size_t)n * PAGE;
	char *memory = map_memory(bytes);
	uint64_t start;

	(void)mib;
	touch_memory(memory, bytes);
	start = ticks();
	if (mprotect(memory, bytes, PROT_READ) < 0)
		fail("mprotect");
	start = ticks() - start;
	unmap_memory(memory, bytes);
	return start;
}

uint64_t munmap_page(unsigned int n, unsigned int mib)
{
	size_t bytes = (size_t)n * PAGE;
	char *memory = map_memory(bytes);
	uint64_t start;

	(void)mib;
	touch_memory(memory, bytes);
	start = ticks();
	unmap_memory(memory, bytes);
	return ticks() - start;
}

// Write to one page of each table of `n` that a child shares: each write copies a table, and a page.
uint64_t unshare_table(unsigned int n, unsigned int unused)
{
	size_t bytes = (size_t)n * TABLE_SPAN, all = bytes + TABLE_SPAN;
	char *memory = map_memory(all);
	char *first = (char *)(((uintptr_t)memory + TABLE_SPAN - 1) & ~(uintptr_t)(TABLE_SPAN - 1));
	uint64_t start;
	int fds[2];
	pid_t pid;
	char byte;

	(void)unused;
	touch_memory(first, bytes);
	if (pipe(fds) < 0)
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) != 0); // waits until the parent is done
	}
	close(fds[0]);
	start = ticks();
	for (unsigned int i = 0; i < n; i++)
		*(volatile char *)(first + (size_t)i * TABLE_SPAN) = 1;
	start = ticks() - start;
	close(fds[1]);
	wait_for_child(pid);
	unmap_memory(memory, all);
	return start;
}
