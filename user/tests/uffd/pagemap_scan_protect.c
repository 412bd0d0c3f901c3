// PAGEMAP_SCAN with write-protection: which pages were written since the last scan.
// stretch

#define _GNU_SOURCE
#include "../pagemap.h"
#include "uffd.h"

#define PAGES 16

static int fd;

static char *at(long page)
{
	return window + page * (long)PAGE;
}

static void touch(int page)
{
	*(volatile char *)at(page) = 1;
}

static int protect_found(const char *what, uint64_t mask, uint64_t returned, uint64_t len)
{
	prepare(window, PAGES);
	scan.flags = PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC;
	scan.category_mask = mask;
	scan.return_mask = returned;
	scan.vec_len = len;
	return run_scan(what, window, PAGE);
}

static void see(const char *what)
{
	prepare(window, PAGES);
	run_scan(what, window, PAGE);
}

#define SEEN (PAGE_IS_ALL & ~PAGE_IS_SOFT_DIRTY)

static void fresh(const char *what, int flags, uint64_t features)
{
	say("%s\n", what);
	window = mmap(NULL, 8 * 1024 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(window, 8 * 1024 * PAGE);
	// Away from all others, so that the page table is its own.
	window = (char *)(((uintptr_t)window + 4 * 1024 * PAGE) & ~(uintptr_t)(1024 * PAGE - 1));
	mmap(window, PAGES * PAGE, RW, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	fd = uffd_ready(O_NONBLOCK, features);
	show("  register", uffd_register(fd, window, PAGES * PAGE, WP, NULL));
}

static void done(void)
{
	close(fd);
	munmap(window, PAGES * PAGE);
}

// The use that it is made for.
static void rounds(const char *what, int flags)
{
	fresh(what, flags, UFFD_FEATURE_WP_ASYNC);
	see("  new");
	protect_found("  all", 0, SEEN, 600);
	see("  protected");
	touch(1);
	touch(2);
	touch(9);
	(void)*(volatile char *)at(5);
	see("  touched");
	protect_found("  written", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN, 600);
	protect_found("  again", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN, 600);
	touch(9);
	touch(10);
	madvise(at(1), PAGE, MADV_DONTNEED);
	read(open("/bin/sh", O_RDONLY), at(12), 1);
	see("  one gone, others written");
	protect_found("  first", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN | PAGE_IS_PRESENT, 1);
	protect_found("  the others", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN | PAGE_IS_PRESENT, 600);
	see("  at the end");
	show_pagemap("  page", at(9));
	show_pagemap("  one without memory", at(15));
	done();
}

// Without room for regions every page is protected, whatever the request asks for.
static void blindly(const char *what, int flags)
{
	fresh(what, flags, UFFD_FEATURE_WP_ASYNC);
	touch(3);
	touch(4);
	protect_found("  large pages only", PAGE_IS_HUGE, SEEN, 0);
	see("  protected");
	touch(4);
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 0);
	see("  protected");
	done();
}

// Pages beside others that may not be changed.
static void limits(void)
{
	fresh("limits", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	for (int page = 0; page < PAGES; page++)
		if (page % 5)
			touch(page);
	prepare(window, PAGES);
	scan.flags = PM_SCAN_WP_MATCHING;
	scan.max_pages = 3;
	scan.category_mask = PAGE_IS_PRESENT;
	run_scan("  three pages", window, PAGE);
	see("  are protected");
	prepare(window, PAGES);
	scan.flags = PM_SCAN_WP_MATCHING;
	scan.category_mask = PAGE_IS_PRESENT | PAGE_IS_WRITTEN;
	scan.vec_len = 1;
	run_scan("  one region", window, PAGE);
	see("  is protected");
	prepare(at(6), 5);
	scan.flags = PM_SCAN_WP_MATCHING;
	scan.category_mask = PAGE_IS_PRESENT;
	scan.category_inverted = PAGE_IS_PRESENT;
	run_scan("  what is not present", window, PAGE);
	see("  is protected");
	done();
	fresh("a limit in a hole", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	prepare(window, PAGES);
	scan.flags = PM_SCAN_WP_MATCHING;
	scan.max_pages = 7;
	run_scan("  seven pages", window, PAGE);
	see("  are protected");
	done();
	fresh("a hole", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	protect_found("  written", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN, 600);
	protect_found("  without regions", PAGE_IS_WRITTEN, PAGE_IS_WRITTEN, 0);
	see("  is protected");
	done();
}

static void poisoned(void)
{
	fresh("poison", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	touch(0);
	show_fill("  poison", uffd_poison(fd, at(2), 2 * PAGE, 0));
	see("  poisoned");
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 600);
	see("  protected");
	show("  unprotect", uffd_protect(fd, window, PAGES * PAGE, 0));
	see("  unprotected");
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 600);
	show_fill("  copy", uffd_copy(fd, at(2), at(0), PAGE, 0));
	see("  copied");
	madvise(window, PAGES * PAGE, MADV_DONTNEED);
	see("  discarded");
	done();
}

static void elsewhere(const char *what, uint64_t flags)
{
	prepare(window, 8);
	scan.flags = flags;
	scan.category_mask = PAGE_IS_PRESENT;
	run_scan(what, window, PAGE);
}

// Areas that are not registered, or without the feature: refused, or passed over.
static void others(void)
{
	fresh("without the feature", MAP_PRIVATE, 0);
	touch(0);
	elsewhere("  scan", 0);
	elsewhere("  protect", PM_SCAN_WP_MATCHING);
	elsewhere("  check", PM_SCAN_CHECK_WPASYNC);
	elsewhere("  both", PM_SCAN_CHECK_WPASYNC | PM_SCAN_WP_MATCHING);
	done();
	fresh("registered for something else", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	uffd_unregister(fd, window, PAGES * PAGE);
	uffd_register(fd, window, PAGES * PAGE, MISSING, NULL);
	elsewhere("  check", PM_SCAN_CHECK_WPASYNC);
	done();
	fresh("only the first part", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	for (int page = 0; page < 6; page++)
		touch(page);
	uffd_unregister(fd, at(4), 12 * PAGE);
	elsewhere("  check", PM_SCAN_CHECK_WPASYNC);
	elsewhere("  protect with the check", PM_SCAN_CHECK_WPASYNC | PM_SCAN_WP_MATCHING);
	see("  the first part is protected");
	touch(2);
	elsewhere("  protect", PM_SCAN_WP_MATCHING);
	munmap(at(4), 12 * PAGE);
	elsewhere("  check beside a hole", PM_SCAN_CHECK_WPASYNC);
	prepare(window, PAGES);
	scan.category_mask = PAGE_IS_WPALLOWED;
	run_scan("  registered", window, PAGE);
	scan.category_inverted = PAGE_IS_WPALLOWED;
	run_scan("  not registered", window, PAGE);
	done();
}

// A page that a child shares, and one of a file.
static void forked(void)
{
	int status, file = memfd_create("file", 0);
	pid_t pid;

	fresh("after a fork", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	for (int page = 0; page < 4; page++)
		touch(page);
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 600);
	pid = fork_or_end();
	if (pid == 0) {
		open_pagemap();
		touch(1);
		see("  the child");
		prepare(window, PAGES);
		scan.flags = PM_SCAN_CHECK_WPASYNC;
		run_scan("  check in the child", window, PAGE);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status("  child", status);
	touch(2);
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 600);
	done();
	fresh("a private file", MAP_PRIVATE, UFFD_FEATURE_WP_ASYNC);
	ftruncate(file, PAGES * PAGE);
	mmap(window, PAGES * PAGE, RW, MAP_PRIVATE | MAP_FIXED, file, 0);
	show("  register", uffd_register(fd, window, PAGES * PAGE, WP, NULL));
	(void)*(volatile char *)at(0);
	touch(1);
	protect_found("  all", 0, SEEN, 600);
	touch(0);
	touch(2);
	protect_found("  written", PAGE_IS_WRITTEN, SEEN, 600);
	ftruncate(file, PAGE);
	see("  truncated");
	close(file);
	done();
}

int main(void)
{
	open_pagemap();
	rounds("private", MAP_PRIVATE);
	rounds("shared", MAP_SHARED);
	blindly("without regions, private", MAP_PRIVATE);
	blindly("without regions, shared", MAP_SHARED);
	limits();
	poisoned();
	others();
	forked();
	return 0;
}
