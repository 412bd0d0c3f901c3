// procfs_memory.c: the files of /proc/PID that show what lies in the process's memory (mem, cmdline,
// environ, auxv) and what its limits are.
#include "fs/uio.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "procfs/procfs.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/stat.h>

// Copy up to a page of the memory of `as` at *pos to `uio`, by way of page[]. Advances *pos. Returns
// how many bytes were copied; -EIO if there is no memory; -EFAULT. Caller: holds no lock.
static ssize_t read_page(struct aspace *as, char *page, struct uio *uio, uint64_t *pos)
{
	size_t n = MIN(uio->left, (size_t)(PAGE_SIZE - *pos % PAGE_SIZE)), copied;

	assert_no_lock();
	if (*pos >= ULIM)
		return -EIO;
	n = aspace_read_forced(as, page, (const void __user *)(uintptr_t)*pos, n);
	if (!n)
		return -EIO;
	copied = uio_copyout(uio, page, n);
	*pos += copied;
	return copied ? (ssize_t)copied : -EFAULT;
}

// Like read_page, but from `uio` to the memory.
static ssize_t write_page(struct aspace *as, char *page, struct uio *uio, uint64_t *pos)
{
	size_t n = MIN(uio->left, (size_t)(PAGE_SIZE - *pos % PAGE_SIZE));

	assert_no_lock();
	n = uio_copyin(uio, page, n);
	if (!n)
		return -EFAULT;
	if (*pos >= ULIM)
		return -EIO;
	n = aspace_write_forced(as, (void __user *)(uintptr_t)*pos, page, n);
	*pos += n;
	return n ? (ssize_t)n : -EIO;
}

// Read or write the memory of process `pid`, page by page. As on Linux, nothing is moved once the process has
// ended.
static ssize_t move_pages(pid_t pid, struct uio *uio, uint64_t *pos,
                          ssize_t (*move)(struct aspace *as, char *page, struct uio *uio,
                                          uint64_t *pos))
{
	struct aspace *as = process_get_aspace(pid);
	char *page = kmalloc(PAGE_SIZE);
	ssize_t done = 0, n = page ? 0 : -ENOMEM;

	while (as && page && uio->left) {
		n = move(as, page, uio, pos);
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

// mem: the memory of the process, at its own addresses. As for a tracer, its protection does not matter.
static ssize_t read_mem(pid_t pid, struct uio *uio, uint64_t *pos)
{
	return move_pages(pid, uio, pos, read_page);
}

static ssize_t write_mem(pid_t pid, struct uio *uio, uint64_t *pos)
{
	return move_pages(pid, uio, pos, write_page);
}

// Write the bytes [start, end) of the memory of `as`, as far as they are there, in parts: `seq->from` and
// `seq->next` are offsets. Returns 0; -ENOMEM; -EINTR. Caller: holds no lock.
static int write_bytes(struct seq *seq, struct aspace *as, uintptr_t start, uintptr_t end)
{
	uintptr_t va = start + seq->from;
	char *page = kmalloc(PAGE_SIZE);
	int error = page ? 0 : -ENOMEM;

	assert_no_lock();
	while (!error && va < end && !seq_full(seq)) {
		size_t n = procfs_copy_now(as, page, va, MIN(end - va, PAGE_SIZE));

		if (!n)
			end = va;
		seq_write(seq, page, n);
		va += n;
		error = yield_after(PAGE_SIZE);
	}
	if (!error && va < end)
		seq->next = va - start;
	kfree(page);
	return error;
}

// environ: the strings of the environment, as they lie on the stack now.
static int show_environ(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	int error;

	if (!as)
		return -ESRCH;
	error = write_bytes(seq, as, as->layout->env_start, as->layout->env_end);
	aspace_put(as);
	return error;
}

// Returns the end of the arguments. As on Linux, a program that has overwritten the last NUL shows a
// title of its own: from the start of the arguments to the next NUL, at most a page.
static uintptr_t arguments_end(struct aspace *as)
{
	uintptr_t start = as->layout->args_start, end = as->layout->args_end;
	char bytes[64];

	if (start == end || procfs_copy_now(as, bytes, end - 1, 1) == 0 || !bytes[0])
		return end;
	for (uintptr_t va = start; va < start + PAGE_SIZE;) {
		size_t n = procfs_copy_now(as, bytes, va, sizeof(bytes));

		if (!n)
			return va;
		for (size_t i = 0; i < n; i++)
			if (!bytes[i])
				return va + i + 1;
		va += n;
	}
	return start + PAGE_SIZE;
}

// cmdline: the arguments. They are read from the program's stack, since a program may change them.
static int show_cmdline(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);
	int error = 0;

	if (as) {
		error = write_bytes(seq, as, as->layout->args_start, arguments_end(as));
		aspace_put(as);
	}
	return error;
}

// auxv: the auxiliary vector that exec has given the program.
static int show_auxv(struct seq *seq, pid_t pid)
{
	struct aspace *as = process_get_aspace(pid);

	if (as) {
		seq_write(seq, (const char *)as->layout->aux, sizeof(as->layout->aux));
		aspace_put(as);
	}
	return 0;
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

void process_memory_files_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "mem",
		  .mode = S_IFREG | 0600,
		  .guarded = true,
		  .read = read_mem,
		  .write = write_mem },
		{ .name = "cmdline", .mode = S_IFREG | 0444, .show = show_cmdline },
		{ .name = "auxv", .mode = S_IFREG | 0400, .guarded = true, .show = show_auxv },
		{ .name = "environ", .mode = S_IFREG | 0400, .guarded = true, .show = show_environ },
		{ .name = "limits", .mode = S_IFREG | 0444, .show = show_limits },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
}
