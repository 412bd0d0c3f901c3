// append: hugepages=8
// mem: 64
// What calls do to large pages that are write-protected, and to the markers of those that are not there;
// fills of protected pages. The page map shows the protection (bit 57).

#include "uffd_large.h"

// What other calls do to protected pages and markers: pages 0 and 1 are present, the others are not.
static void calls(enum kind kind, const char *what)
{
	begin(what, kind, 4, 0);
	reg("register", window, 4 * large, WP);
	poke(0, 'a');
	poke(1, 'b');
	protect("protect", 0, 4, 1);
	mprotect(at(0), large, PROT_READ);
	page_map("read-only", 0);
	mprotect(at(0), large, PROT_NONE);
	page_map("without access", 0);
	mprotect(at(0), large, RW);
	page_map("with access again", 0);
	madvise(at(1), 2 * large, MADV_DONTNEED);
	page_map("present, then MADV_DONTNEED", 1);
	page_map("marker, then MADV_DONTNEED", 2);
	pool("without one page");
	if (memory >= 0) {
		syscall(SYS_fallocate, memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 0,
		        (long)large, 0);
		page_map("a hole", 0);
		protect("no protection", 0, 1, 0);
		poke(0, 'z');
		protect("protect", 0, 1, 1);
		ftruncate(memory, 0);
		ftruncate(memory, (off_t)(4 * large));
		page_map("truncated", 0);
		page_map("truncated marker", 3);
		poke(0, 'y');
		protect("protect", 0, 4, 1);
	}
	pool("unregister");
	show("unregister", uffd_unregister(fd, window, 3 * large));
	for (size_t page = 0; page < 4; page++)
		page_map("unregistered", page);
	poke(0, 'x');
	poke(2, 'x');
	say("%c %c\n", peek(0), peek(2));
	pool("written");
	end(4);
}

// Pages come protected; a marker gives way to a copy.
static void with_missing(enum kind kind, const char *what)
{
	pid_t pid;

	begin(what, kind, 3, 0);
	reg("register", window, 3 * large, MISSING | WP);
	copy("copy", 0, 1, UFFDIO_COPY_MODE_WP);
	page_map("page 0", 0);
	protect("protect pages not there", 1, 2, 1);
	page_map("page 1", 1);
	poison("poison a marker", 1, 1);
	copy("copy", 1, 1, 0);
	page_map("page 1", 1);
	copy("copy, protected", 2, 1, UFFDIO_COPY_MODE_WP);
	protect("no protection", 2, 1, 0);
	page_map("page 2", 2);
	pid = unprotector(1);
	poke(0, 'a');
	poke(1, 'b');
	poke(2, 'c');
	say("%c %c %c\n", peek(0), peek(1), peek(2));
	finish(pid, 3);
}

int main(void)
{
	uffd_large_begin();
	calls(PRIVATE, "calls, private");
	calls(FILE_SHARED, "calls, a file");
	calls(FILE_PRIVATE, "calls, a file, private");
	with_missing(PRIVATE, "missing and wp");
	with_missing(FILE_SHARED, "missing and wp, a file");
	return 0;
}
