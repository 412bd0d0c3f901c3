// procfs_pid.c: the files of /proc/PID, in Linux's form (proc(5)), so that Linux's programs can
// read them.
#include "proc/procfs_pid.h"

#include "fs/inode.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "proc/process.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/device.h>
#include <abi/limits.h>
#include <abi/mman.h>
#include <abi/stat.h>
#include <abi/time.h>
#include <stdio.h>

size_t procfs_copy_now(struct aspace *as, char *dst, uintptr_t va, size_t len)
{
	size_t done = 0;

	assert_no_lock();
	while (done < len) {
		size_t at = (va + done) % PAGE_SIZE, n = MIN(len - done, PAGE_SIZE - at);
		page_t *pp;

		if (aspace_pin_page_now(as, va + done, ACCESS_READ, &pp))
			break;
		memcpy(dst + done, (char *)page_to_virt(pp) + at, n);
		page_unpin(pp);
		done += n;
	}
	return done;
}

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
};

#define MAPS_NAME_COLUMN 49
#define MAPS_COST 3000    // instructions, roughly, to write a line
#define MAPS_BYTE_COST 50 // and, in the worst case, each byte of its name
#define LOOK_COST 8       // and to look at a thread

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
	strlcpy(maps->name, name ? name : "", sizeof(maps->name));
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

// Write the lines of the areas from `seq->from` on, up to the end of this part of the text. The
// space's lock is held for one area at a time. So, as on Linux, a change in between is seen either
// before or after. tree_lock is taken only after the release of the space's lock: the thread that
// holds the space's lock may yield, and the tree must not wait for that.
// Returns 0, -ENOMEM or -EINTR.
static int write_areas(struct seq *seq, struct aspace *as, struct maps *maps)
{
	const struct area *area;
	uintptr_t va = seq->from;

	while (!seq_full(seq)) {
		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, va);
		if (area) {
			va = area->end;
			look_at_area(area, maps);
		}
		rwlock_read_unlock(&as->lock);
		if (!area)
			return 0;
		write_line(seq, maps);
		if (seq->overflow)
			return -ENOMEM;
		if (yield_after(MAPS_COST))
			return -EINTR;
	}
	seq->next = va;
	return 0;
}

// maps: a line for each area. A part of the text ends after an area.
static int show_maps(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	struct maps *maps = kmalloc(sizeof(*maps));
	int error = as && !maps ? -ENOMEM : 0;

	if (as && maps)
		error = write_areas(seq, as, maps);
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

// procfs_hooks: the next thread of a process, for the list of /proc/PID/task. The list of threads is in
// no order.
static pid_t next_thread(pid_t pid, pid_t after)
{
	const struct process *process;
	const struct thread *thread;
	pid_t next = 0;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && process->zombie && pid > after)
		next = pid;
	if (process && !process->zombie) {
		list_for_each(thread, &process->threads, process_link)
			if (thread->tid > after && (!next || thread->tid < next))
				next = thread->tid;
		(void)yield_due(process->thread_count * LOOK_COST);
	}
	spin_unlock(&process_lock);
	return next;
}

// procfs_hooks: what /proc/self names; 0 in a thread of the kernel.
static pid_t self(void)
{
	const struct process *process = process_current();

	return process ? process->pid : 0;
}

// procfs_hooks: the number given last, for loadavg.
static pid_t last(void)
{
	pid_t pid;

	spin_lock(&process_lock);
	pid = pid_last();
	spin_unlock(&process_lock);
	return pid;
}

// procfs_hooks: whose files those of a process are.
static void owner(pid_t pid, uid_t *uid, gid_t *gid)
{
	const struct credentials *who;
	const struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process) {
		who = process_credentials(process);
		*uid = who->user.effective;
		*gid = who->group.effective;
	}
	spin_unlock(&process_lock);
}

// Permissions are Linux's: pagemap shows physical addresses, so only root may read it.
void process_files_init(void)
{
	static const struct procfs_hooks hooks = {
		.next = next_pid,
		.next_thread = next_thread,
		.self = self,
		.last = last,
		.owner = owner,
		.descriptor = process_descriptor,
		.next_descriptor = process_next_descriptor,
	};
	static struct procfs_file files[] = {
		{ .name = "stat",
		  .mode = S_IFREG | 0444,
		  .show = procfs_show_stat,
		  .show_thread = procfs_show_thread_stat },
		{ .name = "statm", .mode = S_IFREG | 0444, .show = procfs_show_statm },
		{ .name = "status",
		  .mode = S_IFREG | 0444,
		  .show = procfs_show_status,
		  .show_thread = procfs_show_thread_status },
		{ .name = "comm",
		  .mode = S_IFREG | 0444,
		  .show = procfs_show_comm,
		  .show_thread = procfs_show_thread_comm },
		{ .name = "pagemap", .mode = S_IFREG | 0400, .read = read_pagemap },
		{ .name = "maps", .mode = S_IFREG | 0444, .show = show_maps },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
	procfs_hooks = &hooks;
}
