// procfs.c: the directories and links of /proc. Files of the system are entries of the tree.
// Files of processes have no entries: an inode is made when somebody looks the name up, and
// freed with its last reference. So processes come and go without any work here.
#include "procfs/procfs.h"

#include "fs/inode.h"
#include "fs/name_changes.h"
#include "mem/heap.h"
#include "procfs/procfs_node.h"
#include <abi/limits.h>
#include <ctype.h>
#include <stdio.h>

const struct procfs_hooks *procfs_hooks;

static struct list process_files = LIST_INIT(process_files); // only grows, at boot

struct inode *procfs_make_inode(struct inode *parent, const char *name, mode_t mode, uint32_t ino,
                                const struct inode_ops *ops, struct procfs_node node)
{
	struct inode *inode = inode_create(mode, VOLUME_PROC, ops);
	struct procfs_node *copy = kmalloc(sizeof(*copy));

	if (!inode || !copy || inode_set_label(inode, parent, name)) {
		inode_put(inode);
		kfree(copy);
		return NULL;
	}
	*copy = node;
	inode->private = copy;
	inode->ino = ino;
	if (node.pid)
		procfs_hooks->owner(node.pid, &inode->uid, &inode->gid);
	inode->nlink = (mode & S_IFMT) == S_IFDIR ? 2 : 1;
	return inode;
}

void procfs_release_node(struct inode *inode)
{
	kfree(inode->private);
}

// Returns true if there is a process `pid`, perhaps a zombie.
static bool process_exists(pid_t pid)
{
	return procfs_hooks && procfs_hooks->next(pid - 1) == pid;
}

int procfs_name_number(const struct name *name)
{
	uint32_t number = 0;

	if (name->length > 9 || (name->length > 1 && name->text[0] == '0'))
		return -1;
	for (uint32_t i = 0; i < name->length; i++) {
		if (!isdigit(name->text[i]))
			return -1;
		number = number * 10 + (uint32_t)(name->text[i] - '0');
	}
	return (int)number;
}

static bool name_is(const struct name *name, const char *text)
{
	return strlen(text) == name->length && memcmp(name->text, text, name->length) == 0;
}

// Store the inode, or report -ENOMEM if there is none.
static int store_inode(struct inode *inode, struct inode **store)
{
	*store = inode;
	return inode ? 0 : -ENOMEM;
}

// Find the file of descriptor `fd` of a process. Contract: procfs_file.target.
static int fd_target(pid_t pid, int fd, struct inode **store)
{
	*store = procfs_hooks->descriptor(pid, fd);
	return *store ? 0 : -ENOENT;
}

// Find the file to which the link of a node leads. Contract: procfs_file.target.
static int node_target(const struct procfs_node *node, struct inode **store)
{
	if (node->file)
		return node->file->target(node->pid, store);
	return fd_target(node->pid, node->fd, store);
}

// inode_ops.jump of links that lead to a file itself.
static int jump_to_target(struct inode *link, struct inode **store)
{
	return node_target(link->private, store);
}

// Make a link that leads to a file itself, whatever its text says; the text is the file's path
// now. So /proc/self/fd/3 leads to a pipe or a deleted file, which no path could. Stores a new
// reference. Returns 0, -ENOENT or -ENOMEM.
static int make_target_link(struct inode *dir, const char *name, mode_t mode, uint32_t ino,
                            struct procfs_node node, struct inode **store)
{
	static const struct inode_ops ops = { .jump = jump_to_target,
		                              .release = procfs_release_node };
	char *text = kmalloc(PATH_MAX), *path;
	struct inode *target = NULL, *inode = NULL;
	int error = node_target(&node, &target);

	if (text && !error)
		inode = procfs_make_inode(dir, name, mode, ino, &ops, node);
	if (inode) {
		path = inode_path(target, tree_root, text, PATH_MAX);
		inode->target = kstrdup(path ? path : "");
	}
	if (inode && !inode->target) {
		inode_put(inode);
		inode = NULL;
	}
	inode_put(target);
	kfree(text);
	return error ? -ENOENT : store_inode(inode, store);
}

// --- /proc/PID/fd ---

// inode_ops.lookup for /proc/PID/fd: a number is a name if the descriptor is open.
static int fd_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	pid_t pid = ((const struct procfs_node *)dir->private)->pid;
	int fd = procfs_name_number(name);
	char number[16];

	if (fd < 0)
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", fd);
	return make_target_link(dir, number, S_IFLNK | 0700,
	                        procfs_inode_number(pid, 1024 + (uint32_t)fd),
	                        (struct procfs_node){ .pid = pid, .fd = fd }, store);
}

// inode_ops.list for /proc/PID/fd: the position of a name is its descriptor.
static bool fd_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	const struct procfs_node *node = dir->private;
	int fd = procfs_hooks->next_descriptor(node->pid, (int)(*cookie - INODE_LIST_COOKIE));

	if (fd < 0)
		return false;
	snprintf(text, NAME_MAX + 1, "%d", fd);
	*mode = S_IFLNK;
	*ino = procfs_inode_number(node->pid, 1024 + (uint32_t)fd);
	*cookie = INODE_LIST_COOKIE + (uint32_t)fd;
	return true;
}

static const struct inode_ops fd_directory_ops = {
	.lookup = fd_lookup,
	.list = fd_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE,
};

// --- /proc/PID ---

// A process's files have fixed permissions: the inode is made anew at each look-up.
static const struct inode_ops file_ops = { .open = procfs_open, .release = procfs_release_node };
static const struct inode_ops process_file_ops = { .open = procfs_open,
	                                           .release = procfs_release_node,
	                                           .fixed = INODE_FIXED_MODE };

// Make a link of a process's directory. Its text is made now, at the look-up. Stores a new
// reference. Returns 0, -ENOENT if the process has ended, or -ENOMEM.
static int make_link(struct inode *dir, const struct procfs_file *file, pid_t pid, uint32_t ino,
                     struct inode **store)
{
	static const struct inode_ops link_ops = { .release = procfs_release_node };
	struct procfs_node node = { .file = file, .pid = pid };
	struct seq seq = SEQ_INIT;
	struct inode *inode = NULL;
	int error;

	if (file->target)
		return make_target_link(dir, file->name, file->mode, ino, node, store);
	error = file->show(&seq, pid);
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

	list_for_each(file, &process_files, link) {
		uint32_t ino = procfs_inode_number(id, index++);

		if (!name_is(name, file->name))
			continue;
		if ((file->mode & S_IFMT) == S_IFLNK)
			return make_link(dir, file, node.pid, ino, store);
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
	{ "fd", S_IFDIR | 0500, &fd_directory_ops },
	{ "task", S_IFDIR | 0555, &procfs_task_ops },
};

// inode_ops.lookup for /proc/PID: the directories, and the registered files in the order of their
// registration.
static int process_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	pid_t pid = ((const struct procfs_node *)dir->private)->pid;

	if (!process_exists(pid))
		return -ENOENT;
	for (uint32_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (name_is(name, directories[i].name))
			return store_inode(procfs_make_inode(dir, directories[i].name,
			                                     directories[i].mode,
			                                     procfs_inode_number(pid, i + 1),
			                                     directories[i].ops,
			                                     (struct procfs_node){ .pid = pid }),
			                   store);
	return procfs_lookup_file(dir, name, store);
}

// inode_ops.list for /proc/PID: the directories have the first positions.
static bool process_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode,
                         uint32_t *ino)
{
	pid_t pid = ((const struct procfs_node *)dir->private)->pid;
	uint32_t wanted = *cookie - INODE_LIST_COOKIE;

	if (!process_exists(pid))
		return false;
	if (wanted >= ARRAY_SIZE(directories))
		return procfs_list_file(wanted - ARRAY_SIZE(directories), pid, PROCFS_FIRST_FILE,
		                        text, mode, ino);
	strcpy(text, directories[wanted].name);
	*mode = directories[wanted].mode & S_IFMT;
	*ino = procfs_inode_number(pid, wanted + 1);
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
	pid_t pid = procfs_name_number(name);
	char number[16];

	if (!procfs_hooks)
		return -ENOENT;
	if (name_is(name, self_link.name))
		return make_link(dir, &self_link, 0, procfs_inode_number(0, 1), store);
	if (pid <= 0 || !process_exists(pid))
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", pid);
	return store_inode(procfs_make_inode(dir, number, S_IFDIR | 0555,
	                                     procfs_inode_number(pid, 0), &process_directory_ops,
	                                     (struct procfs_node){ .pid = pid }),
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
