// /proc/PID/smaps and smaps_rollup: the pages of an area by their use, and its flags.

#include "../uffd.h"
#include <sys/mman.h>

static char text[65536];

// Read a file into text[].
static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, length = 0;

	while (fd >= 0 && (n = read(fd, text + length, sizeof(text) - 1 - (size_t)length)) > 0)
		length += n;
	text[length] = '\0';
	close(fd);
}

// Returns the first line after that of the area which begins at `va`, or NULL.
static char *find_area(const void *va)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strtoul(line, NULL, 16) == (uintptr_t)va &&
		    strspn(line, "0123456789abcdef") == 8)
			return strchr(line, '\n') + 1;
	}
	return NULL;
}

// Print the numbers of some lines from `at` on, and the flags that Quire knows.
static void show_lines(const char *what, const char *at)
{
	static const char *const names[] = {
		"Size:",          "Rss:",           "Pss:",       "Shared_Clean:", "Shared_Dirty:",
		"Private_Clean:", "Private_Dirty:", "Anonymous:", "Swap:",         "Locked:"
	};
	char *line;

	say("%s:", what);
	for (size_t i = 0; at && i < COUNT(names); i++) {
		line = strstr(at, names[i]);
		if (line)
			say(" %.*s %ld", (int)strlen(names[i]) - 1, names[i],
			    strtol(line + strlen(names[i]), NULL, 10));
	}
	say("\n");
}

static void show_area(const char *what, const void *va)
{
	read_file("/proc/self/smaps");
	show_lines(what, find_area(va));
}

// Print the flags of an area, without those that are a matter of the kernel's configuration.
static void show_flags(const char *what, const void *va)
{
	char *at;

	read_file("/proc/self/smaps");
	at = find_area(va);
	at = at ? strstr(at, "VmFlags: ") : NULL;
	say("%s:", what);
	for (at = at ? at + 9 : NULL; at && *at != '\n'; at += 3)
		if (strncmp(at, "ac", 2) && strncmp(at, "sd", 2) && strncmp(at, "mg", 2))
			say(" %.2s", at);
	say("\n");
}

static char *map(int prot, int flags, int fd)
{
	return mmap(NULL, 16 * PAGE, prot, flags, fd, 0);
}

static void test_private(void)
{
	char *area = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int ready[2], done[2];
	char byte = 0;
	pid_t child;

	mprotect(area + 15 * PAGE, PAGE, PROT_NONE); // the area does not merge with another
	show_area("nothing touched", area);
	for (int i = 0; i < 4; i++)
		area[i * PAGE] = 1;
	byte += area[6 * PAGE];
	show_area("four pages written, one read", area);
	pipe(ready);
	pipe(done);
	child = fork_or_end();
	if (child == 0) {
		area[0] = 2;
		write(ready[1], &byte, 1);
		close(done[1]);
		read(done[0], &byte, 1);
		_exit(0);
	}
	close(done[0]);
	read(ready[0], &byte, 1);
	show_area("a child has three of them", area);
	close(done[1]);
	waitpid(child, NULL, 0);
	mlock(area, 2 * PAGE);
	show_area("two locked", area);
	munmap(area, 16 * PAGE);
}

static void test_shared(void)
{
	int fd = memfd_create("shared", 0);
	char *area, *twin;

	ftruncate(fd, 16 * PAGE);
	area = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	for (int i = 0; i < 4; i++)
		area[i * PAGE] = 1;
	show_area("a shared file", area);
	twin = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	twin[0] = twin[PAGE] = 1;
	show_area("mapped again, two pages", area);
	show_area("the other mapping", twin);
	munmap(twin, 16 * PAGE);
	munmap(area, 16 * PAGE);
	close(fd);
}

static void test_flags(void)
{
	static const struct {
		const char *name;
		int advice;
	} advices[] = { { "random", MADV_RANDOM },
		        { "sequential", MADV_SEQUENTIAL },
		        { "dontfork", MADV_DONTFORK },
		        { "wipeonfork", MADV_WIPEONFORK },
		        { "dontdump", MADV_DONTDUMP } };
	int fd = open("/tmp/flags", O_RDWR | O_CREAT, 0600), other = open("/tmp/flags", O_RDONLY);
	char *area = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	ftruncate(fd, 16 * PAGE);
	for (size_t i = 0; i < COUNT(advices); i++) {
		madvise(area + i * 2 * PAGE, PAGE, advices[i].advice);
		show_flags(advices[i].name, area + i * 2 * PAGE);
	}
	mlock(area + 10 * PAGE, PAGE);
	show_flags("locked", area + 10 * PAGE);
	syscall(SYS_mlock2, area + 12 * PAGE, PAGE, MLOCK_ONFAULT);
	show_flags("locked at faults", area + 12 * PAGE);
	munmap(area, 16 * PAGE);
	area = map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	show_flags("not reserved, no access", area);
	munmap(area, 16 * PAGE);
	area = map(PROT_READ, MAP_PRIVATE, fd);
	show_flags("private file, to read", area);
	munmap(area, 16 * PAGE);
	area = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	show_flags("shared file", area);
	munmap(area, 16 * PAGE);
	area = map(PROT_READ, MAP_SHARED, other);
	show_flags("shared file that was opened for reading", area);
	munmap(area, 16 * PAGE);
	close(fd);
	close(other);
}

static void test_registered(void)
{
	int uffd = uffd_ready(O_CLOEXEC, UFFD_FEATURE_MINOR_SHMEM);
	int fd = memfd_create("minor", 0);
	char *area = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), *shared;

	ftruncate(fd, 16 * PAGE);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	uffd_register(uffd, area, 2 * PAGE, MISSING, NULL);
	show_flags("registered, missing", area);
	uffd_register(uffd, area + 4 * PAGE, PAGE, MISSING | WP, NULL);
	show_flags("registered, missing and wp", area + 4 * PAGE);
	uffd_register(uffd, shared, PAGE, MINOR, NULL);
	show_flags("registered, minor", shared);
	munmap(area, 16 * PAGE);
	munmap(shared, 16 * PAGE);
	close(uffd);
	close(fd);
}

// The sums of smaps_rollup are those of all areas.
static void test_rollup(void)
{
	static const char *const names[] = { "\nRss:", "\nPrivate_Dirty:", "\nAnonymous:" };
	long sums[COUNT(names)] = { 0 };

	read_file("/proc/self/smaps");
	for (size_t i = 0; i < COUNT(names); i++)
		for (char *at = text; (at = strstr(at, names[i])); at++)
			sums[i] += strtol(at + strlen(names[i]), NULL, 10);
	read_file("/proc/self/smaps_rollup");
	for (size_t i = 0; i < COUNT(names); i++) {
		char *at = strstr(text, names[i]);
		long sum = at ? strtol(at + strlen(names[i]), NULL, 10) : -1;

		// Reading has touched pages of the program meanwhile.
		check(names[i] + 1, sum >= sums[i] && sum <= sums[i] + 64);
	}
	check("its line", strstr(text, " ---p 00000000 00:00 0 ") && strstr(text, " [rollup]\n"));
	for (char *line = text; *line; line = strchr(line, '\n') + 1)
		if (line != text)
			say("%.*s ", (int)strcspn(line, ":"), line);
	say("\n");
}

int main(void)
{
	test_private();
	test_shared();
	test_flags();
	test_registered();
	test_rollup();
	return 0;
}
