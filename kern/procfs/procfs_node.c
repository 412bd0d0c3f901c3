// procfs_node.c: inodes of /proc that are made at each look-up, and names that are numbers.
#include "procfs/procfs_node.h"

#include "fs/directory_tree.h"
#include "fs/inode.h"
#include "mem/heap.h"
#include <ctype.h>

const struct procfs_hooks *procfs_hooks;

struct inode *procfs_make_inode(struct inode *parent, const char *name, mode_t mode, uint32_t ino,
                                const struct inode_ops *ops, struct procfs_node node)
{
	struct inode *inode = inode_create(mode, VOLUME_PROC, ops);
	struct procfs_node *copy = kmalloc(sizeof(*copy));

	assert_mutex_held(&tree_lock);
	if (!inode || !copy || inode_set_label(inode, parent, name)) {
		inode_put(inode);
		kfree(copy);
		return NULL;
	}
	*copy = node;
	inode->private = copy;
	inode->ino = ino;
	if (node.pid)
		procfs_hooks->owner(node.pid, mode == (S_IFDIR | 0555), &inode->uid, &inode->gid);
	inode->nlink = (mode & S_IFMT) == S_IFDIR ? 2 : 1;
	return inode;
}

void procfs_release_node(struct inode *inode)
{
	kfree(inode->private);
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

bool procfs_name_is(const struct name *name, const char *text)
{
	return strlen(text) == name->length && memcmp(name->text, text, name->length) == 0;
}
