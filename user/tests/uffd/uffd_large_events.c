// append: hugepages=8
// mem: 64
// Large pages that are registered with a userfaultfd: what fork, mremap, munmap and MADV_DONTNEED do to
// protection, markers and poison, and the messages about these changes.

#include "uffd_large.h"

#define ALL_EVENTS (UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP)

static void in_child(void)
{
	for (size_t page = 0; page < 3; page++)
		page_map("child", page);
	pool("child");
	poke(0, 'c');
	say("child %c\n", peek(0));
}

static void forks(enum kind kind, const char *what)
{
	begin(what, kind, 3, 0);
	reg("register", window, 3 * large, WP | MISSING);
	copy("copy", 0, 1, UFFDIO_COPY_MODE_WP);
	protect("protect", 1, 1, 1);
	poison("poison", 2, 1);
	show_child("child", in_child);
	for (size_t page = 0; page < 3; page++)
		page_map("parent", page);
	say("%c\n", peek(0));
	pool("parent");
	end(3);
}

// The events' reader: the last message is that of a fault, which it fills.
static pid_t reader(size_t last)
{
	pid_t pid = fork_or_end();
	struct uffd_msg msg;

	while (pid == 0 && next_message(fd, &msg)) {
		if (msg.event == UFFD_EVENT_PAGEFAULT) {
			uffd_copy(fd, (void *)(uintptr_t)msg.arg.pagefault.address, source, large,
			          0);
			if (msg.arg.pagefault.address == number(at(last)))
				_exit(0);
		}
	}
	if (pid == 0)
		_exit(1);
	return pid;
}

// A whole mapping moves: first to a place with room behind it, so that all places are known.
static void messages(enum kind kind, const char *what, uint64_t features)
{
	char *room = mmap(NULL, 9 * large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *other,
	     *moved;
	char first;
	int status;
	pid_t pid;

	room = (char *)(((uintptr_t)room + large - 1) & ~(uintptr_t)(large - 1));
	other = room + 4 * large;
	begin(what, kind, 4, features);
	window = mremap(window, 4 * large, 4 * large, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	reg("register", window, 4 * large, WP | MISSING);
	copy("copy", 1, 1, UFFDIO_COPY_MODE_WP);
	protect("protect", 2, 1, 1);
	poison("poison", 3, 1);
	pid = reader(4);
	moved = mremap(window, 4 * large, 4 * large, MREMAP_MAYMOVE | MREMAP_FIXED, other);
	first = peek(4);
	waitpid(pid, &status, 0);
	show_place("moved", moved, room);
	say("%d\n", first);
	show_status("reader", status);
	for (size_t page = 4; page < 8; page++)
		page_map("moved", page);
	pool("moved");
	pid = reader(7);
	madvise(at(7), large, MADV_DONTNEED);
	munmap(at(5), 2 * large);
	first = peek(7);
	waitpid(pid, &status, 0);
	show_status("reader", status);
	say("%d\n", first);
	close(fd);
	munmap(room, 8 * large);
	close(memory);
	munmap(alias, 4 * large);
	pool("at the end");
}

// Without the feature the registration does not move.
static void silent_move(enum kind kind, const char *what)
{
	char *room = mmap(NULL, 4 * large, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	room = (char *)(((uintptr_t)room + large - 1) & ~(uintptr_t)(large - 1));
	begin(what, kind, 3, 0);
	reg("register", window, 3 * large, WP | MISSING);
	copy("copy", 0, 1, UFFDIO_COPY_MODE_WP);
	protect("protect", 1, 1, 1);
	poison("poison", 2, 1);
	window = mremap(window, 3 * large, 3 * large, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	for (size_t page = 0; page < 3; page++)
		page_map("moved", page);
	poke(0, 'a');
	say("%c %d\n", peek(0), peek(1));
	touched = at(2);
	show_child("poison", read_byte);
	end(3);
}

int main(void)
{
	uffd_large_begin();
	forks(PRIVATE, "fork, private");
	forks(FILE_SHARED, "fork, a file");
	messages(PRIVATE, "messages, private", ALL_EVENTS);
	messages(FILE_SHARED, "messages, a file", ALL_EVENTS);
	silent_move(PRIVATE, "no message, private");
	silent_move(FILE_SHARED, "no message, a file");
	return 0;
}
