// procfs_memory.c: the files of /proc/PID that show what lies in the process's memory (mem, environ)
// and what its limits are.
#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "procfs/procfs.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include <abi/stat.h>

// Copy up to a page of the memory of `as` at *pos to `uio`, by way of page[]. Advances *pos. Returns
// how many bytes were copied; -EIO if there is no memory; -EFAULT. Caller: holds no lock.
static ssize_t copy_page(struct aspace *as, char *page, struct uio *uio, uint64_t *pos)
{
	size_t n = MIN(uio->left, (size_t)(PAGE_SIZE - *pos % PAGE_SIZE)), copied;

	assert_no_lock();
	if (*pos >= ULIM)
		return -EIO;
	n = procfs_copy_now(as, page, (uintptr_t)*pos, n);
	if (!n)
		return -EIO;
	copied = uio_copyout(uio, page, n);
	*pos += copied;
	return copied ? (ssize_t)copied : -EFAULT;
}

// mem: the memory of the process, at its own addresses.
static ssize_t read_mem(pid_t pid, struct uio *uio, uint64_t *pos)
{
	struct aspace *as = process_get_aspace(pid);
	char *page = kmalloc(PAGE_SIZE);
	ssize_t done = 0, n = page ? 0 : -ENOMEM;

	while (as && page && uio->left) {
		n = copy_page(as, page, uio, pos);
		if (n < 0)
			break;
		done += n;
		if (yield_after(PAGE_SIZE))
			break;
	}
	kfree(page);
	if (as)
		aspace_put(as);
	return done ? done : n;
}

// environ: the strings of the environment, as they lie on the stack now. After them comes only the
// name of the program, and a word.
static int show_environ(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	char *page = kmalloc(PAGE_SIZE);
	uintptr_t va = as ? as->args_end : 0, end = STACK_TOP - sizeof(uint32_t), last = va;
	int error = !as ? -ESRCH : page ? 0 : -ENOMEM;

	// Find where the last string begins: behind the last NUL but one.
	for (uintptr_t at = va; as && page && at < end && !error; at += PAGE_SIZE) {
		size_t n = procfs_copy_now(as, page, at, MIN(end - at, PAGE_SIZE));

		for (size_t i = 0; i < n; i++)
			if (!page[i] && at + i + 1 < end)
				last = at + i + 1;
		error = yield_after(PAGE_SIZE * 4);
	}
	while (as && page && va < last && !error) {
		size_t n = procfs_copy_now(as, page, va, MIN(last - va, PAGE_SIZE));

		if (!n)
			break;
		seq_write(seq, page, n);
		va += n;
		error = yield_after(PAGE_SIZE);
	}
	kfree(page);
	if (as)
		aspace_put(as);
	return error;
}

// The limits with their names and units (proc(5)), in the order of their numbers.
static const struct {
	const char *name, *unit;
} limits[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "seconds" },
	[RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[RLIMIT_DATA] = { "Max data size", "bytes" },
	[RLIMIT_STACK] = { "Max stack size", "bytes" },
	[RLIMIT_CORE] = { "Max core file size", "bytes" },
	[RLIMIT_RSS] = { "Max resident set", "bytes" },
	[RLIMIT_NPROC] = { "Max processes", "processes" },
	[RLIMIT_NOFILE] = { "Max open files", "files" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
	[RLIMIT_AS] = { "Max address space", "bytes" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
	[RLIMIT_NICE] = { "Max nice priority", "" },
	[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

// Write a limit in a column of 20.
static void write_limit(struct seq *seq, uint64_t limit)
{
	if (limit == RLIM64_INFINITY)
		seq_printf(seq, "%-20s ", "unlimited");
	else
		seq_printf(seq, "%-20llu ", limit);
}

// limits: a table of the soft and the hard ones.
static int show_limits(struct seq *seq, pid_t pid)
{
	struct rlimit64 copy[RLIM_NLIMITS];
	const struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process)
		memcpy(copy, process->limits, sizeof(copy));
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	seq_printf(seq, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (size_t i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(seq, "%-25s ", limits[i].name);
		write_limit(seq, copy[i].rlim_cur);
		write_limit(seq, copy[i].rlim_max);
		seq_printf(seq, *limits[i].unit ? "%-10s\n" : "\n", limits[i].unit);
	}
	return 0;
}

// mountinfo: the two file systems, each with its number (inode_mount_id), that of the one above it,
// and its device.
static int show_mountinfo(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "22 1 0:2 / / rw,relatime - tmpfs tmpfs rw\n"
	                "23 22 0:3 / /proc rw,relatime - proc proc rw\n");
	return 0;
}

void process_memory_files_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "mem", .mode = S_IFREG | 0400, .read = read_mem },
		{ .name = "environ", .mode = S_IFREG | 0400, .show = show_environ },
		{ .name = "limits", .mode = S_IFREG | 0444, .show = show_limits },
		{ .name = "mountinfo", .mode = S_IFREG | 0444, .show = show_mountinfo },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
}
