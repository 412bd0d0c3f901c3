// procfs_pid.c: the files of /proc/PID, in Linux's form (proc(5)), so that Linux's programs can
// read them.
#include "proc/procfs_pid.h"

#include "fs/inode.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "procfs/procfs.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/uaccess.h"
#include <abi/device.h>
#include <abi/limits.h>
#include <abi/mman.h>
#include <abi/stat.h>
#include <abi/time.h>

// The facts about a process that the files show, taken at one moment.
struct snapshot {
	pid_t pid, ppid, pgid, sid;
	char name[16];
	char state;
	uint64_t started;
	struct aspace_usage memory; // all 0 for a zombie and for init
	sigmask_t pending, thread_pending, blocked;
	struct usage usage, reaped;
	struct cpu_time time, reaped_time;
	int nice;
};

// Returns the letter of a process's state, as in proc(5).
static char state_of(const struct process *process)
{
	if (process->zombie)
		return 'Z';
	if (process->signals.job == JOB_STOPPED)
		return 'T';
	return process_thread(process)->state == THREAD_RUNNABLE ? 'R' : 'S';
}

// Copy the facts about the process's thread. Caller: holds process_lock.
static void take_thread(const struct thread *thread, struct snapshot *shot)
{
	assert_spin_held(&process_lock);
	shot->thread_pending = thread->signals.set;
	shot->blocked = thread->sigmask;
}

// Take a snapshot of process `pid`. Returns 0 or -ESRCH. The memory is counted after the lock's
// release, with a reference on the space: that takes a sleeping lock.
static int take_snapshot(pid_t pid, struct snapshot *shot)
{
	struct process *process;
	struct aspace *as;

	memset(shot, 0, sizeof(*shot));
	spin_lock(&process_lock);
	process = process_find(pid);
	if (process) {
		shot->ppid = process->parent ? process->parent->pid : 0;
		shot->pgid = process->pgid;
		shot->sid = process->sid;
		shot->state = state_of(process);
		shot->started = process->started;
		shot->pending = process->signals.queue.set;
		memcpy(shot->name, process->name, sizeof(shot->name));
		usage_of_process(process, &shot->usage);
		shot->reaped = process->reaped;
		shot->time = cputime_report(&shot->usage.cpu, &process->reported);
		shot->reaped_time = cputime_report(&process->reaped.cpu, &process->reported_reaped);
		shot->nice = process->zombie ? 0 : process_thread(process)->nice;
		if (!process->zombie)
			take_thread(process_thread(process), shot);
	}
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	shot->pid = pid;
	as = process_get_aspace(pid);
	if (as) {
		aspace_count(as, &shot->memory);
		aspace_put(as);
	}
	return 0;
}

// Returns the pages in memory.
static size_t resident(const struct aspace_usage *memory)
{
	return memory->anonymous + memory->objects;
}

// Returns a time in the ticks that /proc uses (USER_HZ).
static uint64_t ticks_of(uint64_t ns)
{
	return ns / (NS_PER_SECOND / USER_HZ);
}

// stat: 52 fields in one line. Fields that have no meaning here are constants.
static int show_stat(struct seq *seq, pid_t pid)
{
	struct snapshot shot;
	int error = take_snapshot(pid, &shot);

	if (error)
		return error;
	seq_printf(seq, "%d (%s) %c %d %d %d 0 -1 0 %u %u 0 0 ", pid, shot.name, shot.state,
	           shot.ppid, shot.pgid, shot.sid, shot.usage.faults, shot.reaped.faults);
	seq_printf(seq, "%llu %llu %llu %llu %d %d 1 0 ", ticks_of(shot.time.user),
	           ticks_of(shot.time.system), ticks_of(shot.reaped_time.user),
	           ticks_of(shot.reaped_time.system), 20 + shot.nice, shot.nice);
	seq_printf(seq, "%llu %zu %zu 4294967295 ", shot.started / (NS_PER_SECOND / 100),
	           shot.memory.size * PAGE_SIZE, resident(&shot.memory));
	seq_printf(seq, "0 0 0 0 0 %u %u 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
	           (uint32_t)shot.thread_pending, (uint32_t)shot.blocked);
	return 0;
}

// Returns the word for a state's letter.
static const char *state_name(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'T':
		return "stopped";
	case 'Z':
		return "zombie";
	default:
		return "sleeping";
	}
}

// Write a line of status that shows a size.
static void show_kib(struct seq *seq, const char *name, size_t pages)
{
	seq_printf(seq, "%s:\t%8zu kB\n", name, pages * (PAGE_SIZE / 1024));
}

// Write the lines of status about memory. As on Linux, pages of files count as shared memory if
// the file system is a tmpfs, as ours is; and a process without an address space has no
// such lines.
static void show_memory(struct seq *seq, const struct aspace_usage *memory)
{
	if (memory->size == 0)
		return;
	show_kib(seq, "VmSize", memory->size);
	show_kib(seq, "VmLck", memory->locked);
	show_kib(seq, "VmRSS", resident(memory));
	show_kib(seq, "RssAnon", memory->anonymous);
	show_kib(seq, "RssFile", 0);
	show_kib(seq, "RssShmem", memory->objects);
	show_kib(seq, "VmData", memory->data);
	show_kib(seq, "VmStk", memory->stack);
	show_kib(seq, "VmExe", memory->text);
	show_kib(seq, "VmLib", 0);
	show_kib(seq, "VmPTE", memory->tables);
	show_kib(seq, "VmSwap", 0);
	show_kib(seq, "HugetlbPages", memory->large * LARGE_PAGES);
}

// statm, in pages: all, resident, shared of these, text, libraries, data with the stack, dirty.
static int show_statm(struct seq *seq, pid_t pid)
{
	struct snapshot shot;
	int error = take_snapshot(pid, &shot);

	if (error)
		return error;
	seq_printf(seq, "%zu %zu %zu %zu 0 %zu 0\n", shot.memory.size, resident(&shot.memory),
	           shot.memory.objects, shot.memory.text, shot.memory.data + shot.memory.stack);
	return 0;
}

// status: some of Linux's lines, in Linux's order.
static int show_status(struct seq *seq, pid_t pid)
{
	struct snapshot shot;
	int error = take_snapshot(pid, &shot);

	if (error)
		return error;
	seq_printf(seq, "Name:\t%s\nState:\t%c (%s)\n", shot.name, shot.state,
	           state_name(shot.state));
	seq_printf(seq, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\n", pid, pid, shot.ppid);
	seq_printf(seq, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
	show_memory(seq, &shot.memory);
	seq_printf(seq, "Threads:\t1\nSigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
	           shot.thread_pending, shot.pending, shot.blocked);
	seq_printf(seq, "voluntary_ctxt_switches:\t%u\nnonvoluntary_ctxt_switches:\t%u\n",
	           shot.usage.waits, shot.usage.preempted);
	return 0;
}

// comm: the name.
static int show_comm(struct seq *seq, pid_t pid)
{
	struct snapshot shot;
	int error = take_snapshot(pid, &shot);

	if (!error)
		seq_printf(seq, "%s\n", shot.name);
	return error;
}

#define CMDLINE_MAX PAGE_SIZE

// cmdline: the arguments. They are read from the program's stack, since a program may change them.
static int show_cmdline(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	char *text = kmalloc(CMDLINE_MAX);
	int error = text ? 0 : -ENOMEM;
	size_t n;

	if (as && text) {
		n = MIN(as->args_end - as->args_start, (size_t)CMDLINE_MAX);
		n = copyin_partial(as, text, (const void __user *)as->args_start, n);
		seq_write(seq, text, n);
	}
	kfree(text);
	if (as)
		aspace_put(as);
	return error;
}

// Write a file's path. A newline in it is written as "\012", so that no name can make a line of
// its own.
static void write_path(struct seq *seq, const char *path)
{
	for (; *path; path++) {
		if (*path == '\n')
			seq_printf(seq, "\\012");
		else
			seq_write(seq, path, 1);
	}
}

// The line of one area, and room for a path.
struct maps {
	struct seq line;
	char path[PATH_MAX];
};

#define MAPS_NAME_COLUMN 49
#define MAPS_COST 3000 // instructions, roughly, to write a line

// Write what an area maps, after the numbers. Caller: holds tree_lock.
static void write_area_name(struct maps *maps, const struct area *area)
{
	struct inode *host = area->object ? area->object->host : NULL;
	const char *name = area->name;

	assert_mutex_held(&tree_lock);
	if (host)
		name = inode_path(host, tree_root, maps->path, sizeof(maps->path));
	else if (area->object && !name)
		name = "/dev/zero (deleted)"; // Linux's name for shared anonymous memory
	if (name) {
		while (maps->line.used < MAPS_NAME_COLUMN)
			seq_write(&maps->line, " ", 1);
		write_path(&maps->line, name);
	}
	seq_write(&maps->line, "\n", 1);
}

// Write the line of an area. Caller: holds tree_lock, and the space's lock.
static void write_area(const struct area *area, struct maps *maps)
{
	const struct inode *host = area->object ? area->object->host : NULL;
	dev_t dev = host ? host->dev : 0;

	assert_read_held(&area->as->lock);
	assert_mutex_held(&tree_lock);
	seq_printf(&maps->line, "%08x-%08x %c%c%c%c %08llx %02x:%02x %u ", area->start, area->end,
	           area->prot & PROT_READ ? 'r' : '-', area->prot & PROT_WRITE ? 'w' : '-',
	           area->prot & PROT_EXEC ? 'x' : '-', area->flags & AREA_SHARED ? 's' : 'p',
	           area->object || area->ops == &linear_ops ? area->offset : 0, major(dev),
	           minor(dev), host ? host->ino : 0);
	write_area_name(maps, area);
}

// Write the lines of all areas. The locks are held for one area at a time. So, as on Linux, a
// change in between is seen either before or after.
static int write_areas(struct seq *seq, struct aspace *as, struct maps *maps)
{
	const struct area *area;
	uintptr_t va = 0;

	do {
		mutex_lock(&tree_lock);
		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, va);
		if (area) {
			va = area->end;
			write_area(area, maps);
		}
		rwlock_read_unlock(&as->lock);
		tree_unlock();
		seq_write(seq, maps->line.text, maps->line.used);
		seq->overflow |= maps->line.overflow;
		maps->line.used = 0;
		if (yield_after(MAPS_COST))
			return -EINTR;
	} while (area);
	return 0;
}

// maps: a line for each area. Each line is made in maps->line while the locks are held, and copied
// to `seq` after their release.
static int show_maps(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	struct maps *maps = kmalloc(sizeof(*maps));
	int error = as && !maps ? -ENOMEM : 0;

	if (as && maps) {
		maps->line = SEQ_INIT;
		error = write_areas(seq, as, maps);
		seq_free(&maps->line);
	}
	kfree(maps);
	if (as)
		aspace_put(as);
	return error;
}

// procfs_read_words: fill words of pagemap, one for each page.
static void fill_pagemap(uint64_t *words, size_t first, size_t n, void *as)
{
	aspace_pagemap(as, first * PAGE_SIZE, n, words);
}

// pagemap: 64 bits for each page of the space.
static ssize_t read_pagemap(pid_t pid, struct uio *uio, uint64_t *pos)
{
	struct aspace *as = process_get_aspace(pid);
	ssize_t n;

	if (!as)
		return 0;
	n = procfs_read_words(uio, pos, ULIM / PAGE_SIZE, fill_pagemap, as);
	aspace_put(as);
	return n;
}

// procfs_hooks: the next process, for the list of /proc.
static pid_t next_pid(pid_t after)
{
	pid_t next;

	spin_lock(&process_lock);
	next = pid_next_process(after);
	spin_unlock(&process_lock);
	return next;
}

// procfs_hooks: what /proc/self names; 0 in a thread of the kernel.
static pid_t self(void)
{
	const struct process *process = process_current();

	return process ? process->pid : 0;
}

// Permissions are Linux's: pagemap shows physical addresses, so only root may read it.
void process_files_init(void)
{
	static const struct procfs_hooks hooks = { next_pid, self, process_descriptor,
		                                   process_next_descriptor };
	static struct procfs_file files[] = {
		{ .name = "stat", .mode = S_IFREG | 0444, .show = show_stat },
		{ .name = "statm", .mode = S_IFREG | 0444, .show = show_statm },
		{ .name = "status", .mode = S_IFREG | 0444, .show = show_status },
		{ .name = "comm", .mode = S_IFREG | 0444, .show = show_comm },
		{ .name = "cmdline", .mode = S_IFREG | 0444, .show = show_cmdline },
		{ .name = "pagemap", .mode = S_IFREG | 0400, .read = read_pagemap },
		{ .name = "maps", .mode = S_IFREG | 0444, .show = show_maps },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
	procfs_hooks = &hooks;
}
