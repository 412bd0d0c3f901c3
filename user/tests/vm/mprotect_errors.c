// What mprotect refuses, and how far it gets before that.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)

static char *map(char *at, size_t pages, int flags, int fd)
{
	return mmap(at, pages * PAGE, PROT_READ, flags | MAP_FIXED, fd, 0);
}

static void write_page(int page)
{
	PLACE[page * PAGE] = 1;
}

static void write_first(void)
{
	write_page(0);
}

static void write_third(void)
{
	write_page(2);
}

// What was opened for reading stays so; what comes before it is changed.
static void read_only_file(void)
{
	int fd = open("/tmp/x", O_RDONLY);

	map(PLACE, 4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(PLACE + PAGE, 1, MAP_SHARED, fd);
	show("a shared page among others", mprotect(PLACE, 3 * PAGE, PROT_READ | PROT_WRITE));
	show_child("write before it", write_first);
	show_child("write behind it", write_third);
	show("the right to execute", mprotect(PLACE + PAGE, PAGE, PROT_READ | PROT_EXEC));
	map(PLACE + PAGE, 1, MAP_PRIVATE, fd);
	show("a private page", mprotect(PLACE, 3 * PAGE, PROT_READ | PROT_WRITE));
	close(fd);
}

static void protection(void)
{
	map(PLACE, 4, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	show("protection that does not exist", mprotect(PLACE, PAGE, 0x10));
	show("the same of no page", mprotect(PLACE, 0, 0x10));
	show("for atomic instructions", mprotect(PLACE, PAGE, PROT_READ | 8));
	show("of a stack, where none is", mprotect(PLACE, PAGE, PROT_READ | PROT_GROWSDOWN));
	show("of a stack that grows upwards", mprotect(PLACE, PAGE, PROT_READ | PROT_GROWSUP));
	show("of both", mprotect(PLACE, PAGE, PROT_READ | PROT_GROWSUP | PROT_GROWSDOWN));
	show("of a stack, in a hole", mprotect(PLACE + 4 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
	show("up to a hole", mprotect(PLACE, 8 * PAGE, PROT_READ | PROT_WRITE));
	show_child("write before it", write_third);
	show("an odd address", mprotect(PLACE + 1, PAGE, PROT_READ));

	map(PLACE, 4, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
	show("the end of a stack",
	     mprotect(PLACE + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE | PROT_GROWSDOWN));
	show_child("write to its start", write_first);
}

int main(void)
{
	make_file("/tmp/x", "contents");
	read_only_file();
	protection();
	return 0;
}
