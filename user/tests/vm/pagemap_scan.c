// PAGEMAP_SCAN without write-protection: categories, filters, limits, merging, the end of the walk.

#define _GNU_SOURCE
#include "../pagemap.h"

#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096
#define PAGES 16
#define RW (PROT_READ | PROT_WRITE)

static char *at;

static void touch(int page)
{
	at[page * PAGE] = 1;
}

static void look(int page)
{
	(void)*(volatile char *)(at + page * PAGE);
}

static void find(const char *what, uint64_t mask, uint64_t anyof, uint64_t inverted)
{
	prepare(at, PAGES);
	scan.category_mask = mask;
	scan.category_anyof_mask = anyof;
	scan.category_inverted = inverted;
	run_scan(what, at, PAGE);
}

// Four pages each: written; read; written and without access; not used. Then a file's.
static void make_memory(void)
{
	int file = open("/bin/sh", O_RDONLY);

	at = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(at + PAGES * PAGE, 48 * PAGE);
	mmap(at, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (int page = 0; page < 3; page++)
		touch(page);
	look(4);
	look(5);
	touch(7);
	mprotect(at + 7 * PAGE, PAGE, PROT_NONE);
	mmap(at + 10 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, file, 0);
	madvise(at + 10 * PAGE, 2 * PAGE, MADV_RANDOM);
	touch(10);
	munmap(at + 12 * PAGE, PAGE);
	mmap(at + 13 * PAGE, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	touch(13);
	touch(15);
	close(file);
}

static void filters(void)
{
	find("all", 0, 0, 0);
	find("present", PAGE_IS_PRESENT, 0, 0);
	find("present, of a file", PAGE_IS_PRESENT | PAGE_IS_FILE, 0, 0);
	find("not present", PAGE_IS_PRESENT, 0, PAGE_IS_PRESENT);
	find("present, not of a file", PAGE_IS_PRESENT | PAGE_IS_FILE, 0, PAGE_IS_FILE);
	find("of zeroes", PAGE_IS_PFNZERO, 0, 0);
	find("of zeroes or of a file", 0, PAGE_IS_PFNZERO | PAGE_IS_FILE, 0);
	find("written, and one of two", PAGE_IS_WRITTEN, PAGE_IS_PFNZERO | PAGE_IS_FILE, 0);
	find("with write-protection", PAGE_IS_WPALLOWED, 0, 0);
	find("without it", PAGE_IS_WPALLOWED, 0, PAGE_IS_WPALLOWED);
	find("large", PAGE_IS_HUGE, 0, 0);
	find("swapped", PAGE_IS_SWAPPED, 0, 0);
	find("guards", PAGE_IS_GUARD, 0, 0);
	find("impossible", PAGE_IS_PRESENT | PAGE_IS_SWAPPED, 0, 0);
	prepare(at, PAGES);
	scan.category_mask = PAGE_IS_PRESENT;
	scan.return_mask = 0;
	run_scan("nothing is returned", at, PAGE);
	scan.return_mask = PAGE_IS_PRESENT;
	run_scan("only that they are present", at, PAGE);
	scan.return_mask = PAGE_IS_FILE;
	run_scan("only whether of a file", at, PAGE);
}

static void limits(void)
{
	for (uint64_t max = 0; max < 9; max++) {
		prepare(at, PAGES);
		scan.category_mask = PAGE_IS_PRESENT;
		scan.max_pages = max;
		run_scan("pages limited", at, PAGE);
	}
	for (uint64_t len = 0; len < 6; len++) {
		prepare(at, PAGES);
		scan.category_mask = PAGE_IS_PRESENT;
		scan.vec_len = len;
		run_scan("regions limited", at, PAGE);
	}
	prepare(at, PAGES);
	scan.max_pages = 3;
	scan.category_mask = PAGE_IS_PRESENT;
	scan.category_inverted = PAGE_IS_PRESENT;
	run_scan("absent pages limited", at, PAGE);
	prepare(at, PAGES);
	scan.vec = scan.vec_len = 0;
	run_scan("without regions", at, PAGE);
	prepare(at, PAGES);
	scan.vec_len = 0;
	scan.max_pages = 1;
	run_scan("with none of them", at, PAGE);
	prepare(at + PAGE, 0);
	run_scan("nothing", at, PAGE);
	prepare(at + PAGE, 1);
	scan.end++;
	run_scan("a byte more", at, PAGE);
	prepare(at + 12 * PAGE, 1);
	run_scan("a hole", at, PAGE);
	prepare(at + PAGES * PAGE, 4);
	run_scan("a larger hole", at, PAGE);
}

// Holes of many pages: limits cut them exactly. No page table is there before: 4 MiB are the span of one at most.
static void holes(void)
{
	char *big, *room = mmap(NULL, 20 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(room, 20 << 20);
	big = (char *)(((uintptr_t)room + (4 << 20)) & ~(uintptr_t)((4 << 20) - 1));
	mmap(big, 12 << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	madvise(big, 12 << 20, MADV_NOHUGEPAGE);
	prepare(big, 3072);
	run_scan("a large hole", big, PAGE);
	scan.walk_end = 0;
	scan.max_pages = 1500;
	run_scan("a part of it", big, PAGE);
	big[2000 * PAGE] = 1;
	prepare(big, 1024);
	run_scan("below a page", big, PAGE);
	prepare(big + 2048 * PAGE, 1024);
	run_scan("above", big + 2048 * PAGE, PAGE);
	prepare(big, 3072);
	scan.category_mask = PAGE_IS_PRESENT;
	run_scan("the page", big, PAGE);
	munmap(big, 12 << 20);
}

// More regions than the kernel collects at once.
static void many(void)
{
	char *big = mmap(NULL, 1400 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(big, 1400 * PAGE, MADV_NOHUGEPAGE);
	for (int page = 0; page < 1400; page += 2)
		big[page * PAGE] = 1;
	for (uint64_t len = 510; len < 516; len++) {
		prepare(big, 1400);
		scan.category_mask = PAGE_IS_PRESENT;
		scan.vec_len = len;
		run_scan("many regions", big, PAGE);
		say("the last: %lld\n", (long long)(regions[len - 1].start - (uintptr_t)big) / PAGE);
	}
	prepare(big, 1100);
	scan.category_mask = PAGE_IS_PRESENT;
	say("all: %d\n", ioctl(pagemap, PAGEMAP_SCAN, &scan));
	munmap(big, 1400 * PAGE);
}

int main(void)
{
	open_pagemap();
	make_memory();
	filters();
	limits();
	holes();
	many();
	return 0;
}
