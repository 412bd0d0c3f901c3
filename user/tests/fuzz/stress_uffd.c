// helper
// stress_uffd SECONDS SEED: worlds in which eight threads fault, and two handlers fill the pages, while the
// threads discard, unmap, protect and map memory anew, fork, and now and then close the descriptor. A page
// must be seen whole: its first word and its last one are equal, and are 0 or the page's address. The
// supervisor starts one world after the other, and watches that each goes on. The last one stays for the
// audit.
#include "../thread.h"
#include "../uffd.h"
#include <sys/wait.h>

#define FAULTERS 8
#define HANDLERS 2
#define SLICE 32 // pages that only one thread changes
#define STUCK_SECONDS 20
#define LAST 1023 // the last word of a page

static struct shared {
	volatile uint32_t steps, faults, events, broken;
} * shared;

struct faulter {
	struct test_thread thread;
	char *slice;
	uint32_t random;
};

static int descriptor;

static uint32_t below(struct faulter *me, uint32_t limit)
{
	me->random = me->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)me->random * limit >> 32);
}

// Errors of a request are the race's: the page is there, or is unmapped, or mappings change.
static void request(unsigned int what, void *arg)
{
	raw(SYS_ioctl, descriptor, (long)what, (long)arg, 0, 0);
}

static void register_slice(char *slice)
{
	struct uffdio_register reg = { .range = { number(slice), SLICE * PAGE },
		                       .mode = MISSING | WP };

	request(UFFDIO_REGISTER, &reg);
}

static void fill(uint32_t *page, uint64_t address, bool zero)
{
	struct uffdio_copy copy = { address, number(page), PAGE, 0, 0 };
	struct uffdio_zeropage zeropage = { { address, PAGE }, 0, 0 };

	page[0] = page[LAST] = (uint32_t)address;
	if (zero)
		request(UFFDIO_ZEROPAGE, &zeropage);
	else
		request(UFFDIO_COPY, &copy);
}

// A handler: until the descriptor is closed. A fault whose fill is refused, since mappings change, is woken,
// and comes again.
static void handle(void *arg)
{
	uint32_t *page = arg, count = 0;
	struct uffd_msg msg;
	struct uffdio_range range = { 0, PAGE };

	while (raw(SYS_read, descriptor, (long)&msg, sizeof(msg), 0, 0) == sizeof(msg)) {
		if (msg.event == UFFD_EVENT_FORK)
			raw(SYS_close, (long)msg.arg.fork.ufd, 0, 0, 0, 0);
		if (msg.event != UFFD_EVENT_PAGEFAULT) {
			__atomic_add_fetch(&shared->events, 1, __ATOMIC_RELAXED);
			continue;
		}
		__atomic_add_fetch(&shared->faults, 1, __ATOMIC_RELAXED);
		range.start = msg.arg.pagefault.address;
		if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP) {
			struct uffdio_writeprotect end = { range, 0 };

			request(UFFDIO_WRITEPROTECT, &end);
		} else {
			fill(page, range.start, ++count % 8 == 0);
		}
		request(UFFDIO_WAKE, &range);
	}
	raw(SYS_exit_group, 0, 0, 0, 0, 0);
}

static void look(const volatile uint32_t *page)
{
	uint32_t first = page[0], last = page[LAST];

	if (first != last || (first && first != (uint32_t)(uintptr_t)page))
		shared->broken = (uint32_t)(uintptr_t)page;
}

// Change the mappings of the thread's own slice.
static void change(struct faulter *me)
{
	uint32_t first = below(me, SLICE), count = 1 + below(me, SLICE - first);
	long at = (long)(me->slice + first * PAGE), len = (long)(count * PAGE);
	struct uffdio_writeprotect protect = { { (uint64_t)at, (uint64_t)len }, 1 };

	switch (below(me, 4)) {
	case 0:
		raw(SYS_madvise, at, len, MADV_DONTNEED, 0, 0);
		break;
	case 1:
		request(UFFDIO_WRITEPROTECT, &protect);
		break;
	case 2:
		raw(SYS_munmap, at, len, 0, 0, 0);
		if ((long)mmap((void *)at, (size_t)len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		               -1, 0) == at)
			register_slice(me->slice);
		break;
	default:
		raw(SYS_mprotect, at, len, PROT_READ, 0, 0);
		raw(SYS_mprotect, at, len, RW, 0, 0);
	}
}

static void fault(void *arg)
{
	struct faulter *me = arg;

	for (;;) {
		volatile uint32_t *page = (volatile uint32_t *)(me->slice + below(me, SLICE) * PAGE);

		__atomic_add_fetch(&shared->steps, 1, __ATOMIC_RELAXED);
		look(page);
		if (below(me, 2))
			page[1] = me->random;
		if (below(me, 16) == 0)
			change(me);
		if (below(me, 1000) == 0 && raw(SYS_fork, 0, 0, 0, 0, 0) == 0) {
			look(page); // the child's memory is no handler's
			raw(SYS_exit_group, 0, 0, 0, 0, 0);
		}
		if (below(me, 20000) == 0)
			raw(SYS_close, descriptor, 0, 0, 0, 0);
		if (below(me, 20000) == 0)
			raw(SYS_exit_group, 0, 0, 0, 0, 0);
	}
}

static void world(uint32_t seed)
{
	static struct test_thread handlers[HANDLERS];
	static struct faulter faulters[FAULTERS];
	static uint32_t pages[HANDLERS][1024] __attribute__((aligned(PAGE)));

	setsid();
	signal(SIGCHLD, SIG_IGN);
	descriptor = uffd_ready(0, UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMOVE |
	                                   UFFD_FEATURE_EVENT_UNMAP);
	window = map_memory(FAULTERS * SLICE);
	for (int i = 0; i < HANDLERS; i++)
		start_thread(&handlers[i], 0, handle, pages[i]);
	for (int i = 0; i < FAULTERS; i++) {
		faulters[i].slice = window + (uint32_t)i * SLICE * PAGE;
		faulters[i].random = seed * 7919 + (uint32_t)i;
		register_slice(faulters[i].slice);
		start_thread(&faulters[i].thread, 0, fault, &faulters[i]);
	}
	pause();
}

int main(int argc, char **argv)
{
	int ticks = (argc > 1 ? atoi(argv[1]) : 5) * 20, worlds = 0, pid = 0, stuck = 0;
	uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1, steps = 0;

	shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (; ticks > 0 && !shared->broken && stuck < STUCK_SECONDS * 20; ticks--) {
		if (pid == 0 || waitpid(pid, NULL, WNOHANG) == pid) {
			pid = fork();
			if (pid == 0)
				world(seed * 1009 + (uint32_t)worlds);
			worlds++;
		}
		sleep_ms(50);
		stuck = steps == shared->steps ? stuck + 1 : 0;
		steps = shared->steps;
	}
	say("%u steps, %u faults, %u changes and forks, %d worlds\n", shared->steps, shared->faults,
	    shared->events, worlds);
	if (shared->broken)
		say("the page at 0x%x is wrong\n", shared->broken);
	if (stuck)
		say("nothing has happened for %d ms\n", stuck * 50);
	return shared->broken || stuck >= STUCK_SECONDS * 20;
}
