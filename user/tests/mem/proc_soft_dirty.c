// /proc/PID/pagemap, bit 55: pages that were written since a 4 was written to /proc/PID/clear_refs. The
// Linux of the records is built without it; what is expected here is what its documentation says
// (Documentation/admin-guide/mm/soft-dirty.rst).

#include "test.h"
#include <abi/pageflags.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096
#define PAGES 8
#define RW (PROT_READ | PROT_WRITE)

static int map_fd;

// The soft-dirty bits of PAGES pages, as letters.
static void dirty(const char *what, const char *at)
{
	uint64_t words[PAGES] = { 0 };
	char letters[PAGES + 1] = "";

	pread(map_fd, words, sizeof(words), (off_t)((uintptr_t)at / PAGE * 8));
	for (int i = 0; i < PAGES; i++)
		letters[i] = words[i] & PM_SOFT_DIRTY ? 'd' : words[i] & PM_PRESENT ? 'c' : '-';
	say("%s: %s\n", what, letters);
}

static void clear(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	if (write(fd, "4", 1) != 1)
		show("clear", -1);
	close(fd);
}

static char *map(int flags)
{
	return mmap(NULL, PAGES * PAGE, RW, flags | MAP_ANONYMOUS, -1, 0);
}

// Write a byte beyond the memory's protection.
static void force(const char *at)
{
	int fd = open("/proc/self/mem", O_RDWR);

	if (pwrite(fd, "f", 1, (off_t)(uintptr_t)at) != 1)
		show("write to /proc/self/mem", -1);
	close(fd);
}

// The same where the program itself may not write: a page that it has, one that it has not, one that it has
// only read, and one that a file has.
static void forced(const char *what, int prot)
{
	int file = open("/bin/sh", O_RDONLY);
	char *at = map(MAP_PRIVATE);

	at[0] = at[3 * PAGE] = 1;
	(void)*(volatile char *)(at + 2 * PAGE);
	mmap(at + 4 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, file, 0);
	(void)*(volatile char *)(at + 4 * PAGE);
	mprotect(at, PAGES * PAGE, prot);
	clear();
	for (int page = 0; page < 6; page++)
		if (page != 3)
			force(at + page * PAGE);
	dirty(what, at);
	mprotect(at, PAGES * PAGE, RW);
	dirty("writable again", at);
	say("%d %d\n", at[0], at[4 * PAGE]);
	munmap(at, PAGES * PAGE);
	close(file);
}

static void writes(const char *what, int flags)
{
	struct iovec mine = { (char *)"x", 1 }, theirs;
	char *at = map(flags);

	say("%s\n", what);
	dirty("new", at);
	at[0] = at[PAGE] = at[2 * PAGE] = at[3 * PAGE] = 1;
	(void)*(volatile char *)(at + 4 * PAGE);
	dirty("touched", at);
	clear();
	dirty("cleared", at);
	(void)*(volatile char *)(at + PAGE);
	(void)*(volatile char *)(at + 5 * PAGE);
	dirty("read", at);
	at[0] = 2;
	at[4 * PAGE] = at[6 * PAGE] = 2;
	dirty("written", at);
	read(open("/bin/sh", O_RDONLY), at + PAGE, 1);
	theirs = (struct iovec){ at + 2 * PAGE, 1 };
	syscall(SYS_process_vm_writev, getpid(), &mine, 1, &theirs, 1, 0);
	dirty("written by calls", at);
	force(at + 3 * PAGE);
	dirty("written as by a debugger", at);
	mprotect(at, PAGES * PAGE, PROT_READ);
	mprotect(at, PAGES * PAGE, RW);
	dirty("protected in between", at);
	mprotect(at, PAGES * PAGE, PROT_NONE);
	clear();
	dirty("cleared without access", at);
	mprotect(at, PAGES * PAGE, RW);
	at[3 * PAGE] = 3;
	dirty("written", at);
	say("%d %d\n", at[0], at[3 * PAGE]);
	munmap(at, PAGES * PAGE);
}

static char *shared_by_fork;

static void in_child(void)
{
	map_fd = open("/proc/self/pagemap", O_RDONLY);
	dirty("child", shared_by_fork);
	shared_by_fork[0] = 3;
	dirty("child has written", shared_by_fork);
	clear();
	dirty("child has cleared", shared_by_fork);
}

static void forks(void)
{
	char *at = shared_by_fork = map(MAP_PRIVATE);

	memset(at, 1, PAGES * PAGE);
	clear();
	at[PAGE] = 2;
	show_child("fork", in_child);
	dirty("parent", at);
	at[2 * PAGE] = 2;
	dirty("parent has written", at);
	say("%d %d\n", at[0], at[2 * PAGE]);
}

// New, longer and moved mappings count as written.
static void regions(void)
{
	char *room = mmap(NULL, 4 * PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at;

	munmap(room, 4 * PAGES * PAGE);
	at = mmap(room, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(at, 1, 4 * PAGE);
	clear();
	dirty("half", at);
	mmap(at + 2 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	dirty("a page mapped anew, in an area that grows together", at);
	clear();
	mremap(at, 4 * PAGE, 6 * PAGE, 0);
	dirty("longer", at);
	clear();
	at = mremap(at, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 16 * PAGE);
	dirty("moved", at);
	munmap(at, 6 * PAGE);
	dirty("unmapped", at);
}

// PAGEMAP_SCAN finds them, too.
static void scans(void)
{
	struct page_region regions[PAGES];
	struct pm_scan_arg scan = { .size = sizeof(scan),
		                    .vec = (uintptr_t)regions,
		                    .vec_len = PAGES,
		                    .category_mask = PAGE_IS_SOFT_DIRTY,
		                    .return_mask = PAGE_IS_SOFT_DIRTY | PAGE_IS_PRESENT };
	char *at = map(MAP_PRIVATE);
	int n;

	at[0] = at[PAGE] = at[4 * PAGE] = 1;
	scan.start = (uintptr_t)at;
	scan.end = scan.start + PAGES * PAGE;
	for (int round = 0; round < 3; round++) {
		n = ioctl(map_fd, PAGEMAP_SCAN, &scan);
		say("scan: %d", n);
		for (int i = 0; i < n; i++)
			say(" [%u,%u) %x", (unsigned int)(regions[i].start - scan.start) / PAGE,
			    (unsigned int)(regions[i].end - scan.start) / PAGE,
			    (unsigned int)regions[i].categories);
		say("\n");
		if (round == 0)
			clear();
		at[PAGE] = at[6 * PAGE] = 2;
	}
	munmap(at, PAGES * PAGE);
}

int main(void)
{
	map_fd = open("/proc/self/pagemap", O_RDONLY);
	writes("private", MAP_PRIVATE);
	writes("shared", MAP_SHARED);
	forced("forced writes to read-only memory", PROT_READ);
	forced("forced writes to memory without any access", PROT_NONE);
	forks();
	regions();
	scans();
	return 0;
}
