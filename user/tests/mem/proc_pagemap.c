// /proc/PID/pagemap says which pages are present, of what kind, and who else has them.

#include "test.h"
#include <abi/pageflags.h>
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 8

static int fd;

static void say_pages(const char *what, const char *memory)
{
	uint64_t words[PAGES];
	ssize_t n = pread(fd, words, sizeof(words), (off_t)((uintptr_t)memory / PAGE * 8));

	say("%s: %zd:", what, n);
	for (size_t i = 0; i < PAGES; i++)
		say(" %s%s%s", words[i] & PM_PRESENT ? "present" : "-",
		    words[i] & PM_FILE ? "+file" : "",
		    words[i] & PM_MMAP_EXCLUSIVE ? "+exclusive" : "");
	say("\n");
}

static char *map(int protection, int flags)
{
	return mmap(NULL, PAGES * PAGE, protection, flags | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
	char *private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	char *shared = map(PROT_READ | PROT_WRITE, MAP_SHARED);
	uint64_t word;

	fd = open("/proc/self/pagemap", O_RDONLY);
	say_pages("private", private);
	private[0] = private[2 * PAGE] = 1;
	say_pages("two written", private);
	shared[PAGE] = 1;
	say_pages("shared, one written", shared);
	mprotect(private + 2 * PAGE, PAGE, PROT_NONE);
	madvise(private, PAGE, MADV_DONTNEED);
	say_pages("one freed, one PROT_NONE", private);
	munmap(private, PAGES * PAGE);
	say_pages("unmapped", private);
	say("odd length: %s\n", pread(fd, &word, 7, 0) < 0 ? error_name(errno) : "read");
	say("odd place: %s\n", pread(fd, &word, 8, 4) < 0 ? error_name(errno) : "read");
	say("nothing: %zd\n", pread(fd, &word, 0, 0));
	say("far behind: %zd\n", pread(fd, &word, 8, (off_t)1 << 35));
	fd = open("/proc/kpageflags", O_RDONLY);
	say("kpageflags, odd length: %s\n", pread(fd, &word, 7, 0) < 0 ? error_name(errno) : "read");
	say("kpageflags, odd place: %s\n", pread(fd, &word, 8, 4) < 0 ? error_name(errno) : "read");
	say("kpageflags, first page: %zd\n", pread(fd, &word, 8, 0));
	say("kpageflags, far behind: %zd\n", pread(fd, &word, 8, (off_t)1 << 35));
	return 0;
}
