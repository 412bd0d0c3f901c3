// large_page_file.c: files of jumbo pages: they can be mapped, read and truncated, but not written to.
#include "fs/large_page_file.h"

#include "fs/directory_tree.h"
#include "vm/aspace.h"
#include "vm/object.h"

static int jumbo_mmap(struct file *file, struct map_request *request)
{
	file_accessed(file);
	request->len = ROUND_UP(request->len, JUMBO_SIZE);
	request->object = file->inode->object;
	if (request->offset % JUMBO_SIZE)
		return -EINVAL;
	return request->offset + request->len > OBJECT_MAX ? -EOVERFLOW : 0;
}

static const struct file_ops jumbo_file_ops = {
	.read = regular_read,
	.lseek = regular_lseek,
	.mmap = jumbo_mmap,
};

static int jumbo_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->ops = &jumbo_file_ops;
	return 0;
}

static const struct inode_ops jumbo_inode_ops = {
	.open = jumbo_open,
};

struct inode *jumbo_file_inode(mode_t mode)
{
	struct inode *inode = inode_create(S_IFREG | mode, VOLUME_NAMELESS, &jumbo_inode_ops);

	if (!inode)
		return NULL;
	inode->object = object_create_jumbo();
	if (!inode->object) {
		inode_put(inode);
		return NULL;
	}
	inode->object->host = inode;
	return inode;
}

bool inode_has_jumbo(const struct inode *inode)
{
	return inode->ops == &jumbo_inode_ops;
}

int jumbo_file_request(struct map_request *request, struct inode **store)
{
	struct inode *inode = jumbo_file_inode(0777);
	int error;

	if (!inode)
		return -ENOMEM;
	request->len = ROUND_UP(request->len, JUMBO_SIZE);
	error = inode_set_label(inode, tree_root, "anon_hugepage");
	if (!error)
		error = object_truncate(inode->object, request->len);
	if (error) {
		inode_put(inode);
		return error;
	}
	request->object = inode->object;
	inode->object->opened_to_write = true; // by nobody else
	*store = inode;
	return 0;
}
