// Several areas moved at a time, with the holes between them: what MREMAP_FIXED permits where the
// size stays the same.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)
#define OTHER (PLACE + 64 * PAGE)
#define SHOWN 12 // pages from each of the two on

#define TO (MREMAP_MAYMOVE | MREMAP_FIXED)

static int channel[2];

// What is in a page: '.' nothing, '-' what cannot be read, '0' a zero, else its first byte.
static char seen(char *page)
{
	char byte;

	if (msync(page, PAGE, MS_ASYNC))
		return '.';
	if (write(channel[1], page, 1) != 1)
		return '-';
	read(channel[0], &byte, 1);
	return byte ? byte : '0';
}

static void picture(void)
{
	char line[2 * SHOWN + 2] = { 0 };

	for (int i = 0; i < SHOWN; i++) {
		line[i] = seen(PLACE + i * PAGE);
		line[SHOWN + 1 + i] = seen(OTHER + i * PAGE);
	}
	line[SHOWN] = ' ';
	say("  %s\n", line);
}

// Map `pages` pages with consecutive letters in them.
static void put(char *at, int pages, int prot, int flags, char letter)
{
	if (mmap(at, pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1,
	         0) != at)
		say("mmap: %s\n", error_name(errno));
	for (int i = 0; i < pages; i++)
		at[i * PAGE] = (char)(letter + i);
	mprotect(at, pages * PAGE, prot);
}

// At PLACE: two pages, a hole, two shared ones, two that can only be read, a hole of two, one
// with PROT_NONE. At OTHER: capital letters everywhere.
static void reset(void)
{
	const int rw = PROT_READ | PROT_WRITE;

	munmap(PLACE - 16 * PAGE, 128 * PAGE);
	put(PLACE, 2, rw, MAP_PRIVATE, 'a');
	put(PLACE + 3 * PAGE, 2, rw, MAP_SHARED, 'd');
	put(PLACE + 5 * PAGE, 2, PROT_READ, MAP_PRIVATE, 'f');
	put(PLACE + 9 * PAGE, 1, PROT_NONE, MAP_PRIVATE, 'j');
	put(OTHER, SHOWN, rw, MAP_PRIVATE, 'A');
}

static void try_move(const char *what, char *old, size_t old_len, size_t new_len, int flags,
                     char *new)
{
	char *result;

	result = (char *)syscall(SYS_mremap, old, old_len, new_len, flags, new);
	if (result == MAP_FAILED)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: moved%s\n", what, result == new ? " there" : " elsewhere");
	picture();
}

static void move(const char *what, int first, int pages, int flags, char *new)
{
	reset();
	try_move(what, PLACE + first * PAGE, pages * PAGE, pages * PAGE, TO | flags, new);
}

static void moves(void)
{
	move("two areas and a hole", 0, 5, 0, OTHER);
	move("parts of them", 1, 3, 0, OTHER);
	move("side by side", 3, 4, 0, OTHER + 2 * PAGE);
	move("all of them", 0, 10, 0, OTHER + PAGE);
	move("the end is a hole", 0, 9, 0, OTHER);
	move("all, and what is behind", 0, 60, 0, OTHER);
	move("the start is a hole", 2, 4, 0, OTHER);
	move("nothing but a hole", 7, 2, 0, OTHER);
	move("to right behind", 0, 5, 0, PLACE + 5 * PAGE);
	move("to right before", 5, 5, 0, PLACE);
	move("onto a part of itself", 0, 7, 0, PLACE + 4 * PAGE);
	move("all of it stays", 0, 10, MREMAP_DONTUNMAP, OTHER);
	move("parts stay", 1, 5, MREMAP_DONTUNMAP, OTHER);
	move("the start is a hole, and all stays", 2, 5, MREMAP_DONTUNMAP, OTHER);
}

static void other_sizes(void)
{
	reset();
	try_move("longer", PLACE, 5 * PAGE, 6 * PAGE, TO, OTHER);
	try_move("shorter", PLACE, 5 * PAGE, 4 * PAGE, TO, OTHER);
	reset();
	try_move("shorter, to one area", PLACE, 5 * PAGE, 2 * PAGE, TO, OTHER);
	reset();
	try_move("odd lengths that round up to the same", PLACE, 4 * PAGE + 1, 5 * PAGE, TO, OTHER);
	reset();
	try_move("anywhere", PLACE, 5 * PAGE, 5 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, OTHER);
	try_move("nowhere", PLACE, 5 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, NULL);
	reset();
	try_move("a range without an end", PLACE, 0xfffff000, 0xfffff000, TO, OTHER);
	try_move("as long as can be", PLACE, 0x90000000, 0x90000000, TO, OTHER);
}

// The protection and the sharing have moved too.
static void protection(void)
{
	int status;

	move("to see protection", 0, 10, 0, OTHER);
	show("writing to what can only be read",
	     read(open("/dev/zero", O_RDONLY), OTHER + 5 * PAGE, 1));
	show("writing to what can be written", read(open("/dev/zero", O_RDONLY), OTHER + PAGE, 1));
	if (fork() == 0) {
		OTHER[3 * PAGE] = 'S';
		OTHER[0] = 'P';
		_exit(0);
	}
	wait(&status);
	mprotect(OTHER + 9 * PAGE, PAGE, PROT_READ);
	picture();
}

// A stack among them goes on growing where it is then.
static void stack(void)
{
	reset();
	munmap(OTHER - 32 * PAGE, 96 * PAGE);
	mmap(PLACE + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	munmap(PLACE, 5 * PAGE);
	PLACE[3 * PAGE] = 's';
	put(PLACE, 1, PROT_READ, MAP_PRIVATE, 'a');
	picture();
	try_move("a page and a stack", PLACE, 7 * PAGE, 7 * PAGE, TO, OTHER);
	munmap(OTHER, PAGE);
	OTHER[2 * PAGE] = 'g';
	picture();
}

static size_t mapped_bytes(void)
{
	char text[4096], *at;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, "VmSize:");
	return at ? strtoul(at + 7, NULL, 10) * 1024 : 0;
}

// The second area does not fit any more: the first has moved, and what was at the second's target
// is gone.
static void limited(void)
{
	struct rlimit limit;

	reset();
	munmap(OTHER, 4 * PAGE);
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = mapped_bytes() + 2 * PAGE;
	setrlimit(RLIMIT_AS, &limit);
	try_move("no room for the second", PLACE, 10 * PAGE, 10 * PAGE, TO | MREMAP_DONTUNMAP,
	         OTHER);
}

int main(void)
{
	pipe(channel);
	reset();
	picture();
	moves();
	other_sizes();
	protection();
	stack();
	limited();
	return 0;
}
