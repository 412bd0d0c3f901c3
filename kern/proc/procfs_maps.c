// procfs_maps.c: the files of /proc/PID that describe the areas of its memory: maps, smaps, smaps_rollup, in
// Linux's form (proc(5)).
#include "fs/inode.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "procfs/procfs.h"
#include "thread/yield.h"
#include "vm/area_pages.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/device.h>
#include <abi/limits.h>
#include <abi/mman.h>
#include <abi/stat.h>
#include <stdio.h>

// Write a file's path. A newline in it is written as "\012", so that no name can make a line of
// its own.
static void write_path(struct seq *seq, const char *path)
{
	const char *newline;

	for (; (newline = strchr(path, '\n')); path = newline + 1) {
		seq_write(seq, path, (size_t)(newline - path));
		seq_write(seq, "\\012", 4);
	}
	seq_write(seq, path, strlen(path));
}

// What the line of one area shows.
struct maps {
	char numbers[96];   // all columns before the name
	struct inode *host; // the file that the area maps, a reference, or NULL
	char name[PATH_MAX];

	// For smaps:
	struct area_pages pages;
	size_t size;    // bytes
	bool large;     // of large pages
	uint32_t flags; // AREA_ bits
	uint8_t prot;
	bool device;
};

#define MAPS_NAME_COLUMN 49
#define MAPS_COST 3000    // instructions, roughly, to write a line
#define SMAPS_COST 20000  // with all lines of smaps
#define MAPS_BYTE_COST 50 // and, in the worst case, each byte of its name

// Copy what an area's line shows into *maps. Caller: holds the space's lock.
static void look_at_area(const struct area *area, struct maps *maps)
{
	struct inode *host = area->object ? area->object->host : NULL;
	dev_t dev = host ? host->dev : 0;
	const char *name = area->name;

	assert_read_held(&area->as->lock);
	snprintf(maps->numbers, sizeof(maps->numbers), "%08x-%08x %c%c%c%c %08llx %02x:%02x %u ",
	         area->start, area->end, area->prot & PROT_READ ? 'r' : '-',
	         area->prot & PROT_WRITE ? 'w' : '-', area->prot & PROT_EXEC ? 'x' : '-',
	         area->flags & AREA_SHARED ? 's' : 'p',
	         area->object || area->ops == &linear_ops ? area->offset : 0, major(dev),
	         minor(dev), host ? host->ino : 0);
	maps->host = host ? inode_get(host) : NULL;
	if (area->object && !name)
		name = "/dev/zero (deleted)"; // Linux's name for shared anonymous memory
	if (area->flags & AREA_LABELLED)
		snprintf(maps->name, sizeof(maps->name), "[%s:%s]",
		         area->object ? "anon_shmem" : "anon", name);
	else
		strlcpy(maps->name, name ? name : "", sizeof(maps->name));
	maps->size = area->end - area->start;
	maps->large = area->ops->plain == &large_ops;
	maps->device = area->ops->plain == &linear_ops;
	maps->flags = area->flags;
	maps->prot = area->prot;
}

// Write the line of an area, and drop the reference on the file that it maps. Caller: holds no lock.
static void write_line(struct seq *seq, struct maps *maps)
{
	const char *name = maps->name;

	assert_no_lock();
	if (maps->host) {
		mutex_lock(&tree_lock);
		name = inode_path(maps->host, tree_root, maps->name, sizeof(maps->name));
		tree_unlock();
		inode_put(maps->host);
	}
	if (name && *name) {
		seq_printf(seq, "%-*s", MAPS_NAME_COLUMN, maps->numbers);
		write_path(seq, name);
		(void)yield_due(MAPS_BYTE_COST * strlen(name));
	} else {
		seq_printf(seq, "%s", maps->numbers);
	}
	seq_write(seq, "\n", 1);
}

// Write a line of smaps.
static void write_kib(struct seq *seq, const char *name, uint64_t bytes)
{
	seq_printf(seq, "%-16s%8llu kB\n", name, bytes / 1024);
}

// Write the lines of smaps that count pages; in the sums over all areas the space's share is also shown
// by kind. Linux would show pages of files and of transparent large pages, and those that wait to be freed
// or have been swapped; there are none.
static void write_sums(struct seq *seq, const struct area_pages *pages, bool by_kind)
{
	size_t clean = pages->shared_clean + pages->private_clean;
	size_t dirty = pages->shared_dirty + pages->private_dirty;

	write_kib(seq, "Rss:", (uint64_t)(clean + dirty) * PAGE_SIZE);
	write_kib(seq, "Pss:", pages->anonymous_share + pages->object_share);
	write_kib(seq, "Pss_Dirty:", pages->dirty_share);
	if (by_kind) {
		write_kib(seq, "Pss_Anon:", pages->anonymous_share);
		write_kib(seq, "Pss_File:", 0);
		write_kib(seq, "Pss_Shmem:", pages->object_share);
	}
	write_kib(seq, "Shared_Clean:", (uint64_t)pages->shared_clean * PAGE_SIZE);
	write_kib(seq, "Shared_Dirty:", (uint64_t)pages->shared_dirty * PAGE_SIZE);
	write_kib(seq, "Private_Clean:", (uint64_t)pages->private_clean * PAGE_SIZE);
	write_kib(seq, "Private_Dirty:", (uint64_t)pages->private_dirty * PAGE_SIZE);
	write_kib(seq, "Referenced:", (uint64_t)pages->referenced * PAGE_SIZE);
	write_kib(seq, "Anonymous:", (uint64_t)pages->anonymous * PAGE_SIZE);
	write_kib(seq, "KSM:", 0);
	write_kib(seq, "LazyFree:", 0);
	write_kib(seq, "AnonHugePages:", 0);
	write_kib(seq, "ShmemPmdMapped:", 0);
	write_kib(seq, "FilePmdMapped:", 0);
	write_kib(seq, "Shared_Hugetlb:", (uint64_t)pages->shared_large * LARGE_SIZE);
	write_kib(seq, "Private_Hugetlb:", (uint64_t)pages->private_large * LARGE_SIZE);
	write_kib(seq, "Swap:", 0);
	write_kib(seq, "SwapPss:", 0);
}

// Returns true if the area has the flag that `name` stands for in the line VmFlags.
static bool has_flag(const struct maps *maps, const char *name)
{
	static const struct {
		const char *name;
		uint32_t flag; // AREA_
	} simple[] = {
		{ "gd", AREA_GROWSDOWN },  { "um", AREA_UFFD_MISSING }, { "uw", AREA_UFFD_WP },
		{ "lo", AREA_LOCKED },     { "sr", AREA_SEQUENTIAL },   { "rr", AREA_RANDOM },
		{ "dc", AREA_DONTFORK },   { "lf", AREA_ONFAULT },      { "nr", AREA_NORESERVE },
		{ "wf", AREA_WIPEONFORK }, { "dd", AREA_DONTDUMP },     { "ui", AREA_UFFD_MINOR },
		{ "ms", AREA_SHARED },     { "sl", AREA_SEALED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(simple); i++)
		if (strcmp(name, simple[i].name) == 0)
			return maps->flags & simple[i].flag;
	if (strcmp(name, "rd") == 0)
		return maps->prot & PROT_READ;
	if (strcmp(name, "wr") == 0)
		return maps->prot & PROT_WRITE;
	if (strcmp(name, "ex") == 0)
		return maps->prot & PROT_EXEC;
	if (strcmp(name, "sh") == 0)
		return (maps->flags & AREA_SHARED) && !(maps->flags & AREA_NOWRITE);
	if (strcmp(name, "mw") == 0)
		return !(maps->flags & AREA_NOWRITE);
	if (strcmp(name, "ht") == 0)
		return maps->large;
	if (strcmp(name, "pf") == 0 || strcmp(name, "io") == 0 || strcmp(name, "de") == 0)
		return maps->device;
	return true; // mr, me: every area may be made readable and executable
}

// Write the lines of smaps about an area. VmFlags are in Linux's order, without "ac" and "sd", of which
// this kernel keeps no record.
static void write_smaps(struct seq *seq, const struct maps *maps)
{
	static const char names[][3] = { "rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd",
		                         "um", "pf", "uw", "lo", "io", "sr", "rr", "dc", "de",
		                         "lf", "nr", "ht", "wf", "dd", "ui", "sl" };
	size_t page = maps->large ? LARGE_SIZE : PAGE_SIZE;

	write_kib(seq, "Size:", maps->size);
	write_kib(seq, "KernelPageSize:", page);
	write_kib(seq, "MMUPageSize:", page);
	write_sums(seq, &maps->pages, false);
	write_kib(seq, "Locked:",
	          maps->flags & AREA_LOCKED ?
	                  maps->pages.anonymous_share + maps->pages.object_share :
	                  0);
	seq_printf(seq, "THPeligible:    %8d\nVmFlags: ", 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (has_flag(maps, names[i]))
			seq_printf(seq, "%s ", names[i]);
	seq_printf(seq, "\n");
}

// Write the lines of the areas from `seq->from` on, with `smaps` also what lies in them, up to the end of this part of the text. The
// space's lock is held for one area at a time. So, as on Linux, a change in between is seen either
// before or after. tree_lock is taken only after the release of the space's lock: the thread that
// holds the space's lock may yield, and the tree must not wait for that.
// Returns 0, -ENOMEM or -EINTR.
static int write_areas(struct seq *seq, struct aspace *as, struct maps *maps, bool smaps)
{
	const struct area *area;
	uintptr_t va = seq->from;

	while (!seq_full(seq)) {
		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, va);
		if (area) {
			va = area->end;
			look_at_area(area, maps);
			memset(&maps->pages, 0, sizeof(maps->pages));
			if (smaps)
				area_count_pages(as, area, &maps->pages);
		}
		rwlock_read_unlock(&as->lock);
		if (!area)
			return 0;
		write_line(seq, maps);
		if (smaps)
			write_smaps(seq, maps);
		if (seq->overflow)
			return -ENOMEM;
		if (yield_after(smaps ? SMAPS_COST : MAPS_COST))
			return -EINTR;
	}
	seq->next = va;
	return 0;
}

// maps and smaps. A part of the text ends after an area.
static int show_areas(struct seq *seq, pid_t pid, bool smaps)
{
	struct aspace *as = process_get_aspace(pid);
	struct maps *maps = kmalloc(sizeof(*maps));
	int error = as && !maps ? -ENOMEM : 0;

	if (as && maps)
		error = write_areas(seq, as, maps, smaps);
	kfree(maps);
	if (as)
		aspace_put(as);
	return error;
}

// maps: a line for each area.
static int show_maps(struct seq *seq, pid_t pid)
{
	return show_areas(seq, pid, false);
}

// smaps: more lines for each area.
static int show_smaps(struct seq *seq, pid_t pid)
{
	return show_areas(seq, pid, true);
}

// Add what lies in an area to *sum. Returns the locked part of the space's share. Caller: holds the
// space's lock.
static uint64_t count_area(struct aspace *as, const struct area *area, struct area_pages *sum)
{
	uint64_t before = sum->anonymous_share + sum->object_share;

	assert_read_held(&as->lock);
	area_count_pages(as, area, sum);
	return area->flags & AREA_LOCKED ? sum->anonymous_share + sum->object_share - before : 0;
}

// smaps_rollup: the sums over all areas, as if they were one.
static int show_rollup(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	struct area_pages sum = { 0 };
	uintptr_t first = 0, va = 0;
	const struct area *area = NULL;
	uint64_t locked = 0;
	char numbers[48];
	int error = 0;

	if (!as)
		return -ESRCH;
	do {
		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, va);
		if (area) {
			first = first ? first : area->start;
			va = area->end;
			locked += count_area(as, area, &sum);
		}
		rwlock_read_unlock(&as->lock);
		error = yield_after(MAPS_COST);
	} while (area && !error);
	aspace_put(as);
	if (error)
		return -EINTR;
	snprintf(numbers, sizeof(numbers), "%08x-%08x ---p 00000000 00:00 0 ", first, va);
	seq_printf(seq, "%-*s[rollup]\n", MAPS_NAME_COLUMN, numbers);
	write_sums(seq, &sum, true);
	write_kib(seq, "Locked:", locked);
	return 0;
}

void process_maps_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "maps", .mode = S_IFREG | 0444, .guarded = true, .show = show_maps },
		{ .name = "smaps", .mode = S_IFREG | 0444, .guarded = true, .show = show_smaps },
		{ .name = "smaps_rollup",
		  .mode = S_IFREG | 0444,
		  .guarded = true,
		  .show = show_rollup },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
}
