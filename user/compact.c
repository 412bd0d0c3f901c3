// compact [PAGES]: a collector moves a program's live pages together while the program runs.
//
// Every third page of the old half is alive. The collector decides where in the new half each will
// lie; from then on the program uses the new addresses. No page has moved yet: a touch of one faults,
// and that is the barrier. The collector, a second process in the same memory (CLONE_VM), moves that
// page at once with UFFDIO_MOVE, which changes two page-table entries and copies nothing. Between
// faults it moves the other pages in order. At the end the old half is empty.

#include "faults.h"

#include <sched.h>
#include <signal.h>

#ifndef UFFDIO_MOVE // headers of a Linux before 6.8
struct uffdio_move {
	uint64_t dst, src, len, mode;
	int64_t move;
};
#define UFFDIO_MOVE _IOWR(UFFDIO, 5, struct uffdio_move)
#define UFFD_FEATURE_MOVE (1u << 16)
#endif

#define LIVE 3 // one page of so many is alive
#define STACK (16 * PAGE)

static struct {
	char *old, *new;
	unsigned int live; // pages
	int fd;            // gets the faults in the new half
	volatile unsigned int faults, moved;
} heap;

static bool move(unsigned int n)
{
	struct uffdio_move move = { .dst = (uintptr_t)heap.new + n *PAGE,
		                    .src = (uintptr_t)heap.old + n *LIVE *PAGE,
		                    .len = PAGE };
	int result = ioctl(heap.fd, UFFDIO_MOVE, &move);

	must(result == 0 || errno == EEXIST, "UFFDIO_MOVE");
	return result == 0;
}

// The collector. It keeps to calls, since it shares the C library's memory with the program.
static int collect(void *unused)
{
	unsigned int next = 0;

	(void)unused;
	while (heap.moved < heap.live) {
		long n = next_fault(heap.fd, heap.new, 0);

		heap.faults += n >= 0;
		if (n < 0)
			n = next++ % heap.live;
		heap.moved += move((unsigned int)n);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? (unsigned int)atoi(argv[1]) : 96, wrong = 0;
	char *stack = memory(STACK / PAGE);
	int status;
	pid_t collector;

	must(pages >= LIVE, "the number of pages");
	heap.live = pages / LIVE;
	heap.old = memory(pages);
	heap.new = memory(heap.live);
	for (unsigned int n = 0; n < heap.live; n++)
		write_page(heap.old + n * LIVE * PAGE, n);
	heap.fd = faults_of(heap.new, heap.live, UFFDIO_REGISTER_MODE_MISSING, UFFD_FEATURE_MOVE);

	collector = clone(collect, stack + STACK, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
	must(collector > 0, "clone");
	for (unsigned int n = heap.live; n-- > 0;) { // the program, from the other end
		wrong += !is_right(heap.new + n *PAGE, n);
		if (heap.moved < heap.live)
			progress("moved", heap.moved, heap.live, heap.faults);
	}
	must(waitpid(collector, &status, 0) == collector, "waitpid");
	progress("moved", heap.moved, heap.live, heap.faults);
	for (unsigned int n = 0; n < heap.live; n++)
		wrong += !is_right(heap.new + n *PAGE, n) + (heap.old[n * LIVE * PAGE] != 0);
	printf("%u pages are wrong\n", wrong);
	return wrong != 0 || status != 0;
}
