// PAGEMAP_SCAN: the errors in their order, other processes, and other files of /proc.

#define _GNU_SOURCE
#include "../pagemap.h"

#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static char *at;
static int ready[2], go_on[2];

static void try(const char *what)
{
	int n = ioctl(pagemap, PAGEMAP_SCAN, &scan);

	say("%s: %s", what, n < 0 ? error_name(errno) : "works");
	if (scan.walk_end)
		say(", to %lld", (long long)(scan.walk_end - (uintptr_t)at) / PAGE);
	say("\n");
}

// Each request has one mistake more than the next one.
static void order(void)
{
	prepare(at + 1, 1);
	scan.size = 95;
	scan.flags = 4;
	scan.return_mask = 0x10000;
	scan.end = 0xFFFFFFFFFFFFFFFF;
	scan.vec = 0;
	show("no struct", ioctl(pagemap, PAGEMAP_SCAN, NULL));
	show("half a struct", ioctl(pagemap, PAGEMAP_SCAN, at + 3 * PAGE - 48));
	try("size");
	scan.size = sizeof(scan);
	try("flags");
	scan.flags = 0;
	try("returned categories");
	scan.return_mask = 0;
	try("start");
	scan.start--;
	try("end");
	scan.end = scan.start - 1;
	try("end before the start");
	scan.end = scan.start + PAGE;
	try("no place for regions");
	scan.vec_len = 0;
	try("no regions");
}

static void values(void)
{
	static const uint64_t bits[] = { 0x200, 1ull << 63 };

	for (int i = 0; i < 2; i++) {
		prepare(at, 1);
		scan.category_inverted = bits[i];
		try("inverted");
		prepare(at, 1);
		scan.category_mask = bits[i];
		try("mask");
		prepare(at, 1);
		scan.category_anyof_mask = bits[i];
		try("any of");
		prepare(at, 1);
		scan.flags = 1ull << 32 | bits[i];
		try("flags");
	}
	prepare(at, 1);
	scan.vec = 1ull << 47;
	try("place for regions too high");
	scan.vec = number_of(regions);
	scan.vec_len = 1ull << 63;
	try("too many regions");
	scan.vec_len = 1ull << 40;
	try("many regions");
	prepare(at, 1);
	scan.end = 1ull << 47;
	try("end too high");
	scan.start = scan.end;
	try("start too high");
	prepare(at, 1);
	scan.vec = number_of(at + 4 * PAGE);
	try("place for regions not mapped");
	scan.category_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED;
	try("not needed");
	prepare(at, 3);
	scan.vec = number_of(at + 3 * PAGE - sizeof(struct page_region));
	scan.category_mask = PAGE_IS_PRESENT;
	try("place for one of two regions");
	show("an odd request", ioctl(pagemap, PAGEMAP_SCAN + 1, &scan));
	show("without an argument", ioctl(pagemap, 0x6610, 0));
}

// The struct lies in memory that the kernel cannot write.
static void read_only(void)
{
	struct pm_scan_arg *there = (void *)(at + 2 * PAGE);

	prepare(at, 1);
	*there = scan;
	mprotect(there, PAGE, PROT_READ);
	show("a struct that is read-only", ioctl(pagemap, PAGEMAP_SCAN, there));
	mprotect(there, PAGE, RW);
}

static void other_files(void)
{
	static const char *const names[] = { "/proc/self/maps", "/proc/self/stat",
		                             "/proc/self/mem",  "/proc/meminfo",
		                             "/proc/self/task", "/proc/self/fdinfo/0" };

	for (int i = 0; i < 6; i++) {
		int fd = open(names[i], O_RDONLY);

		prepare(at, 1);
		say("%s: %s\n", names[i], ioctl(fd, 0x5413, &scan) ? error_name(errno) : "works");
		close(fd);
	}
}

static void child(void)
{
	char byte;

	at[PAGE] = at[2 * PAGE] = 2;
	write(ready[1], "", 1);
	read(go_on[0], &byte, 1);
	_exit(0);
}

static void open_of(pid_t pid)
{
	char path[40];

	close(pagemap);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY);
	show("open", pagemap < 0 ? -1 : 0);
}

// The file shows the process for which it was opened.
static void other_process(void)
{
	pid_t pid;
	char byte;
	int status;

	madvise(at, 3 * PAGE, MADV_DONTNEED);
	at[0] = 1;
	pid = fork_or_end();
	if (pid == 0)
		child();
	read(ready[0], &byte, 1);
	open_of(pid);
	prepare(at, 3);
	scan.category_mask = PAGE_IS_PRESENT;
	run_scan("the child's", at, PAGE);
	write(go_on[1], "", 1);
	waitpid(pid, &status, 0);
	prepare(at, 3);
	run_scan("when it has ended", at, PAGE);
	scan.walk_end = 0;
	scan.flags = PM_SCAN_CHECK_WPASYNC | PM_SCAN_WP_MATCHING;
	run_scan("with a check", at, PAGE);
	scan.size = 1;
	run_scan("with a wrong size", at, PAGE);
	scan.size = sizeof(scan);
	show("without a struct", ioctl(pagemap, PAGEMAP_SCAN, NULL));
	show("an odd request", ioctl(pagemap, PAGEMAP_SCAN + 1, &scan));
	open_pagemap();
	run_scan("mine, with a check", at, PAGE);
}

int main(void)
{
	at = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(at + 3 * PAGE, 5 * PAGE);
	at[0] = at[2 * PAGE] = 1;
	pipe(ready);
	pipe(go_on);
	open_pagemap();
	order();
	values();
	read_only();
	other_files();
	other_process();
	return 0;
}
