// A page that was only read is read again after it was written by way of the kernel: what the processor
// remembers of the first reading must be gone.

#include "test.h"
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096
#define PAGES 40

static char *pages;

// Let the kernel write to the page at `to`, as one process writes to another's memory.
static void write_by_kernel(char *to, char byte)
{
	struct iovec from = { &byte, 1 }, there = { to, 1 };

	if (syscall(SYS_process_vm_writev, getpid(), &from, 1, &there, 1, 0) != 1)
		say("process_vm_writev: %s\n", error_name(errno));
}

// How many pages begin with 'x'? Reads them all.
static int count(void)
{
	int found = 0;

	for (size_t i = 0; i < PAGES; i++)
		found += ((volatile char *)pages)[i * PAGE] == 'x';
	return found;
}

int main(void)
{
	volatile char *first;

	pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	first = pages;
	show("untouched", *first);
	write_by_kernel(pages, 7);
	show("written", *first);
	write_by_kernel(pages, 8);
	show("written again", *first);
	*first = 9;
	show("by the program", *first);
	show("of all pages", count());
	for (size_t i = 0; i < PAGES; i++)
		write_by_kernel(pages + i * PAGE, 'x');
	show("of all pages, written", count());
	return 0;
}
