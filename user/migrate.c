// migrate [PAGES]: a running program moves into another process, and its memory follows (post-copy).
//
// The child is the program's old home: it computes a while. Then it gives up its registers, here the
// number of the step that it has come to, and the parent goes on at once, with no memory at all. Each
// page that the parent touches faults; the child, which has the descriptor, sends that page from its
// own memory. Between faults it sends the other pages in order. Virtual machines move in this way
// from one computer to another.

#include "faults.h"

// A step of the program: it changes one page. After all steps page n has been changed in step n and
// in step n + pages.
static void step(char *at, unsigned int pages, unsigned int i)
{
	write_page(at + i % pages * PAGE, i);
}

// The old home, after the program has left: send every page once, those first that are missed.
static void send(int fd, char *at, unsigned int pages)
{
	unsigned int faults = 0, next = 0;

	for (unsigned int sent = 0; sent < pages;) {
		long n = next_fault(fd, at, 0);

		faults += n >= 0;
		if (n < 0)
			n = next++ % pages;
		if (supply(fd, at + n * PAGE, at + n * PAGE)) // the same address, there and here
			progress("sent", ++sent, pages, faults);
	}
	_exit(0);
}

static void old_home(int fd, char *at, unsigned int pages, int to)
{
	unsigned int i;

	for (i = 0; i < pages + pages / 2; i++)
		step(at, pages, i);
	must(write(to, &i, sizeof(i)) == (ssize_t)sizeof(i), "write");
	send(fd, at, pages);
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? (unsigned int)atoi(argv[1]) : 64, i, wrong = 0;
	char *at = memory(pages);
	int fd, status, registers[2];

	must(pages > 0 && pipe(registers) == 0, "pipe");
	fd = faults_of(at, pages, UFFDIO_REGISTER_MODE_MISSING, 0); // of the parent's memory only
	switch (fork()) {
	case -1:
		must(false, "fork");
		break;
	case 0:
		old_home(fd, at, pages, registers[1]);
	}
	must(read(registers[0], &i, sizeof(i)) == (ssize_t)sizeof(i), "read");
	printf("the program moves at step %u\n", i);
	fflush(stdout);
	for (; i < 2 * pages; i++)
		step(at, pages, i);
	for (unsigned int n = 0; n < pages; n++)
		wrong += !is_right(at + n * PAGE, n + pages);
	wait(&status);
	printf("%u pages are wrong\n", wrong);
	return wrong != 0 || status != 0;
}
