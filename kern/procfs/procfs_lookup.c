// procfs_lookup.c: the directories and links of /proc. Files of the system are entries of the tree.
// Files of processes have no entries: an inode is made when somebody looks the name up, and
// freed with its last reference. So processes come and go without any work here.
#include "procfs/procfs.h"

#include "fs/inode.h"
#include "fs/name_changes.h"
#include "mem/heap.h"
#include "procfs/procfs_node.h"
#include <abi/limits.h>
#include <stdio.h>

static struct list process_files = LIST_INIT(process_files); // only grows, at boot

// Store the inode, or report -ENOMEM if there is none.
static int store_inode(struct inode *inode, struct inode **store)
{
	*store = inode;
	return inode ? 0 : -ENOMEM;
}

// --- /proc/PID ---

// A process's files have fixed permissions: the inode is made anew at each look-up.
static const struct inode_ops file_ops = { .open = procfs_open, .release = procfs_release_node };
static const struct inode_ops process_file_ops = { .open = procfs_open,
	                                           .release = procfs_release_node,
	                                           .fixed = INODE_FIXED_MODE };

// Make a link of a process's directory. Its text is made now, at the look-up. Stores a new
// reference. Returns 0, -ENOENT if the process has ended, or -ENOMEM.
static int make_link(struct inode *dir, const struct procfs_file *file, struct procfs_node node,
                     uint32_t ino, struct inode **store)
{
	static const struct inode_ops link_ops = { .release = procfs_release_node };
	struct seq seq = SEQ_INIT;
	struct inode *inode = NULL;
	int error;

	node.file = file;
	node.tid = 0;
	if (file->target)
		return procfs_make_target_link(dir, file->name, file->mode, ino, node, store);
	error = file->show(&seq, node.pid);
	seq_write(&seq, "", 1);
	if (!error)
		inode = procfs_make_inode(dir, file->name, file->mode, ino, &link_ops, node);
	if (inode && !seq.overflow)
		inode->target = kstrdup(seq.text);
	seq_free(&seq);
	if (inode && !inode->target) {
		inode_put(inode);
		inode = NULL;
	}
	return error ? -ENOENT : store_inode(inode, store);
}

int procfs_lookup_file(struct inode *dir, const struct name *name, struct inode **store)
{
	struct procfs_node node = *(const struct procfs_node *)dir->private;
	uint32_t index = node.tid ? PROCFS_THREAD + PROCFS_FIRST_FILE : PROCFS_FIRST_FILE;
	pid_t id = node.tid ? node.tid : node.pid;
	struct procfs_file *file;

	assert_mutex_held(&tree_lock);
	list_for_each(file, &process_files, link) {
		uint32_t ino = procfs_inode_number(id, index++);

		if (!procfs_name_is(name, file->name))
			continue;
		if ((file->mode & S_IFMT) == S_IFLNK)
			return make_link(dir, file, node, ino, store);
		node.file = file;
		return store_inode(procfs_make_inode(dir, file->name, file->mode, ino,
		                                     &process_file_ops, node),
		                   store);
	}
	return -ENOENT;
}

bool procfs_list_file(uint32_t wanted, pid_t id, uint32_t base, char *text, mode_t *mode,
                      uint32_t *ino)
{
	struct procfs_file *file;

	list_for_each(file, &process_files, link) {
		if (wanted--) {
			base++;
			continue;
		}
		strlcpy(text, file->name, NAME_MAX + 1);
		*mode = file->mode;
		*ino = procfs_inode_number(id, base);
		return true;
	}
	return false;
}

// The directories in that of a process, by their positions.
static const struct {
	const char *name;
	mode_t mode;
	const struct inode_ops *ops;
} directories[] = {
	{ "fd", S_IFDIR | 0500, &procfs_fd_ops },
	{ "fdinfo", S_IFDIR | 0555, &procfs_fdinfo_ops },
	{ "task", S_IFDIR | 0555, &procfs_task_ops },
};

// inode_ops.lookup for /proc/PID: the directories, and the registered files in the order of their
// registration.
static int process_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	const struct procfs_node *node = dir->private;

	if (!procfs_exists(node))
		return -ESRCH;
	for (uint32_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (procfs_name_is(name, directories[i].name))
			return store_inode(procfs_make_inode(dir, directories[i].name,
			                                     directories[i].mode,
			                                     procfs_inode_number(node->pid, i + 1),
			                                     directories[i].ops, *node),
			                   store);
	return procfs_lookup_file(dir, name, store);
}

// inode_ops.list for /proc/PID: the directories have the first positions.
static bool process_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode,
                         uint32_t *ino)
{
	const struct procfs_node *node = dir->private;
	uint32_t wanted = *cookie - INODE_LIST_COOKIE;

	if (!procfs_exists(node))
		return false;
	if (wanted >= ARRAY_SIZE(directories))
		return procfs_list_file(wanted - ARRAY_SIZE(directories), node->pid,
		                        PROCFS_FIRST_FILE, text, mode, ino);
	strcpy(text, directories[wanted].name);
	*mode = directories[wanted].mode & S_IFMT;
	*ino = procfs_inode_number(node->pid, wanted + 1);
	return true;
}

static const struct inode_ops process_directory_ops = {
	.lookup = process_lookup,
	.list = process_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE | INODE_FIXED_OWNER,
};

// --- /proc ---

static int show_self(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%d", procfs_hooks->self());
	return 0;
}

static const struct procfs_file self_link = { .name = "self",
	                                      .mode = S_IFLNK | 0777,
	                                      .show = show_self };

// inode_ops.lookup for /proc: "self" and the pids; everything else is an entry of the tree.
static int root_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct procfs_node node = { .pid = procfs_name_number(name) };
	char number[16];

	if (!procfs_hooks)
		return -ENOENT;
	if (procfs_name_is(name, self_link.name))
		return make_link(dir, &self_link, (struct procfs_node){ 0 },
		                 procfs_inode_number(0, 1), store);
	node.serial = node.pid > 0 ? procfs_hooks->serial(node.pid) : 0;
	if (!node.serial)
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", node.pid);
	return store_inode(procfs_make_inode(dir, number, S_IFDIR | 0555,
	                                     procfs_inode_number(node.pid, 0),
	                                     &process_directory_ops, node),
	                   store);
}

// inode_ops.list for /proc: position 0 is "self", position n process n.
static bool root_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	pid_t wanted = (pid_t)(*cookie - INODE_LIST_COOKIE), pid;

	(void)dir;
	if (!procfs_hooks)
		return false;
	if (wanted == 0) {
		strcpy(text, self_link.name);
		*mode = S_IFLNK;
		*ino = procfs_inode_number(0, 1);
		*cookie = INODE_LIST_COOKIE;
		return true;
	}
	pid = procfs_hooks->next(wanted - 1);
	if (!pid)
		return false;
	snprintf(text, NAME_MAX + 1, "%d", pid);
	*mode = S_IFDIR;
	*ino = procfs_inode_number(pid, 0);
	*cookie = INODE_LIST_COOKIE + (uint32_t)pid;
	return true;
}

// A directory of the system is an entry of the tree that has ops only to keep programs from
// making names in it (tree_may_add).
static const struct inode_ops root_ops = { .lookup = root_lookup, .list = root_list };
static const struct inode_ops subdirectory_ops = { 0 };

void procfs_register_process(struct procfs_file *file)
{
	list_add_tail(&process_files, &file->link);
}

// Create an inode and give it the path. A directory may exist already. Panics if out of memory.
static void place(const char *path, mode_t mode, const struct inode_ops *ops,
                  const struct procfs_file *file)
{
	struct inode *inode = inode_create(mode, VOLUME_PROC, ops);
	int error = inode ? 0 : -ENOMEM;

	if (inode && file) {
		struct procfs_node *node = kzalloc(sizeof(*node));

		if (!node)
			panic("procfs: no memory for %s", path);
		node->file = file;
		inode->private = node;
	}
	if (!error)
		error = names_place(path, inode);
	if (error && !(error == -EEXIST && !file))
		panic("procfs: cannot make %s: error %d", path, -error);
	inode_put(inode);
}

void procfs_register(struct procfs_file *file)
{
	char path[128];
	size_t length = (size_t)snprintf(path, sizeof(path), "/proc/%s", file->name);

	assert_no_lock();
	// Make the directories on the way, cutting the path short at each slash.
	for (size_t i = sizeof("/proc/"); i < length; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		place(path, S_IFDIR | 0555, &subdirectory_ops, NULL);
		path[i] = '/';
	}
	place(path, file->mode, &file_ops, file);
}

void procfs_init(void)
{
	place("/proc", S_IFDIR | 0555, &root_ops, NULL);
}
