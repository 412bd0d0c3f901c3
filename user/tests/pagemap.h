// What the tests of PAGEMAP_SCAN share.
#pragma once

#include "test.h"
#include <abi/pageflags.h>
#include <sys/ioctl.h>

static int pagemap = -1;                // /proc/self/pagemap, or another process's
static struct page_region regions[600]; // what the last scan has found
static struct pm_scan_arg scan;         // the last scan

static inline uint64_t number_of(const void *p)
{
	return (uintptr_t)p;
}

static inline void open_pagemap(void)
{
	close(pagemap);
	pagemap = open("/proc/self/pagemap", O_RDONLY);
}

// Prepare a scan of `pages` pages of 4 KiB that returns all categories but the soft-dirty bit.
static inline void prepare(const void *at, size_t pages)
{
	scan = (struct pm_scan_arg){
		.size = sizeof(scan),
		.start = number_of(at),
		.end = number_of(at) + pages * 4096ull,
		.vec = number_of(regions),
		.vec_len = 600,
		.return_mask = PAGE_IS_ALL & ~PAGE_IS_SOFT_DIRTY,
	};
}

// Categories as letters.
static inline void say_categories(uint64_t categories)
{
	static const char letters[] = "awfpszhdg";

	say(" ");
	for (int bit = 0; letters[bit]; bit++)
		if (categories >> bit & 1)
			say("%c", letters[bit]);
	if (!categories)
		say("-");
}

// Perform the scan, and print what it has found, in pages of `unit` bytes from `base` on; at most
// 12 regions.
static inline int run_scan(const char *what, const void *base, size_t unit)
{
	uint64_t start = (uintptr_t)base;
	int n;

	memset(regions, 0x55, sizeof(regions));
	n = ioctl(pagemap, PAGEMAP_SCAN, &scan);
	say("%s: ", what);
	if (n < 0)
		say("%s", error_name(errno));
	else
		say("%d", n);
	if (scan.walk_end)
		say(", to %lld", (long long)(scan.walk_end - start) / (long long)unit);
	for (int i = 0; i < 12 && regions[i].start != 0x5555555555555555; i++) {
		say(" [%lld,%lld)", (long long)(regions[i].start - start) / (long long)unit,
		    (long long)(regions[i].end - start) / (long long)unit);
		say_categories(regions[i].categories);
	}
	say("\n");
	return n;
}
