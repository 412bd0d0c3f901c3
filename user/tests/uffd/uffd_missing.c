// Missing pages of private anonymous memory: a process that touches them sleeps until a handler, a
// child with the same descriptor, has filled them. The two act in turns, so the lines have one order.

#include "uffd.h"
#include <sys/uio.h>

#define PAGES 32

static int fd;
static char source[3 * PAGE] __attribute__((aligned(4096)));

static void fill_source(char letter)
{
	memset(source, letter, sizeof(source));
}

static void copy(const char *what, long page, size_t len, uint64_t mode)
{
	show_fill(what, uffd_copy(fd, window + page * (long)PAGE, source, len, mode));
}

static void zero(const char *what, long page, size_t len, uint64_t mode)
{
	show_fill(what, uffd_zeropage(fd, window + page * (long)PAGE, len, mode));
}

// Copy without a word: whom it wakes may print at once.
static void quiet_copy(long page)
{
	uffd_copy(fd, window + page * (long)PAGE, source, PAGE, 0);
}

static char peek(long at)
{
	return *(const volatile char *)(window + at);
}

static void poke(long at, char value)
{
	*(volatile char *)(window + at) = value;
}

static struct uffd_msg next(void)
{
	struct uffd_msg msg = { 0 };

	next_message(fd, &msg);
	return msg;
}

// The handler's side, in the order of the toucher's.
static void handle(void)
{
	struct iovec parts[2];
	struct uffd_msg msgs[3];

	fill_source('a');
	next();
	quiet_copy(0);
	next();
	uffd_zeropage(fd, window + PAGE, PAGE, 0);
	next();
	copy("copy of two", 2, 2 * PAGE, UFFDIO_COPY_MODE_DONTWAKE);
	show("wake of another page", uffd_wake(fd, window + 3 * PAGE, PAGE));
	uffd_wake(fd, window + 2 * PAGE, PAGE);
	next();
	say("wake without a page\n");
	uffd_wake(fd, window, PAGES * PAGE);
	next();
	quiet_copy(4);
	next();
	quiet_copy(5);
	next();
	quiet_copy(6);
	next();
	parts[0] = (struct iovec){ msgs, 40 };
	parts[1] = (struct iovec){ (char *)msgs + 40, 30 };
	show("no further message", readv(fd, parts, 2));
	copy("copy", 8, PAGE, UFFDIO_COPY_MODE_DONTWAKE);
	copy("again", 8, PAGE, UFFDIO_COPY_MODE_DONTWAKE);
	uffd_wake(fd, window + 8 * PAGE, PAGE);
	next();
	uffd_unregister(fd, window + 9 * PAGE, PAGE);
	next();
	quiet_copy(11);
	next();
	quiet_copy(12);
}

static void touch(void)
{
	int ends[2];
	char buffer[2] = "";

	say("%c\n", peek(0));
	say("%d\n", peek(PAGE));
	poke(PAGE, 'z');
	say("%c\n", peek(PAGE));
	poke(2 * PAGE, 'b');
	say("%c %c %c\n", peek(2 * PAGE), peek(2 * PAGE + 1), peek(3 * PAGE));
	say("%c\n", peek(4 * PAGE + 5));
	pipe(ends);
	show("write", write(ends[1], window + 5 * PAGE, 1));
	show("read", read(ends[0], buffer, 1));
	say("%c\n", buffer[0]);
	write(ends[1], "q", 1);
	show("read", read(ends[0], window + 6 * PAGE + 7, 1));
	say("%c %c\n", peek(6 * PAGE), peek(6 * PAGE + 7));
	say("%c\n", peek(8 * PAGE + 17));
	say("%d\n", peek(9 * PAGE));
	say("%d\n", *(const volatile short *)(window + 11 * PAGE + 1) != 0);
	mprotect(window + 12 * PAGE, PAGE, PROT_READ);
	say("%c\n", peek(12 * PAGE));
	mprotect(window + 12 * PAGE, PAGE, RW);
	poke(12 * PAGE, 'w');
	say("%c\n", peek(12 * PAGE));
}

// Errors of the fills, in pages that nobody touches.
static void errors(void)
{
	char *hole = map_memory(2);

	munmap(hole + PAGE, PAGE);
	fill_source('e');
	copy("a first copy", 20, PAGE, 0);
	copy("a second copy", 20, PAGE, 0);
	zero("zeropage there", 20, PAGE, 0);
	copy("up to a page that exists", 18, 3 * PAGE, 0);
	zero("zeropage up to one", 16, 3 * PAGE, 0);
	copy("mode 4", 21, PAGE, 4);
	copy("write-protected", 21, PAGE, UFFDIO_COPY_MODE_WP);
	zero("mode 2", 21, PAGE, 2);
	copy("length 0", 21, 0, 0);
	copy("odd length", 21, 100, 0);
	copy("past the end", PAGES - 1, 2 * PAGE, 0);
	zero("past the end", PAGES - 1, 2 * PAGE, 0);
	copy("not mapped", PAGES, PAGE, 0);
	show_fill("unaligned", uffd_copy(fd, window + 1, source, PAGE, 0));
	show_fill("unaligned source", uffd_copy(fd, window + 22 * PAGE, source + 1, PAGE, 0));
	say("%c\n", peek(22 * PAGE));
	show_fill("bad source", uffd_copy(fd, window + 23 * PAGE, hole + PAGE, PAGE, 0));
	show_fill("source ends", uffd_copy(fd, window + 23 * PAGE, hole + 8, PAGE, 0));
	show_fill("second page of source bad", uffd_copy(fd, window + 23 * PAGE, hole, 2 * PAGE, 0));
	show_fill("bad source, page there", uffd_copy(fd, window + 20 * PAGE, hole + PAGE, PAGE, 0));
	show_fill("bad source, not registered", uffd_copy(fd, hole, hole + PAGE, PAGE, 0));
	show_fill("not registered", uffd_copy(fd, source, source, PAGE, 0));
	show("wake length 0", uffd_wake(fd, window, 0));
	show("wake unaligned", uffd_wake(fd, window + 1, PAGE));
	show("wake of nothing", uffd_wake(fd, hole, PAGE));
	show("copy, bad address", ioctl(fd, UFFDIO_COPY, (void *)1));
	show("zeropage, bad address", ioctl(fd, UFFDIO_ZEROPAGE, (void *)1));
	show("wake, bad address", ioctl(fd, UFFDIO_WAKE, (void *)1));
	munmap(window + 26 * PAGE, PAGE);
	copy("over a hole", 25, 3 * PAGE, 0);
	uffd_unregister(fd, window + 28 * PAGE, PAGE);
	copy("over a border", 27, 2 * PAGE, 0);
	copy("up to the border", 27, PAGE, 0);
}

int main(void)
{
	int status;
	pid_t child;

	fd = uffd_ready(O_NONBLOCK, 0);
	window = map_memory(PAGES + 1);
	munmap(window + PAGES * PAGE, PAGE);
	show("register", uffd_register(fd, window, PAGES * PAGE, MISSING, NULL));
	child = fork_or_end();
	if (child == 0) {
		handle();
		_exit(0);
	}
	touch();
	waitpid(child, &status, 0);
	show_status("handler", status);
	errors();
	return 0;
}
