// procfs_task.c: /proc/PID/task: a directory for each thread of a process, with the files that a
// process's directory has.
#include "procfs/procfs_node.h"

#include "fs/inode.h"
#include <abi/limits.h>
#include <stdio.h>

// The directories in that of a thread.
static const struct {
	const char *name;
	mode_t mode;
	const struct inode_ops *ops;
} directories[] = {
	{ "fd", S_IFDIR | 0500, &procfs_fd_ops },
	{ "fdinfo", S_IFDIR | 0555, &procfs_fdinfo_ops },
};

// inode_ops.lookup for /proc/PID/task/TID.
static int thread_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	const struct procfs_node *node = dir->private;

	if (!procfs_exists(node) || !procfs_thread_exists(node->pid, node->tid))
		return -ESRCH;
	for (uint32_t i = 0; i < ARRAY_SIZE(directories); i++) {
		if (!procfs_name_is(name, directories[i].name))
			continue;
		*store = procfs_make_inode(dir, directories[i].name, directories[i].mode,
		                           procfs_inode_number(node->tid, PROCFS_THREAD + i + 1),
		                           directories[i].ops, *node);
		return *store ? 0 : -ENOMEM;
	}
	return procfs_lookup_file(dir, name, store);
}

// inode_ops.list for /proc/PID/task/TID: the directories have the first positions, then come the
// registered files.
static bool thread_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	const struct procfs_node *node = dir->private;

	uint32_t wanted = *cookie - INODE_LIST_COOKIE;

	if (!procfs_exists(node) || !procfs_thread_exists(node->pid, node->tid))
		return false;
	if (wanted >= ARRAY_SIZE(directories))
		return procfs_list_file(wanted - ARRAY_SIZE(directories), node->tid,
		                        PROCFS_THREAD + PROCFS_FIRST_FILE, text, mode, ino);
	strcpy(text, directories[wanted].name);
	*mode = S_IFDIR;
	*ino = procfs_inode_number(node->tid, PROCFS_THREAD + wanted + 1);
	return true;
}

static const struct inode_ops thread_directory_ops = {
	.lookup = thread_lookup,
	.list = thread_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE | INODE_FIXED_OWNER,
};

// inode_ops.lookup for /proc/PID/task: the numbers of the threads.
static int task_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct procfs_node node = *(const struct procfs_node *)dir->private;
	char number[16];

	node.tid = procfs_name_number(name);
	if (!procfs_exists(&node))
		return -ESRCH;
	if (!procfs_thread_exists(node.pid, node.tid))
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", node.tid);
	*store = procfs_make_inode(dir, number, S_IFDIR | 0555,
	                           procfs_inode_number(node.tid, PROCFS_THREAD),
	                           &thread_directory_ops, node);
	return *store ? 0 : -ENOMEM;
}

// inode_ops.list for /proc/PID/task: the position of a name is its number.
static bool task_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	const struct procfs_node *node = dir->private;
	pid_t after = (pid_t)(*cookie - INODE_LIST_COOKIE) - 1;
	pid_t tid = procfs_exists(node) ? procfs_hooks->next_thread(node->pid, MAX(after, 0)) : 0;

	if (!tid)
		return false;
	snprintf(text, NAME_MAX + 1, "%d", tid);
	*mode = S_IFDIR;
	*ino = procfs_inode_number(tid, PROCFS_THREAD);
	*cookie = INODE_LIST_COOKIE + (uint32_t)tid;
	return true;
}

const struct inode_ops procfs_task_ops = {
	.lookup = task_lookup,
	.list = task_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE | INODE_FIXED_OWNER,
};
