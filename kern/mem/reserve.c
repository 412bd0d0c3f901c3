// reserve.c: memory that may outlive the program that asks for it: names, contents of files,
// pipes. The end of a program frees its own memory but not such memory. So allocations of this
// kind leave the last pages to others: somebody must still be able to run, and to remove the
// files.
#include "mem/heap.h"
#include "mem/page.h"

bool page_may_last(size_t n)
{
	size_t free = page_free_count();

	return free >= PAGE_RESERVE && n <= free - PAGE_RESERVE;
}

void *kmalloc_lasting(size_t n)
{
	return page_may_last((n + PAGE_SIZE - 1) >> PAGE_SHIFT) ? kmalloc(n) : NULL;
}

void *kzalloc_lasting(size_t n)
{
	void *p = kmalloc_lasting(n);

	if (p)
		memset(p, 0, n);
	return p;
}
