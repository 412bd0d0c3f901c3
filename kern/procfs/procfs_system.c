// procfs_system.c: the files of /proc about memory and the system: data of this layer and those
// below it.
#include "procfs/procfs.h"

#include "debug/boot_options.h"
#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "mem/large_pool.h"
#include "mem/page.h"
#include "vm/area.h"
#include <abi/stat.h>
#include <stdlib.h>

#define PAGE_KIB (PAGE_SIZE / 1024)

// Write a line with a number of pages as KiB, in the columns that programs such as free(1)
// parse.
static void show_kib(struct seq *seq, const char *name, size_t pages)
{
	seq_printf(seq, "%-16s%8zu kB\n", name, pages * PAGE_KIB);
}

// Write the lines about the pool of large pages; "surplus" pages, which Linux can add at run
// time, do not exist here.
static void show_large(struct seq *seq)
{
	struct large_counts large = large_pool_counts();

	seq_printf(seq, "HugePages_Total:   %5zu\n", large.total);
	seq_printf(seq, "HugePages_Free:    %5zu\n", large.free);
	seq_printf(seq, "HugePages_Rsvd:    %5zu\n", large.reserved);
	seq_printf(seq, "HugePages_Surp:        0\n");
	show_kib(seq, "Hugepagesize:", LARGE_PAGES);
	show_kib(seq, "Hugetlb:", large.total * LARGE_PAGES);
}

// All files lie in memory, so the pages of files are both cache and what Linux calls shared
// memory. None of it can be reclaimed, so only free memory is available.
static int show_meminfo(struct seq *seq, pid_t pid)
{
	size_t free = page_free_count(), kinds[PAGE_KINDS];

	(void)pid;
	procfs_count_pages(kinds);
	show_kib(seq, "MemTotal:", page_usable_count());
	show_kib(seq, "MemFree:", free);
	show_kib(seq, "MemAvailable:", free);
	show_kib(seq, "Buffers:", 0);
	show_kib(seq, "Cached:", kinds[PAGE_OBJECT]);
	show_kib(seq, "SwapCached:", 0);
	show_kib(seq, "SwapTotal:", 0);
	show_kib(seq, "SwapFree:", 0);
	show_kib(seq, "AnonPages:", kinds[PAGE_ANONYMOUS]);
	show_kib(seq, "Shmem:", kinds[PAGE_OBJECT]);
	show_kib(seq, "Slab:", heap_pages());
	show_kib(seq, "SReclaimable:", 0);
	show_kib(seq, "SUnreclaim:", heap_pages());
	show_kib(seq, "KernelStack:", kinds[PAGE_STACK]);
	show_kib(seq, "PageTables:", kinds[PAGE_TABLE] + kinds[PAGE_DIRECTORY]);
	show_large(seq);
	return 0;
}

// The types of file systems; "nodev" says that they need no disk.
static int show_filesystems(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "nodev\ttmpfs\nnodev\tproc\nnodev\tpipefs\n");
	return 0;
}

// The greatest number of areas in an address space. Linux lets root change it; here it is a
// constant.
static int show_max_map_count(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%zu\n", areas_max);
	return 0;
}

#ifdef DEBUG

// /proc/fail-nth: which allocations fail from now on. The writer's own allocations are not
// counted. "N": the N-th; "from N": the N-th and all later ones; "random N SEED": one in N, by
// chance; "0": none. user/tests/evil/evil_inject.c uses it. (Linux's /proc/self/fail-nth counts
// only the allocations that the thread itself makes.)
static int show_fail_nth(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", mem_fail_distance());
	return 0;
}

// A text that is no number counts as 0 (strtoul), which injects nothing.
static int store_fail_nth(const char *text, size_t length, pid_t pid)
{
	static const char from[] = "from ", random[] = "random ";
	struct mem_failures failures = { 0 };
	char *end;

	(void)length;
	(void)pid;
	if (strncmp(text, random, sizeof(random) - 1) == 0) {
		failures.odds = strtoul(text + sizeof(random) - 1, &end, 0);
		failures.seed = strtoul(end, NULL, 0);
	} else if (strncmp(text, from, sizeof(from) - 1) == 0) {
		failures.lasting = true;
		failures.after = strtoul(text + sizeof(from) - 1, NULL, 0);
	} else {
		failures.after = strtoul(text, NULL, 0);
	}
	mem_fail_elsewhere(&failures);
	return 0;
}

#endif

// The files of this source file, in the order in which a listing of /proc shows them.
static struct procfs_file files[] = {
#ifdef DEBUG
	{ .name = "fail-nth",
	  .mode = S_IFREG | 0644,
	  .show = show_fail_nth,
	  .store = store_fail_nth },
#endif
	{ .name = "meminfo", .mode = S_IFREG | 0444, .show = show_meminfo },
	{ .name = "filesystems", .mode = S_IFREG | 0444, .show = show_filesystems },
	{ .name = "sys/vm/max_map_count", .mode = S_IFREG | 0444, .show = show_max_map_count },
};

void procfs_system_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
