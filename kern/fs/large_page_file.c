// large_page_file.c: files of large pages. They can be mapped, read and truncated, but write()
// does not work on them: Linux's hugetlbfs has no write either.
#include "fs/large_page_file.h"

#include "fs/directory_tree.h"
#include "vm/aspace.h"
#include "vm/object.h"

// A mapping covers whole large pages: the length is rounded up, the offset must fit (mmap(2),
// "Huge page (Huge TLB) mappings").
static int large_mmap(struct file *file, struct map_request *request)
{
	file_accessed(file);
	request->len = ROUND_UP(request->len, LARGE_SIZE);
	request->object = file->inode->object;
	if (request->offset % LARGE_SIZE)
		return -EINVAL;
	return request->offset + request->len > OBJECT_MAX ? -EOVERFLOW : 0;
}

static const struct file_ops large_file_ops = {
	.read = regular_read,
	.lseek = regular_lseek,
	.mmap = large_mmap,
};

static int large_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->ops = &large_file_ops;
	return 0;
}

static const struct inode_ops large_inode_ops = {
	.open = large_open,
};

struct inode *large_file_inode(mode_t mode)
{
	struct inode *inode = inode_create(S_IFREG | mode, VOLUME_NAMELESS, &large_inode_ops);

	assert_only_spinlock(NULL);
	if (!inode)
		return NULL;
	inode->object = object_create_large();
	if (!inode->object) {
		inode_put(inode);
		return NULL;
	}
	inode->object->host = inode;
	return inode;
}

bool inode_has_large(const struct inode *inode)
{
	return inode->ops == &large_inode_ops;
}

// A shared mapping may be written only if its file was opened for writing at some time. Nobody
// ever opens this file, so it is marked so here.
int large_file_request(struct map_request *request, struct inode **store)
{
	struct inode *inode = large_file_inode(0777);
	int error;

	assert_no_lock();
	if (!inode)
		return -ENOMEM;
	request->len = ROUND_UP(request->len, LARGE_SIZE);
	error = inode_set_label(inode, tree_root, "anon_hugepage");
	if (!error)
		error = object_truncate(inode->object, request->len);
	if (error) {
		inode_put(inode);
		return error;
	}
	request->object = inode->object;
	inode->object->opened_to_write = true;
	*store = inode;
	return 0;
}
