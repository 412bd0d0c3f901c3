// memfd.c: files in memory that never had a name in the tree (memfd_create(2)), and seals
// (fcntl(2), "File Sealing").
#include "fs/memfd.h"

#include "fs/inode.h"
#include "fs/large_page_file.h"
#include "vm/object.h"
#include <abi/limits.h>
#include <abi/mman.h>
#include <stdio.h>

#define S_IXALL (S_IXUSR | S_IXGRP | S_IXOTH)
#define SEALS_ALL                                                                         \
	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | \
	 F_SEAL_EXEC)

// Returns the permissions of a new file. With MFD_NOEXEC_SEAL nobody may execute it.
static mode_t mode_for(unsigned int flags)
{
	return flags & MFD_NOEXEC_SEAL ? 0666 : 0777;
}

// Returns the seals of a new file. F_SEAL_SEAL forbids all further seals: a program must ask to
// be allowed any. A file that can never be executed may be sealed without asking.
static uint16_t first_seals(unsigned int flags)
{
	if (flags & MFD_NOEXEC_SEAL)
		return F_SEAL_EXEC;
	return flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
}

// Returns true if there are large pages of the size that `flags` ask for. 0 asks for any.
static bool size_exists(unsigned int flags)
{
	unsigned int shift = flags >> MFD_HUGE_SHIFT & MFD_HUGE_MASK;

	return shift == 0 || shift == LARGE_SHIFT;
}

int memfd_create(const char *name, unsigned int flags, struct file **store)
{
	char label[NAME_MAX + 1];
	struct inode *inode;
	int error;

	assert_no_lock();
	if (flags & MFD_HUGETLB && !size_exists(flags))
		return -ENODEV;
	if (flags & MFD_HUGETLB)
		inode = large_file_inode(mode_for(flags));
	else
		inode = inode_create(S_IFREG | mode_for(flags), VOLUME_NAMELESS, NULL);
	if (!inode)
		return -ENOMEM;
	inode->object->seals = first_seals(flags);
	snprintf(label, sizeof(label), "memfd:%s", name);
	if (inode_set_label(inode, tree_root, label)) {
		inode_put(inode);
		return -ENOMEM;
	}
	error = file_create(inode, O_RDWR | O_LARGEFILE, store);
	// A program in a memfd is executed through the descriptor that wrote it (fexecve(3)), so
	// that one does not count as a writer. Linux does the same.
	if (!error)
		file_allow_exec(*store);
	return error;
}

// Returns the object whose seals are the file's, or NULL if it has none.
static struct object *sealable(const struct inode *inode)
{
	return inode_is(inode, S_IFREG) ? inode->object : NULL;
}

int file_get_seals(const struct file *file)
{
	const struct object *object = sealable(file->inode);

	return object ? object->seals : -EINVAL;
}

int file_add_seals(struct file *file, unsigned int seals)
{
	struct object *object = sealable(file->inode);

	if (!file_writable(file))
		return -EPERM;
	if ((seals & ~(unsigned int)SEALS_ALL) || !object)
		return -EINVAL;
	// F_SEAL_EXEC on an executable file also fixes its contents: a process that executes it
	// can rely on them (Linux since 6.3).
	if ((seals & F_SEAL_EXEC) && (file->inode->mode & S_IXALL))
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	return object_seal(object, seals);
}

int inode_check_mode(const struct inode *inode, mode_t mode)
{
	const struct object *object = sealable(inode);
	bool sealed = object && (object->seals & F_SEAL_EXEC);

	return sealed && ((inode->mode ^ mode) & S_IXALL) ? -EPERM : 0;
}
