// anonymous_file.c: open files without a name and without contents.
#include "fs/anonymous_file.h"

#include "fs/inode.h"

int anonymous_file_create(uint32_t flags, const struct file_ops *ops, void *private,
                          struct file **store)
{
	struct inode *inode = inode_create(0600, VOLUME_NAMELESS, NULL);

	assert_only_spinlock(NULL);
	if (!inode)
		return -ENOMEM;
	inode->nlink = 1; // as on Linux
	inode->kind = ops->kind;
	return file_create_nameless(inode, flags, ops, private, store);
}

int64_t anonymous_file_lseek(struct file *file, int64_t offset, int whence)
{
	(void)file;
	(void)offset;
	(void)whence;
	return 0;
}
