// snapshot [PAGES]: the memory of a running program as it was at one moment, by write-protection.
//
// The parent is the program: it goes on writing. At the moment of the snapshot all its pages become
// read-only, at the cost of one call. The child has the descriptor: before a page is written it gets
// a message, saves the old contents, and lets the writer go on. When the program does not write, it
// saves the other pages in order. fork() gives a snapshot too, but copies all page tables at once.

#include "faults.h"

#include <sys/uio.h>

static void protect(int fd, const char *at, size_t pages, uint64_t mode)
{
	struct uffdio_writeprotect wanted = { { (uintptr_t)at, pages * PAGE }, mode };

	must(ioctl(fd, UFFDIO_WRITEPROTECT, &wanted) == 0, "UFFDIO_WRITEPROTECT");
}

// Copy a page out of the parent, and let it be written again.
static void save(int fd, pid_t parent, char *at, char *to)
{
	struct iovec here = { to, PAGE }, there = { at, PAGE };

	must(process_vm_readv(parent, &here, 1, &there, 1, 0) == (ssize_t)PAGE, "process_vm_readv");
	protect(fd, at, 1, 0);
}

// The child: save every page once, those first that the program wants to write. Returns how many
// saved pages are not as they were.
static unsigned int take(int fd, pid_t parent, char *at, unsigned int pages)
{
	char *saved = memory(pages);
	bool *done = calloc(pages, sizeof(*done));
	unsigned int next = 0, faults = 0, wrong = 0;

	must(done != NULL, "calloc");
	for (unsigned int count = 0; count < pages; count++) {
		long n = next_fault(fd, at, 0);

		while (n < 0 && done[next])
			next++;
		faults += n >= 0;
		n = n < 0 ? (long)next : n;
		save(fd, parent, at + n * PAGE, saved + n * PAGE);
		done[n] = true;
		progress("saved", count + 1, pages, faults);
	}
	for (unsigned int n = 0; n < pages; n++)
		wrong += !is_right(saved + n * PAGE, n);
	return wrong;
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? (unsigned int)atoi(argv[1]) : 64, written = 0;
	char *at = memory(pages);
	pid_t parent = getpid(), child;
	int fd, status, moment[2];

	must(pages > 0 && pipe(moment) == 0, "pipe");
	for (unsigned int n = 0; n < pages; n++)
		write_page(at + n * PAGE, n);
	fd = faults_of(at, pages, UFFDIO_REGISTER_MODE_WP, 0);
	madvise(at, pages * PAGE, MADV_DONTFORK); // no page is shared with the child
	child = fork();
	must(child >= 0, "fork");
	if (child == 0) {
		must(read(moment[0], &status, 1) == 1, "read");
		_exit(take(fd, parent, at, pages) != 0);
	}
	protect(fd, at, pages, UFFDIO_WRITEPROTECT_MODE_WP); // the moment
	must(write(moment[1], "", 1) == 1, "write");
	for (unsigned int i = 0; i < pages; i++, written++)
		at[i * 7 % pages * PAGE + i] = '!';
	must(waitpid(child, &status, 0) == child, "waitpid");
	printf("%u pages were written meanwhile; the snapshot is %s\n", written,
	       status ? "wrong" : "right");
	return status != 0;
}
