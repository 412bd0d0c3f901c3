// append: hugepages=4
// Large pages of a file beyond all that a file can hold: its length would be longer than any, and no
// truncation would reach them.
#include "large_pages.h"

static void map(const char *what, int fd, int flags, off_t offset)
{
	char *at = mmap(NULL, large, RW, flags, fd, offset);

	show_map(what, at);
	if (at == MAP_FAILED)
		return;
	at[1] = 1;
	munmap(at, large);
}

int main(void)
{
	const off_t most = (off_t)1 << 40;
	int fd = memfd_create("far", MFD_HUGETLB);
	struct stat st;

	large_pages_begin();
	map("the last page", fd, MAP_SHARED, most - (off_t)large);
	map("the next", fd, MAP_SHARED, most);
	map("a copy of it", fd, MAP_PRIVATE, most);
	map("the last of all", fd, MAP_SHARED, ((off_t)1 << 44) - (off_t)large);
	fstat(fd, &st);
	say("size 2^40: %d\n", st.st_size == most);
	pool("mapped");
	show("truncated", ftruncate(fd, 0));
	pool("truncated");
	return 0;
}
