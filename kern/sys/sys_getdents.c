// sys_getdents.c: the calls that list directories (getdents(2), readdir(2)).
#include "fs/readdir.h"
#include "layout.h"
#include "mem/heap.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/yield.h"
#include "vm/uaccess.h"
#include <abi/limits.h>

#define LIST_COST 20000 // about how many instructions a page of entries takes

// A place in the program's memory for entries of a format.
struct listing {
	enum dirent_format format;
	char __user *user;
	size_t size;
};

// Copy entries out, a page at a time, until the program's buffer or the directory ends. The
// position moves only past entries that have been copied: after an error, the next call
// continues with the first that was not. Returns the number of bytes, 0 at the end, or -errno.
static ssize_t list_directory(struct file *file, const struct listing *listing)
{
	struct dirent_buffer buffer = { .format = listing->format, .bytes = kmalloc(PAGE_SIZE) };
	size_t done = 0;
	int error = 0;

	if (!buffer.bytes)
		return -ENOMEM;
	for (;;) {
		buffer.size = MIN(listing->size - done, PAGE_SIZE);
		buffer.used = 0;
		error = file->ops->getdents(file, &buffer);
		if (error || !buffer.used)
			break;
		error = copyout(aspace_current(), listing->user + done, buffer.bytes, buffer.used);
		if (error)
			break;
		done += buffer.used;
		file->position = buffer.after;
		if (listing->format == DIRENT_ONE || yield_after(LIST_COST))
			break;
	}
	kfree(buffer.bytes);
	return done ? (ssize_t)done : error;
}

// Do list_directory as the only thread that uses the file's position. Another process can get the file at
// any time (pidfd_getfd), so the position of a directory is always claimed, as on Linux. Returns also
// -EBADF, -ENOTDIR.
static ssize_t list_descriptor(int fd, const struct listing *listing)
{
	struct file *file = file_arg_get(fd);
	ssize_t n;

	if (!file)
		return -EBADF;
	n = file->ops->getdents ? claim_take(&file->claim) : -ENOTDIR;
	if (!n) {
		n = list_directory(file, listing);
		claim_release(&file->claim);
	}
	file_put(file);
	return n;
}

// getdents64(2). A buffer too small for one entry is EINVAL; 0 is the end.
SYSCALL3(getdents64, int, fd, char __user *, buffer, size_t, size)
{
	return list_descriptor(fd, &(struct listing){ DIRENT_64, buffer, size });
}

// getdents(2).
SYSCALL3(getdents, int, fd, char __user *, buffer, size_t, size)
{
	return list_descriptor(fd, &(struct listing){ DIRENT_32, buffer, size });
}

// readdir(2): one entry, whatever the third argument is. Returns 1, or 0 at the end.
SYSCALL2(readdir, int, fd, char __user *, buffer)
{
	size_t most = ROUND_UP(DIRENT32_NAME_OFFSET + NAME_MAX + 1, 4);
	ssize_t n = list_descriptor(fd, &(struct listing){ DIRENT_ONE, buffer, most });

	return MIN(n, 1);
}
