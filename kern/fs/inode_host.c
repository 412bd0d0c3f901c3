// inode_host.c: the hooks by which a mapping keeps, and asks, the file whose contents it shows.
#include "fs/held.h"
#include "fs/inode.h"
#include "vm/object.h"

static void host_get(struct inode *inode)
{
	inode_get(inode);
}

static void host_written(struct inode *inode)
{
	inode_touch(inode, TOUCH_MTIME | TOUCH_CTIME);
}

// Reads a single word, without tree_lock: the name may go at any time in any case.
static bool host_has_name(const struct inode *inode)
{
	return inode->nlink > 0;
}

void inodes_init(void)
{
	static const struct object_host_hooks hooks = {
		.get = host_get,
		.put = inode_put,
		.written = host_written,
		.has_name = host_has_name,
		.held_bytes = inode_held_bytes,
	};

	object_host_hooks = &hooks;
}
