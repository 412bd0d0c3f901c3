// append: hugepages=8
// mem: 64
// userfaultfd on large pages: a process that touches them sleeps until a handler, a child with the same
// descriptor, has filled them. The two act in turns, so the lines have one order.

#include "uffd_large.h"

static void handle_one(void)
{
	struct uffd_msg msg;
	void *place;

	if (!next_message(fd, &msg))
		_exit(1);
	place = (void *)(uintptr_t)(msg.arg.pagefault.address & ~(uint64_t)(large - 1));
	if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
		uffd_protect(fd, place, large, 0);
	else if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_MINOR)
		uffd_continue(fd, place, large, 0);
	else
		uffd_copy(fd, place, source, large, 0);
}

static pid_t handler(int faults)
{
	pid_t pid = fork_or_end();

	while (pid == 0 && faults--)
		handle_one();
	if (pid == 0)
		_exit(0);
	return pid;
}

static void missing(enum kind kind, const char *what, uint64_t features)
{
	int ends[2];
	pid_t pid;

	begin(what, kind, 4, features);
	reg("register", window, 3 * large, MISSING);
	pid = handler(3);
	say("%d\n", at(0)[PAGE + 5]);
	at(1)[3 * PAGE] = 'w';
	say("%c %c %c\n", peek(1), at(1)[3 * PAGE], at(1)[large - 1]);
	pipe(ends);
	show("write", write(ends[1], at(2), 1));
	say("%d\n", peek(3));
	close(ends[0]);
	close(ends[1]);
	finish(pid, 4);
}

static void minor(enum kind kind, const char *what, uint64_t mode, int faults)
{
	pid_t pid;

	begin(what, kind, 3, 0);
	alias[0] = 'a';
	alias[large] = 'b';
	reg("register", window, 3 * large, mode);
	pid = handler(faults);
	say("%c\n", peek(0));
	poke(0, 'A');
	say("%c %c\n", peek(0), alias[0]);
	poke(1, 'B');
	say("%c %c\n", peek(1), alias[large]);
	say("%d\n", peek(2));
	pool("touched");
	finish(pid, 3);
}

// A wakeup of a part that the message does not name wakes nobody.
static void wakes(void)
{
	struct uffd_msg msg;
	int status;
	pid_t pid;

	begin("wakeups", FILE_SHARED, 2, 0);
	reg("register", window, 2 * large, MISSING);
	pid = fork_or_end();
	if (pid == 0) {
		next_message(fd, &msg);
		copy("copy without a wakeup", 0, 1, UFFDIO_COPY_MODE_DONTWAKE);
		show("wake a part", uffd_wake(fd, at(0) + PAGE, large - PAGE));
		show("wake the next", uffd_wake(fd, at(1), large));
		uffd_wake(fd, at(0), PAGE);
		next_message(fd, &msg);
		say("wake without a page\n");
		uffd_wake(fd, at(1), large);
		next_message(fd, &msg);
		uffd_unregister(fd, at(1), large);
		_exit(0);
	}
	say("%d\n", at(0)[2 * PAGE]);
	say("%d\n", at(1)[2 * PAGE]);
	waitpid(pid, &status, 0);
	show_status("handler", status);
	end(2);
}

// No handler: SIGBUS, or an error for a copy of the kernel.
static void without_handler(void)
{
	int ends[2];

	begin("UFFD_FEATURE_SIGBUS", FILE_SHARED, 1, UFFD_FEATURE_SIGBUS | UFFD_FEATURE_EVENT_FORK);
	pipe(ends);
	reg("register", window, large, MISSING);
	show("write", write(ends[1], window, 1));
	close(ends[0]);
	close(ends[1]);
	end(1);
	begin("beyond the end", FILE_SHARED, 2, 0);
	reg("register", window, 2 * large, MISSING);
	ftruncate(memory, (off_t)large);
	touched = at(1);
	show_child("touch", read_byte);
	end(2);
}

int main(void)
{
	uffd_large_begin();
	missing(PRIVATE, "private", 0);
	missing(SHARED, "shared", UFFD_FEATURE_EXACT_ADDRESS);
	minor(FILE_SHARED, "a file, minor", MINOR, 2);
	minor(FILE_PRIVATE, "a file, private, minor", MINOR, 2);
	minor(FILE_PRIVATE, "a file, private, both", MINOR | MISSING, 3);
	wakes();
	without_handler();
	return 0;
}
