// Messages about changes of mappings: fork, remap, remove, unmap. The call that changes something
// waits until its message is read; a child that has the descriptor reads it.

#include "uffd.h"

#define PAGES 32
#define ALL_EVENTS                                                                        \
	(UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | \
	 UFFD_FEATURE_EVENT_UNMAP)

static int fd;
static char *other; // a range to move to
static char source[PAGE] = "source";
static char notes[1024]; // results, printed when the reader has ended: it prints at the same time

#define note(...) snprintf(notes + strlen(notes), sizeof(notes) - strlen(notes), __VA_ARGS__)

static void note_result(const char *what, long result)
{
	note("%s: %s\n", what, result == -1 ? error_name(errno) : "done");
}

static void note_check(const char *what, bool holds)
{
	note("%s: %s\n", what, holds ? "yes" : "NO");
}

// Wait until nothing more can come: the next message is that of a fault in page 0.
static void reader(void)
{
	struct uffd_msg msg;

	for (;;) {
		if (!next_message(fd, &msg))
			_exit(1);
		if (msg.event == UFFD_EVENT_FORK)
			close((int)msg.arg.fork.ufd);
		if (msg.event == UFFD_EVENT_PAGEFAULT &&
		    msg.arg.pagefault.address == number(window)) {
			uffd_copy(fd, window, source, PAGE, 0);
			_exit(0);
		}
		if (msg.event == UFFD_EVENT_PAGEFAULT) {
			uffd_zeropage(fd, (void *)(uintptr_t)msg.arg.pagefault.address, PAGE, 0);
			continue;
		}
	}
}

// Begin a step: fresh memory, registered, with a reader.
static pid_t begin(const char *what, uint64_t features)
{
	pid_t pid;

	say("%s\n", what);
	fd = uffd_ready(O_NONBLOCK, features);
	window = map_memory(PAGES);
	uffd_register(fd, window, PAGES / 2 * PAGE, MISSING, NULL);
	pid = fork();
	if (pid == 0)
		reader();
	return pid;
}

static void end(pid_t pid)
{
	char first = *(volatile char *)window;
	int status;

	waitpid(pid, &status, 0);
	say("first byte %c, ", first);
	show_status("reader", status);
	close(fd);
	munmap(window, PAGES * PAGE);
	say("%s", notes);
	notes[0] = '\0';
}

static void fill(long page, long count)
{
	for (long i = page; i < page + count; i++)
		uffd_copy(fd, window + i * (long)PAGE, source, PAGE, 0);
}

static void unmaps(void)
{
	pid_t pid = begin("unmap", UFFD_FEATURE_EVENT_UNMAP);

	note_result("munmap of two", munmap(window + 4 * PAGE, 2 * PAGE));
	note_result("munmap of more", munmap(window + 14 * PAGE, 4 * PAGE));
	note_result("munmap elsewhere", munmap(window + 20 * PAGE, PAGE));
	note_check("mmap over it",
	           mmap(window + 6 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	                0) != MAP_FAILED);
	note_check("mremap to less", mremap(window + 8 * PAGE, 2 * PAGE, PAGE, 0) != MAP_FAILED);
	end(pid);
}

static void removes(void)
{
	pid_t pid = begin("remove", UFFD_FEATURE_EVENT_REMOVE);

	fill(2, 3);
	note_result("MADV_DONTNEED", madvise(window + 2 * PAGE, 2 * PAGE, MADV_DONTNEED));
	note("%d %c\n", window[2 * PAGE], window[4 * PAGE]);
	note_result("MADV_FREE", madvise(window + 4 * PAGE, PAGE, MADV_FREE));
	note_result("over the border", madvise(window + 14 * PAGE, 4 * PAGE, MADV_DONTNEED));
	note_result("elsewhere", madvise(window + 20 * PAGE, PAGE, MADV_DONTNEED));
	end(pid);
}

static void remaps(uint64_t features)
{
	pid_t pid = begin(features ? "remap" : "remap without messages", features);
	char *at;

	other = window + 24 * PAGE;
	fill(2, 1);
	munmap(other, 8 * PAGE);
	at = mremap(window + 2 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other);
	note_check("moved", at == other);
	note("%c\n", at[0]);
	note("%d\n", at[PAGE]);
	munmap(other, 2 * PAGE);
	end(pid);
}

static void both(void)
{
	pid_t pid = begin("remap and unmap", UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_UNMAP);

	other = window + 24 * PAGE;
	munmap(other, 8 * PAGE);
	note_check("moved", mremap(window + 2 * PAGE, 2 * PAGE, 2 * PAGE,
	                           MREMAP_MAYMOVE | MREMAP_FIXED, other) == other);
	note_check("moved over", mremap(window + 5 * PAGE, PAGE, PAGE,
	                                MREMAP_MAYMOVE | MREMAP_FIXED, other) == other);
	munmap(other, 2 * PAGE);
	end(pid);
}

// A fork: the child's memory has a descriptor of its own, which the reader gets.
static void forks(void)
{
	struct uffd_msg msg;
	pid_t pid, child;
	int status;

	say("fork\n");
	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_EVENT_FORK);
	window = map_memory(PAGES);
	pid = fork();
	if (pid == 0) {
		next_message(fd, &msg);
		status = (int)msg.arg.fork.ufd;
		if (!next_message(status, &msg))
			_exit(1);
		uffd_copy(status, window + PAGE, source, PAGE, 0);
		_exit(0);
	}
	uffd_register(fd, window, 4 * PAGE, MISSING, NULL);
	child = fork();
	if (child == 0) {
		say("child: %c\n", window[PAGE]);
		_exit(0);
	}
	waitpid(child, &status, 0);
	show_status("child", status);
	waitpid(pid, &status, 0);
	show_status("reader", status);
	close(fd);
}

int main(void)
{
	unmaps();
	removes();
	remaps(UFFD_FEATURE_EVENT_REMAP);
	remaps(0);
	both();
	forks();
	return 0;
}
