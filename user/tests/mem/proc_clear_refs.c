// /proc/PID/clear_refs: what may be written, and what 1, 2, 3 and 5 clear.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define PAGES 16
#define RW (PROT_READ | PROT_WRITE)

static char *mine, *common;

static void clear(const char *text)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	if (n != (ssize_t)strlen(text))
		show("write", n);
	close(fd);
}

static void try(const char *what, const char *text)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	show(what, write(fd, text, strlen(text)));
	close(fd);
}

// The number after `name` in a file, beginning with the line that begins with `from`.
static long number(const char *file, const char *from, const char *name)
{
	static char text[32768];
	char *at;

	read_text(file, text, sizeof(text));
	at = strstr(text, from);
	at = at ? strstr(at, name) : NULL;
	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static long referenced(const char *area)
{
	char from[16];

	snprintf(from, sizeof(from), "%08lx-", (unsigned long)area);
	return number("/proc/self/smaps", from, "Referenced:") / 4;
}

static void show_referenced(const char *what)
{
	say("%s: %ld private, %ld shared\n", what, referenced(mine), referenced(common));
}

// KiB of the most memory that the process has had.
static long peak(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void map_both(void)
{
	mine = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(mine, PAGE, PROT_NONE); // so that no other mapping merges
	mprotect(mine + (PAGES - 1) * PAGE, PAGE, PROT_NONE);
	mine += PAGE;
	common = mmap(NULL, PAGES * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(mine, 1, 8 * PAGE);
	memset(common, 1, 8 * PAGE);
}

// A child: its peak begins anew, also where exec passes a peak on.
static void in_child(void)
{
	long high, now;
	char *big;

	big = mmap(NULL, 1024 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(big, 1, 1024 * PAGE);
	munmap(big, 1024 * PAGE);
	high = peak();
	clear("5");
	now = peak();
	say("the peak is lower: %s\n", high - now > 2048 ? "yes" : "no");
}

int main(void)
{
	try("0", "0");
	try("6", "6");
	try("nothing", "");
	try("a word", "all");
	try("two numbers", "1 1");
	try("1 and a new line", "1\n");
	try("blanks", " 4 \n");
	show("another process", access("/proc/1/clear_refs", F_OK));
	map_both();
	show_referenced("written");
	clear("1");
	show_referenced("cleared");
	say("%d %d\n", mine[3 * PAGE], common[3 * PAGE]); // Linux may not notice: it flushes no TLB
	map_both();
	clear("2");
	show_referenced("private cleared");
	map_both();
	clear("3");
	show_referenced("shared cleared");
	show_child("child", in_child);
	return 0;
}
