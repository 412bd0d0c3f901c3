// Shared memory: missing pages, and minor faults on pages that another mapping has filled. Private
// mappings of the same file.

#include "uffd.h"

#define PAGES 16

static int fd, memory;
static char *alias; // the same memory, not registered
static char source[2 * PAGE];

static char *map_file(int flags)
{
	return mmap(NULL, PAGES * PAGE, RW, flags, memory, 0);
}

static void copy(const char *what, long page, size_t len, uint64_t mode)
{
	show_fill(what, uffd_copy(fd, window + page * (long)PAGE, source, len, mode));
}

static void zero(const char *what, long page, size_t len)
{
	show_fill(what, uffd_zeropage(fd, window + page * (long)PAGE, len, 0));
}

static void cont(const char *what, long page, size_t len)
{
	show_fill(what, uffd_continue(fd, window + page * (long)PAGE, len, 0));
}

static char peek(const char *at)
{
	return *(const volatile char *)at;
}

// A handler: it fills a missing page, and continues a minor fault.
static pid_t handler(int faults)
{
	pid_t pid = fork_or_end();
	struct uffd_msg msg;

	while (pid == 0 && faults-- && next_message(fd, &msg)) {
		void *at = (void *)(uintptr_t)(msg.arg.pagefault.address & ~(uint64_t)(PAGE - 1));

		if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_MINOR)
			uffd_continue(fd, at, PAGE, 0);
		else
			uffd_copy(fd, at, source, PAGE, 0);
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

static void begin(const char *what, int flags, uint64_t mode)
{
	uint64_t requests = 0;

	say("%s\n", what);
	memory = memfd_create("uffd", 0);
	ftruncate(memory, PAGES * PAGE);
	alias = map_file(MAP_SHARED);
	window = map_file(flags);
	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_MISSING_SHMEM | UFFD_FEATURE_MINOR_SHMEM);
	show("register", uffd_register(fd, window, PAGES * PAGE, mode, &requests));
	say("requests 0x%llx\n", (unsigned long long)requests);
}

static void end(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	show_status("handler", status);
	close(fd);
	munmap(window, PAGES * PAGE);
	munmap(alias, PAGES * PAGE);
	close(memory);
}

static void errors(void)
{
	copy("copy", 0, PAGE, 0);
	copy("again", 0, PAGE, 0);
	zero("zeropage", 1, PAGE);
	zero("zeropage of a page there", 0, PAGE);
	alias[2 * PAGE] = 'x';
	copy("copy where the object has a page", 2, PAGE, 0);
	zero("zeropage there", 2, PAGE);
	cont("continue a hole", 3, PAGE);
	cont("continue a page", 2, PAGE);
	cont("continue it again", 2, PAGE);
	cont("continue mapped and hole", 2, 2 * PAGE);
	alias[4 * PAGE] = 'y';
	cont("page, then hole", 4, 2 * PAGE);
	say("%d %d %d\n", peek(window), peek(window + 2 * PAGE), peek(window + PAGE));
	ftruncate(memory, 8 * PAGE);
	copy("copy beyond the end", 8, PAGE, 0);
	zero("zeropage beyond the end", 8, PAGE);
	cont("continue beyond the end", 8, PAGE);
	copy("over the end", 7, 2 * PAGE, 0);
	ftruncate(memory, PAGES * PAGE);
	say("file: %d %d %d %d\n", peek(alias), peek(alias + PAGE), peek(alias + 2 * PAGE),
	    peek(alias + 7 * PAGE));
}

static void touches(void)
{
	say("%d\n", peek(window + 9 * PAGE));
	window[10 * PAGE] = 'w';
	say("%d %d\n", peek(window + 10 * PAGE), peek(window + 10 * PAGE + 1));
	alias[11 * PAGE] = 'z';
	say("%d\n", peek(window + 11 * PAGE));
	window[11 * PAGE] = 'v';
	say("%d\n", peek(alias + 11 * PAGE));
	alias[12 * PAGE] = 'm';
	window[12 * PAGE + 1] = 'n';
	say("%d %d\n", peek(alias + 12 * PAGE), peek(alias + 12 * PAGE + 1));
	alias[13 * PAGE] = 'r';
	say("read %zd\n", pread(memory, window + 14 * PAGE, 1, 13 * PAGE));
	say("%d %d\n", peek(window + 14 * PAGE), peek(window + 14 * PAGE + 1));
}

static void run(const char *what, int flags, uint64_t mode, int faults)
{
	pid_t pid;

	begin(what, flags, mode);
	errors();
	pid = handler(faults);
	touches();
	end(pid);
}

int main(void)
{
	memset(source, 's', sizeof(source));
	run("shared, missing", MAP_SHARED, MISSING, 3);
	run("shared, minor", MAP_SHARED, MINOR, 2);
	run("shared, both", MAP_SHARED, MISSING | MINOR, 5);
	run("private, missing", MAP_PRIVATE, MISSING, 3);
	run("private, both", MAP_PRIVATE, MISSING | MINOR, 5);
	return 0;
}
