// Small rules of calls on memory that only tests of the kernel itself looked at.
#include "test.h"
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static sigjmp_buf after_fault;

static void on_fault(int signo)
{
	(void)signo;
	siglongjmp(after_fault, 1);
}

static bool writes(volatile char *p)
{
	if (sigsetjmp(after_fault, 1))
		return false;
	*p = 1;
	return true;
}

static bool reads(volatile char *p)
{
	if (sigsetjmp(after_fault, 1))
		return false;
	(void)*p;
	return true;
}

static char *map(size_t pages, int prot)
{
	return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void protections(void)
{
	char *p = map(2, RW);

	p[0] = 7;
	mprotect(p, 2 * PAGE, PROT_NONE);
	say("PROT_NONE: reads %d, writes %d\n", reads(p), writes(p));
	mprotect(p, 2 * PAGE, PROT_READ);
	say("PROT_READ: reads %d, writes %d\n", reads(p), writes(p));
	say("untouched: reads %d, writes %d\n", reads(p + PAGE), writes(p + PAGE));
	mprotect(p, 2 * PAGE, RW);
	say("written before %d, writes %d %d\n", p[0], writes(p), writes(p + PAGE));
}

// What a parent writes after fork its child does not see, and the reverse; WIPEONFORK.
static void forks(void)
{
	char *p = map(4, RW);
	int go[2], done[2];
	char byte;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = 1;
	madvise(p + 2 * PAGE, PAGE, MADV_WIPEONFORK);
	madvise(p + 3 * PAGE, PAGE, MADV_DONTFORK);
	pipe(go);
	pipe(done);
	if (fork_or_end() == 0) {
		read(go[0], &byte, 1);
		say("child: %d %d, wiped %d, not inherited: reads %d\n", p[0], p[PAGE], p[2 * PAGE],
		    reads(p + 3 * PAGE));
		p[PAGE] = p[2 * PAGE] = 3;
		write(done[1], "x", 1);
		_exit(0);
	}
	p[0] = 2;
	write(go[1], "x", 1);
	read(done[0], &byte, 1);
	wait(NULL);
	say("parent: %d %d %d %d\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
}

static void residence(void)
{
	unsigned char there[4];
	char *p = map(3, RW);

	p[0] = p[PAGE] = 1;
	memset(there, 9, sizeof(there));
	show("mincore of a byte", mincore(p, 1, there));
	say("%d %d\n", there[0] & 1, there[1]);
	show("of a page and a byte", mincore(p, PAGE + 1, there));
	say("%d %d %d\n", there[0] & 1, there[1] & 1, there[2]);
	show("of nothing", mincore(p, 0, there));
	show("msync of locked memory", mlock(p, PAGE));
	show("  MS_INVALIDATE", msync(p, PAGE, MS_INVALIDATE));
	show("  MS_SYNC", msync(p, PAGE, MS_SYNC));
	show("  MS_INVALIDATE of what is not locked", msync(p + PAGE, PAGE, MS_INVALIDATE));
	show("  of both", msync(p, 2 * PAGE, MS_INVALIDATE | MS_ASYNC));
}

// Anonymous memory has no offset, whatever is passed.
static void offsets(void)
{
	static const int types[] = { MAP_PRIVATE, MAP_SHARED };

	for (size_t i = 0; i < COUNT(types); i++) {
		char *p = mmap(NULL, 2 * PAGE, RW, types[i] | MAP_ANONYMOUS, -1, 16 * PAGE);

		say("at an offset: %s\n", p == MAP_FAILED ? error_name(errno) : "mapped");
		say("writes %d %d\n", writes(p), writes(p + PAGE));
	}
}

// A file's page is mapped just below the one that follows it, and above.
static void pages_of_a_file(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	char *p = map(4, PROT_NONE);

	for (int i = 0; i < 4; i++)
		pwrite(fd, &"abcd"[i], 1, i * PAGE);
	ftruncate(fd, 4 * PAGE);
	mmap(p + 2 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 2 * PAGE);
	mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, PAGE);
	mmap(p + 3 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 3 * PAGE);
	mmap(p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	say("in a row: %c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	munmap(p + PAGE, PAGE);
	mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	say("another between: %c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
}

// MAP_FIXED over memory needs no more of RLIMIT_AS than what is new.
static void limited(void)
{
	char *p = map(64, RW);
	struct rlimit limit = { 0, RLIM_INFINITY };
	char text[64] = "";
	int fd = open("/proc/self/statm", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	munmap(p + 32 * PAGE, 32 * PAGE);
	limit.rlim_cur = (strtoul(text, NULL, 10) - 32) * PAGE;
	setrlimit(RLIMIT_AS, &limit);
	show("anywhere", map(1, RW) == MAP_FAILED ? -1 : 0);
	show("over itself",
	     mmap(p, 32 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ?
	             -1 :
	             0);
	show("a page more",
	     mmap(p, 33 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ?
	             -1 :
	             0);
	say("writes %d\n", writes(p));
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_AS, &limit);
}

int main(void)
{
	signal(SIGSEGV, on_fault);
	protections();
	forks();
	residence();
	offsets();
	pages_of_a_file();
	limited();
	return 0;
}
