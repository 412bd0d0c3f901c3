// What /proc/self/status and statm say of memory follows what the program does with it. As root
// RLIMIT_MEMLOCK limits nothing.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PAGES 64

static const char *const names[] = { "VmSize", "VmLck",   "VmData",   "VmStk",
	                             "VmExe",  "RssAnon", "RssShmem", "VmRSS" };

struct usage {
	long kib[COUNT(names)];
	long statm[7];
};

static char *slurp(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void look(struct usage *usage)
{
	char *text = slurp("/proc/self/status");

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *line = strstr(text, names[i]);

		usage->kib[i] = line ? strtol(line + strlen(names[i]) + 1, NULL, 10) : -1;
	}
	text = slurp("/proc/self/statm");
	for (size_t i = 0; i < COUNT(usage->statm); i++)
		usage->statm[i] = strtol(text, &text, 10);
}

// Say what has changed since *before.
static void say_change(const char *what, const struct usage *before)
{
	struct usage now;

	look(&now);
	say("%s:", what);
	for (size_t i = 0; i < COUNT(names); i++)
		if (now.kib[i] != before->kib[i])
			say(" %s %+ld", names[i], now.kib[i] - before->kib[i]);
	say("; statm size %+ld data %+ld\n", now.statm[0] - before->statm[0],
	    now.statm[5] - before->statm[5]);
}

static char *map(int flags)
{
	return mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
}

static void touch(char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
}

int main(void)
{
	struct usage before;
	char *private, *shared;

	look(&before);
	look(&before); // what looking takes, it has taken
	say_change("nothing", &before);
	private = map(MAP_PRIVATE);
	say_change("private memory", &before);
	touch(private, 10);
	say_change("10 pages touched", &before);
	(void)*(volatile char *)(private + 20 * PAGE);
	say_change("one only read", &before);
	say("mlock: %d\n", mlock(private, 16 * PAGE));
	say_change("16 pages locked", &before);
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
	say("mlock: %d\n", mlock(private, 20 * PAGE));
	say_change("20 pages locked against the limit", &before);
	munmap(private, PAGES * PAGE);
	say_change("unmapped", &before);
	shared = map(MAP_SHARED);
	touch(shared, 12);
	say_change("12 pages of shared memory", &before);
	mprotect(shared, PAGES * PAGE, PROT_NONE);
	say_change("nobody may use them", &before);
	munmap(shared, PAGES * PAGE);
	say_change("unmapped", &before);
	return 0;
}
