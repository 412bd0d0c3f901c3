// procfs_files.c: the files of /proc that tell of this layer and of those below it.
#include "fs/procfs.h"

#include "debug/options.h"
#include "mem/heap.h"
#include "mem/inject.h"
#include "mem/page.h"
#include "thread/timer.h"
#include <abi/stat.h>
#include <stdlib.h>

#define PAGE_KIB (PAGE_SIZE / 1024)

static int show_meminfo(struct seq *seq, pid_t pid)
{
	size_t free = page_free_count() * PAGE_KIB;

	(void)pid;
	seq_printf(seq, "MemTotal:       %8zu kB\n", page_usable_count() * PAGE_KIB);
	seq_printf(seq, "MemFree:        %8zu kB\n", free);
	seq_printf(seq, "MemAvailable:   %8zu kB\n", free);
	seq_printf(seq, "Buffers:               0 kB\n");
	seq_printf(seq, "Cached:                0 kB\n");
	seq_printf(seq, "SwapTotal:             0 kB\n");
	seq_printf(seq, "SwapFree:              0 kB\n");
	seq_printf(seq, "Slab:           %8zu kB\n", heap_pages() * PAGE_KIB);
	return 0;
}

// Seconds since boot, and how many of them nothing ran: that is not counted.
static int show_uptime(struct seq *seq, pid_t pid)
{
	uint64_t hundredths = clock_ns() / (NS_PER_SECOND / 100), seconds = hundredths / 100;

	(void)pid;
	seq_printf(seq, "%llu.%02llu 0.00\n", seconds, hundredths - seconds * 100);
	return 0;
}

static int show_mounts(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "tmpfs / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n");
	return 0;
}

static int show_filesystems(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "nodev\ttmpfs\nnodev\tproc\nnodev\tpipefs\n");
	return 0;
}

#ifdef DEBUG

// Which allocation from now on fails, of all that the one who writes this does not make itself:
// user/tests/evil_inject.c. (Linux has /proc/self/fail-nth, for those that a thread makes itself.)
static int show_fail_nth(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", mem_fail_distance());
	return 0;
}

static int store_fail_nth(const char *text, size_t length, pid_t pid)
{
	(void)length;
	(void)pid;
	mem_fail_after_elsewhere(strtoul(text, NULL, 0));
	return 0;
}

#endif

static struct procfs_file files[] = {
#ifdef DEBUG
	{ .name = "fail-nth",
	  .mode = S_IFREG | 0644,
	  .show = show_fail_nth,
	  .store = store_fail_nth },
#endif
	{ .name = "meminfo", .mode = S_IFREG | 0444, .show = show_meminfo },
	{ .name = "uptime", .mode = S_IFREG | 0444, .show = show_uptime },
	{ .name = "mounts", .mode = S_IFREG | 0444, .show = show_mounts },
	{ .name = "filesystems", .mode = S_IFREG | 0444, .show = show_filesystems },
};

void procfs_register_own(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
	procfs_register_pages();
}
