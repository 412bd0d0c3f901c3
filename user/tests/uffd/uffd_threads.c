// Threads that touch missing pages of their own space, and their first thread, which handles the
// faults. Only the first thread prints.

#include "thread.h"
#include "uffd.h"

#define PAGES 16

static int fd;
static char source[PAGE];
static struct test_thread threads[3];
// What a thread accesses, and the byte that it then found there.
struct access {
	volatile char *at;
	volatile int result;
	bool write;
};

static struct access accesses[3];

static void perform(void *arg)
{
	struct access *access = arg;

	if (access->write)
		*access->at = 'w';
	access->result = *access->at;
}

static int start_access(int i, char *at, bool write)
{
	accesses[i] = (struct access){ at, -1, write };
	return start_thread(&threads[i], 0, perform, &accesses[i]);
}

static void end_access(const char *what, int i)
{
	join_thread(&threads[i]);
	say("%s: %d\n", what, accesses[i].result);
}

// Make `pages` pages from `window` on, registered with a descriptor with these features.
static void open_window(int flags, uint64_t features)
{
	fd = uffd_ready(O_NONBLOCK | flags, features);
	window = map_memory(PAGES);
	show("register", uffd_register(fd, window, PAGES * PAGE, MISSING, NULL));
}

static void close_window(void)
{
	close(fd);
	munmap(window, PAGES * PAGE);
}

static void number_and_address(void)
{
	struct uffd_msg msg;
	int tid;

	open_window(0, UFFD_FEATURE_THREAD_ID | UFFD_FEATURE_EXACT_ADDRESS);
	tid = start_access(0, window + 5, false);
	next_message(fd, &msg);
	check("the thread's number", (int)msg.arg.pagefault.feat.ptid == tid);
	show_fill("copy", uffd_copy(fd, window, source, PAGE, 0));
	end_access("loaded", 0);
	tid = start_access(0, window + 2 * PAGE - 1, true);
	next_message(fd, &msg);
	check("the thread's number", (int)msg.arg.pagefault.feat.ptid == tid);
	show_fill("zeropage", uffd_zeropage(fd, window + PAGE, PAGE, 0));
	end_access("stored", 0);
	close_window();
	open_window(0, 0);
	start_access(0, window + 5, false);
	next_message(fd, &msg);
	check("no number", msg.arg.pagefault.feat.ptid == 0);
	show_fill("copy", uffd_copy(fd, window, source, PAGE, 0));
	end_access("loaded", 0);
	close_window();
}

// Three threads on one page have three messages, and one fill wakes all.
static void one_page(void)
{
	struct uffd_msg msg;

	open_window(0, 0);
	for (int i = 0; i < 3; i++) {
		start_access(i, window + i, false);
		next_message(fd, &msg);
	}
	show("no further message", read(fd, &msg, sizeof(msg)));
	show_fill("copy", uffd_copy(fd, window, source, PAGE, 0));
	for (int i = 0; i < 3; i++)
		end_access("loaded", i);
	close_window();
}

// Without a wakeup the thread sleeps on; the page is there.
static void no_wake(void)
{
	struct uffd_msg msg;

	open_window(0, 0);
	start_access(0, window, false);
	next_message(fd, &msg);
	show_fill("copy", uffd_copy(fd, window, source, PAGE, UFFDIO_COPY_MODE_DONTWAKE));
	say("not awake: %d, and here %d\n", accesses[0].result, *window);
	show("wake", uffd_wake(fd, window, PAGE));
	end_access("loaded", 0);
	close_window();
}

// The end of the registration, or of the memory, wakes.
static void other_ends(void)
{
	struct uffd_msg msg;

	open_window(0, 0);
	for (int i = 0; i < 2; i++) {
		start_access(i, window + (size_t)i * PAGE, false);
		next_message(fd, &msg);
	}
	show("unregister", uffd_unregister(fd, window, PAGE));
	end_access("after unregister", 0);
	close(fd);
	end_access("after close", 1);
	munmap(window, PAGES * PAGE);
}

int main(void)
{
	memset(source, 'a', sizeof(source));
	number_and_address();
	one_page();
	no_wake();
	other_ends();
	return 0;
}
