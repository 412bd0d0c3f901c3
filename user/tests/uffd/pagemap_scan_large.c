// PAGEMAP_SCAN of large pages: categories, limits in the middle of a page, write-protection.
// append: hugepages=8
// mem: 64

#define _GNU_SOURCE
#include "../pagemap.h"
#include "uffd_large.h"

static void see(const char *what)
{
	prepare(window, 4 * large / PAGE);
	run_scan(what, window, large);
}

static void protect_found(const char *what, uint64_t mask, uint64_t max, uint64_t len)
{
	prepare(window, 4 * large / PAGE);
	scan.flags = PM_SCAN_WP_MATCHING;
	scan.category_mask = mask;
	scan.max_pages = max;
	scan.vec_len = len;
	run_scan(what, window, large);
}

static void scans(const char *what, enum kind kind)
{
	begin(what, kind, 4, UFFD_FEATURE_WP_ASYNC);
	see("new");
	poke(0, 1);
	poke(3, 1);
	(void)peek(1);
	see("touched");
	reg("register", window, 4 * large, WP);
	see("registered");
	protect_found("protect what is written", PAGE_IS_WRITTEN, 0, 600);
	see("protected");
	poke(0, 2);
	see("written");
	protect_found("protect, without regions", PAGE_IS_WRITTEN, 0, 0);
	see("protected");
	protect("protect", 2, 1, UFFDIO_WRITEPROTECT_MODE_WP);
	see("protected without a page");
	poke(2, 2);
	see("written");
	end(4);
}

static void parts(void)
{
	begin("parts of pages", SHARED, 4, UFFD_FEATURE_WP_ASYNC);
	for (size_t page = 0; page < 3; page++)
		poke(page, 1);
	prepare(window + large / 2, 2 * large / PAGE);
	run_scan("from the middle to the middle", window + large / 2, large / 2);
	scan.max_pages = large / PAGE;
	run_scan("a page's worth", window + large / 2, large / 2);
	scan.max_pages = large / PAGE / 2 * 3;
	run_scan("one and a half", window + large / 2, large / 2);
	reg("register", window, 4 * large, WP);
	protect_found("protect one and a half", PAGE_IS_WRITTEN, large / PAGE / 2 * 3, 600);
	see("protected");
	poke(0, 2);
	prepare(window + large / 2, large / PAGE);
	scan.flags = PM_SCAN_WP_MATCHING;
	run_scan("protect halves", window + large / 2, large / 2);
	see("protected");
	protect_found("with one region", PAGE_IS_WRITTEN, 0, 1);
	see("protected");
	poison("poison", 3, 1);
	see("poisoned");
	protect_found("protect", PAGE_IS_WRITTEN, 0, 600);
	see("protected");
	prepare(window, 4 * large / PAGE);
	scan.flags = PM_SCAN_CHECK_WPASYNC;
	scan.category_mask = PAGE_IS_HUGE | PAGE_IS_WPALLOWED;
	run_scan("check", window, large);
	end(4);
}

int main(void)
{
	uffd_large_begin();
	open_pagemap();
	scans("private", PRIVATE);
	scans("shared", SHARED);
	scans("a file's, shared", FILE_SHARED);
	scans("a file's, private", FILE_PRIVATE);
	parts();
	return 0;
}
