// procfs_fd.c: links to open files: /proc/PID/fd, and the links that lead to a program or a directory; and
// /proc/PID/fdinfo, the facts about open files. Threads have such directories too.
#include "fs/inode.h"
#include "fs/path.h"
#include "mem/heap.h"
#include "procfs/procfs_node.h"
#include "thread/why.h"
#include <abi/limits.h>
#include <stdio.h>

// Find the file to which the link of a node leads. Contract: procfs_file.target.
static int node_target(const struct procfs_node *node, struct inode **store)
{
	if (!procfs_exists(node))
		return -ENOENT;
	if (node->file)
		return node->file->target(node->pid, store);
	*store = procfs_hooks->descriptor(node->pid, node->tid, node->fd);
	return *store ? 0 : -ENOENT;
}

// inode_ops.jump of links that lead to a file itself.
static int jump_to_target(struct inode *link, struct inode **store)
{
	const struct procfs_node *node = link->private;
	int error = procfs_hooks->inspect(node->pid);

	return error ? error : node_target(node, store);
}

// Make the text of a link that leads to `target`. Returns a copy, or NULL if out of memory.
static char *path_of(struct inode *target)
{
	char *text = kmalloc(PATH_MAX), *copy = NULL, *path;

	if (text) {
		path = inode_path(target, tree_root, text, PATH_MAX);
		copy = kstrdup(path ? path : "");
	}
	kfree(text);
	return copy;
}

int procfs_make_target_link(struct inode *dir, const char *name, mode_t mode, uint32_t ino,
                            struct procfs_node node, struct inode **store)
{
	static const struct inode_ops ops = { .jump = jump_to_target,
		                              .release = procfs_release_node };
	struct inode *target = NULL, *inode;
	int error = node_target(&node, &target);

	assert_mutex_held(&tree_lock);
	if (error)
		return -ENOENT;
	inode = procfs_make_inode(dir, name, mode, ino, &ops, node);
	if (inode && !procfs_hooks->inspect(node.pid)) {
		inode->target = path_of(target);
		if (!inode->target) {
			inode_put(inode);
			inode = NULL;
		}
	}
	inode_put(target);
	*store = inode;
	return inode ? 0 : -ENOMEM;
}

// Returns the process or thread whose directory a node is: the number in its inode numbers, and where the
// numbers of its descriptors begin.
static pid_t id_of(const struct procfs_node *node)
{
	return node->tid ? node->tid : node->pid;
}

// Find the descriptor that a name means. Returns it, or -1 if the name is no number, the process has
// ended, or the descriptor is not open. Stores how the file was opened.
static int find_descriptor(const struct procfs_node *node, const struct name *name, uint32_t *flags)
{
	int fd = procfs_name_number(name);

	if (fd < 0 || !procfs_exists(node) ||
	    procfs_hooks->next_descriptor(node->pid, node->tid, fd, flags) != fd)
		return -1;
	return fd;
}

// inode_ops.lookup for /proc/PID/fd: a number is a name if the descriptor is open. The permissions of the
// link say how it was opened.
static int fd_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct procfs_node node = *(const struct procfs_node *)dir->private;
	mode_t mode = S_IFLNK;
	char number[16];
	uint32_t flags;

	node.fd = find_descriptor(&node, name, &flags);
	if (node.fd < 0)
		return -ENOENT;
	if (!(flags & O_PATH)) {
		mode |= (flags + 1) & 1 ? 0500 : 0;
		mode |= (flags + 1) & 2 ? 0300 : 0;
	}
	snprintf(number, sizeof(number), "%d", node.fd);
	return procfs_make_target_link(dir, number, mode,
	                               procfs_inode_number(id_of(&node),
	                                                   PROCFS_FD + (uint32_t)node.fd),
	                               node, store);
}

// List the descriptors, as names of type `type`: the position of a name is its descriptor.
static bool list_descriptors(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode,
                             uint32_t *ino, mode_t type)
{
	const struct procfs_node *node = dir->private;
	uint32_t flags;
	int fd = -1;

	if (procfs_exists(node))
		fd = procfs_hooks->next_descriptor(node->pid, node->tid,
		                                   (int)(*cookie - INODE_LIST_COOKIE), &flags);
	if (fd < 0)
		return false;
	snprintf(text, NAME_MAX + 1, "%d", fd);
	*mode = type;
	*ino = procfs_inode_number(id_of(node), PROCFS_FD + (uint32_t)fd);
	*cookie = INODE_LIST_COOKIE + (uint32_t)fd;
	return true;
}

// inode_ops.list for /proc/PID/fd.
static bool fd_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	return list_descriptors(dir, cookie, text, mode, ino, S_IFLNK);
}

const struct inode_ops procfs_fd_ops = {
	.lookup = fd_lookup,
	.list = fd_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE,
};

static const struct inode_ops fdinfo_file_ops = { .open = procfs_open,
	                                          .release = procfs_release_node,
	                                          .fixed = INODE_FIXED_MODE };

// inode_ops.lookup for /proc/PID/fdinfo. Its permissions admit everybody, but only who may look into the
// process finds a name.
static int fdinfo_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct procfs_node node = *(const struct procfs_node *)dir->private;
	int error = procfs_hooks->inspect(node.pid);
	char number[16];
	uint32_t flags;

	if (error)
		return error;
	if (!procfs_exists(&node))
		return -ESRCH;
	node.fd = find_descriptor(&node, name, &flags);
	if (node.fd < 0)
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", node.fd);
	*store = procfs_make_inode(dir, number, S_IFREG | 0444,
	                           procfs_inode_number(id_of(&node), PROCFS_FD + (uint32_t)node.fd),
	                           &fdinfo_file_ops, node);
	return *store ? 0 : -ENOMEM;
}

// inode_ops.list for /proc/PID/fdinfo.
static bool fdinfo_list(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino)
{
	return list_descriptors(dir, cookie, text, mode, ino, S_IFREG);
}

// inode_ops.open for /proc/PID/fdinfo.
static int fdinfo_open(struct inode *dir, struct file *file)
{
	(void)file;
	return procfs_hooks->inspect(((const struct procfs_node *)dir->private)->pid);
}

const struct inode_ops procfs_fdinfo_ops = {
	.open = fdinfo_open,
	.lookup = fdinfo_lookup,
	.list = fdinfo_list,
	.release = procfs_release_node,
	.fixed = INODE_FIXED_MODE | INODE_FIXED_OWNER,
};
