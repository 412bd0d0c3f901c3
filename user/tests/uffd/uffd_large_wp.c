// append: hugepages=8
// mem: 64
// Write-protection of large pages: writes to protected pages, and pages that are not there. The page map
// shows it (bit 57).

#include "uffd_large.h"

static void basics(enum kind kind, const char *what, uint64_t features)
{
	bool sync = !(features & UFFD_FEATURE_WP_ASYNC);
	pid_t pid;

	begin(what, kind, 4, features);
	reg("register", window, 4 * large, WP);
	poke(0, 'a');
	poke(1, 'b');
	(void)peek(2);
	protect("protect", 0, 4, UFFDIO_WRITEPROTECT_MODE_WP);
	for (size_t page = 0; page < 4; page++)
		page_map("protected", page);
	pool("protected");
	pid = unprotector(sync ? 3 : 0);
	say("%c\n", peek(0));
	at(0)[PAGE] = 'A';
	poke(0, 'B');
	say("%c\n", peek(0));
	page_map("written", 0);
	poke(2, 'c');
	page_map("written, only read before", 2);
	say("%d\n", peek(3));
	page_map("read", 3);
	poke(3, 'd');
	page_map("written", 3);
	protect("no protection", 1, 1, 0);
	poke(1, 'C');
	page_map("written", 1);
	say("%c\n", peek(1));
	finish(pid, 4);
}

static void errors(void)
{
	begin("errors", PRIVATE, 3, 0);
	reg("register", window, 2 * large, WP);
	show("a part", uffd_protect(fd, at(0), PAGE, 1));
	show("from inside", uffd_protect(fd, at(0) + PAGE, large, 1));
	show("large and a part", uffd_protect(fd, at(0), large + PAGE, 1));
	protect("over the border", 1, 2, 1);
	protect("not registered", 2, 1, 1);
	show("not registered, a part", uffd_protect(fd, at(2), PAGE, 1));
	page_map("page 0", 0);
	page_map("page 1", 1);
	end(3);
}

int main(void)
{
	uffd_large_begin();
	basics(PRIVATE, "private", 0);
	basics(FILE_SHARED, "a file", 0);
	basics(PRIVATE, "private, WP_ASYNC", UFFD_FEATURE_WP_ASYNC);
	basics(SHARED, "shared, WP_ASYNC", UFFD_FEATURE_WP_ASYNC);
	errors();
	return 0;
}
