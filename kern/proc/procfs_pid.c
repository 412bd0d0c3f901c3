// procfs_pid.c: the files of /proc/PID, in Linux's form (proc(5)), so that Linux's programs can
// read them.
#include "proc/procfs_pid.h"

#include "mem/page.h"
#include "proc/process.h"
#include "proc/process_permission.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include <abi/pageflags.h>
#include <abi/stat.h>

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

#define LOOK_COST 8 // about how many instructions it takes to look at a thread

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

// pagemap: PAGEMAP_SCAN.
static int ioctl_pagemap(pid_t pid, unsigned int request, void __user *arg)
{
	struct aspace *as;
	int result;

	if (request != PAGEMAP_SCAN)
		return WHY(-EINVAL, "pagemap has no request %#x", request);
	as = process_get_aspace(pid);
	if (!as)
		return -ESRCH;
	result = pagemap_scan(as, arg);
	aspace_put(as);
	return result;
}

// clear_refs: a number, with blanks around it, chooses what is cleared.
static int store_clear_refs(const char *text, size_t length, pid_t pid)
{
	struct aspace *as;
	int what, error;

	while (length && (*text == ' ' || *text == '\t' || *text == '\n'))
		text++, length--;
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\n'))
		length--;
	what = length == 1 ? *text - '0' : 0;
	if (what < CLEAR_REFS_ALL || what > CLEAR_REFS_PEAK)
		return WHY(-EINVAL, "only the numbers 1 to 5 can be written");
	as = process_get_aspace(pid);
	if (!as)
		return 0;
	error = aspace_clear_refs(as, (enum clear_refs)what);
	aspace_put(as);
	return error;
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

// procfs_hooks: what tells a process from another one with its number.
static uint64_t serial_of(pid_t pid)
{
	const struct process *process;
	uint64_t serial;

	spin_lock(&process_lock);
	process = process_find(pid);
	serial = process ? process->serial : 0;
	spin_unlock(&process_lock);
	return serial;
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
static void owner(pid_t pid, bool all, uid_t *uid, gid_t *gid)
{
	const struct credentials *who;
	const struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && (all || process == process_current() || !process->inherited.undumpable)) {
		who = process_credentials(process);
		*uid = who->user.effective;
		*gid = who->group.effective;
	}
	spin_unlock(&process_lock);
}

// procfs_hooks: may the current thread look into a process?
static int inspect(pid_t pid)
{
	const struct process *process;
	int error = 0;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process)
		error = access_inspect(process);
	spin_unlock(&process_lock);
	return error ? -EACCES : 0;
}

// Permissions are Linux's: pagemap shows physical addresses, so only root may read it.
void process_files_init(void)
{
	static const struct procfs_hooks hooks = {
		.next = next_pid,
		.serial = serial_of,
		.next_thread = next_thread,
		.self = self,
		.last = last,
		.owner = owner,
		.inspect = inspect,
		.descriptor = process_descriptor,
		.next_descriptor = process_next_descriptor,
		.show_descriptor = process_show_descriptor,
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
		{ .name = "clear_refs", .mode = S_IFREG | 0200, .store = store_clear_refs },
		{ .name = "pagemap",
		  .mode = S_IFREG | 0400,
		  .guarded = true,
		  .read = read_pagemap,
		  .ioctl = ioctl_pagemap },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
	procfs_hooks = &hooks;
}
