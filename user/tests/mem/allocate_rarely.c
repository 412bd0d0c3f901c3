// Calls where the kernel needs memory only now and then, with enough of everything that it does:
// descriptors, a page table that two processes share, the arguments of a process. For
// grade/system/test_inject.py, which lets each allocation fail.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 300 // enough for a page table to be shared
#define DESCRIPTORS 100

static char *memory;

static void write_there(void)
{
	memory[PAGE] = 'c';
	say("the child sees %c%c\n", memory[0], memory[PAGE]);
}

static void page_tables(void)
{
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	              0);
	if (memory == MAP_FAILED) {
		show("mmap", -1);
		return;
	}
	for (int i = 0; i < PAGES; i++)
		memory[i * PAGE] = 'p';
	show_child("a child that writes", write_there);
	show_child("another", write_there);
	say("the parent sees %c%c\n", memory[0], memory[PAGE]);
}

static void close_them(void)
{
	int closed = 0;

	for (int i = 3; i < DESCRIPTORS; i++)
		closed += close(i) == 0;
	say("the child closes %d\n", closed);
}

static void descriptors(void)
{
	struct timespec none = { 0, 0 };
	uint32_t readable[DESCRIPTORS / 32 + 1] = { 0 };
	int fds[2];

	show("pipe", pipe(fds));
	for (int i = fds[1] + 1; i < DESCRIPTORS; i++)
		dup2(fds[0], i);
	show("write", write(fds[1], "x", 1));
	readable[0] = 1u << fds[0];
	readable[2] = 1;
	show("select", syscall(SYS_pselect6, DESCRIPTORS, readable, NULL, NULL, &none, NULL));
	say("readable: %x %x\n", readable[0] >> fds[0], readable[2]);
	show_child("a child with many files", close_them);
}

static void arguments(void)
{
	char text[64] = { 0 };
	int fd = open("/proc/self/cmdline", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	say("arguments: %s\n", text);
}

int main(void)
{
	page_tables();
	descriptors();
	arguments();
	return 0;
}
