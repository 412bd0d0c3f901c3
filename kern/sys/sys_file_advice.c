// sys_file_advice.c: advice about the use of files (posix_fadvise(2), readahead(2)), and writing parts
// of them back (sync_file_range(2)). All files are in memory, so the calls only check.
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include <abi/fadvise.h>

// Do posix_fadvise(2). The order of errors is Linux's: the descriptor, the kind of file, then length
// and advice.
static int advise(int fd, int64_t len, int advice)
{
	struct file *file = file_arg_get(fd);
	int error = 0;

	if (!file)
		return -EBADF;
	if (inode_is(file->inode, S_IFIFO))
		error = WHY(-ESPIPE, "descriptor %d is a pipe", fd);
	else if (len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		error = WHY(-EINVAL, "a negative length, or no such advice as %d", advice);
	file_put(file);
	return error;
}

// posix_fadvise(2), with a length of 32 bits, which is no negative one.
SYSCALL5(fadvise64, int, fd, uint32_t, low, uint32_t, high, uint32_t, len, int, advice)
{
	(void)low;
	(void)high;
	return advise(fd, len, advice);
}

// posix_fadvise(2).
SYSCALL6(fadvise64_64, int, fd, uint32_t, low, uint32_t, high, uint32_t, len_low, uint32_t,
         len_high, int, advice)
{
	(void)low;
	(void)high;
	return advise(fd, pair64(len_low, len_high), advice);
}

// readahead(2), of regular files.
SYSCALL4(readahead, int, fd, uint32_t, low, uint32_t, high, size_t, count)
{
	struct file *file = file_arg_get(fd);
	int error = 0;

	(void)low;
	(void)high;
	(void)count;
	if (!file)
		return -EBADF;
	if (!file_readable(file))
		error = WHY(-EBADF, "descriptor %d is not open for reading", fd);
	else if (!inode_is(file->inode, S_IFREG))
		error = WHY(-EINVAL, "descriptor %d is no regular file", fd);
	file_put(file);
	return error;
}

#define SYNC_FILE_RANGE_FLAGS \
	(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER)

// Returns true if there can be something to write back in a file of this type.
static bool is_stored(const struct inode *inode)
{
	return inode_is(inode, S_IFREG) || inode_is(inode, S_IFBLK) || inode_is(inode, S_IFDIR) ||
	       inode_is(inode, S_IFLNK);
}

// sync_file_range(2).
SYSCALL6(sync_file_range, int, fd, uint32_t, low, uint32_t, high, uint32_t, len_low, uint32_t,
         len_high, uint32_t, flags)
{
	int64_t start = pair64(low, high), len = pair64(len_low, len_high);
	struct file *file = file_arg_get(fd);
	int error = 0;

	if (!file)
		return -EBADF;
	if (flags & ~SYNC_FILE_RANGE_FLAGS)
		error = WHY(-EINVAL, "unknown flags in %#x", flags);
	else if (start < 0 || len < 0 || len > INT64_MAX - start)
		error = WHY(-EINVAL, "the range is no range of positions");
	else if (!is_stored(file->inode))
		error = WHY(-ESPIPE, "descriptor %d is a file without positions", fd);
	file_put(file);
	return error;
}
