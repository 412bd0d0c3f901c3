// procfs_links.c: the links of /proc/PID to the program, and to the directories where the process's
// paths begin: exe, cwd, root. They lead to the file itself, also after it has been removed.
#include "fs/path.h"
#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "procfs/procfs.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/stat.h>

// Find the file of the program that process `pid` executes. Contract: procfs_file.target.
static int exe_target(pid_t pid, struct inode **store)
{
	const struct process *process;

	*store = NULL;
	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && process->aspace && process->aspace->program)
		*store = inode_get(process->aspace->program->host);
	spin_unlock(&process_lock);
	return *store ? 0 : -ENOENT;
}

// Returns the context of the first thread of process `pid` that has one, or NULL. Caller: holds
// process_lock.
static const struct fs_context *context_of(pid_t pid)
{
	const struct process *process = process_find(pid);
	const struct thread *thread;

	assert_spin_held(&process_lock);
	if (!process || process->zombie)
		return NULL;
	list_for_each(thread, &process->threads, process_link)
		if (thread->fs_context)
			return thread->fs_context;
	return NULL;
}

// Find the current directory of process `pid`. Contract: procfs_file.target.
static int cwd_target(pid_t pid, struct inode **store)
{
	const struct fs_context *context;

	assert_mutex_held(&tree_lock);
	spin_lock(&process_lock);
	context = context_of(pid);
	*store = context ? inode_get(context->cwd.inode) : NULL;
	spin_unlock(&process_lock);
	return *store ? 0 : -ENOENT;
}

// Find the root directory of process `pid`. Contract: procfs_file.target.
static int root_target(pid_t pid, struct inode **store)
{
	const struct fs_context *context;

	assert_mutex_held(&tree_lock);
	spin_lock(&process_lock);
	context = context_of(pid);
	*store = context ? inode_get(context->root.inode) : NULL;
	spin_unlock(&process_lock);
	return *store ? 0 : -ENOENT;
}

void process_links_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "exe", .mode = S_IFLNK | 0777, .target = exe_target },
		{ .name = "cwd", .mode = S_IFLNK | 0777, .target = cwd_target },
		{ .name = "root", .mode = S_IFLNK | 0777, .target = root_target },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
}
