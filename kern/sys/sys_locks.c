// sys_locks.c: locks on files: fcntl(2) with F_SETLK and its relatives, and flock(2).
#include "sys/sys_locks.h"

#include "fs/fdtable.h"
#include "fs/file_locks.h"
#include "fs/inode.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "vm/uaccess.h"

static bool has_narrow_struct(unsigned int command)
{
	return command == F_GETLK || command == F_SETLK || command == F_SETLKW;
}

static bool has_wide_struct(unsigned int command)
{
	return command == F_GETLK64 || command == F_SETLK64 || command == F_SETLKW64;
}

static bool is_of_file(unsigned int command)
{
	return command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

bool is_lock_command(unsigned int command)
{
	return has_narrow_struct(command) || has_wide_struct(command) || is_of_file(command);
}

// Fetch the struct of the command as a struct flock64. Returns 0 or -EFAULT.
static int get_lock(struct flock64 *lock, unsigned int command, const void __user *arg)
{
	struct flock narrow;

	if (!has_narrow_struct(command))
		return copyin(aspace_current(), lock, arg, sizeof(*lock));
	if (copyin(aspace_current(), &narrow, arg, sizeof(narrow)))
		return -EFAULT;
	*lock = (struct flock64){ narrow.l_type, narrow.l_whence, narrow.l_start, narrow.l_len,
		                  narrow.l_pid };
	return 0;
}

// Store the struct of the command. Returns 0; -EOVERFLOW if the start does not fit into it; -EFAULT.
// A length that does not fit becomes 0, to the end, as on Linux.
static int put_lock(const struct flock64 *lock, unsigned int command, void __user *arg)
{
	struct flock narrow;

	if (!has_narrow_struct(command))
		return copyout(aspace_current(), arg, lock, sizeof(*lock));
	if (lock->l_start > INT32_MAX)
		return WHY(-EOVERFLOW, "the lock starts at %#llx", lock->l_start);
	narrow = (struct flock){ lock->l_type, lock->l_whence, (int32_t)lock->l_start,
		                 lock->l_len > INT32_MAX ? 0 : (int32_t)lock->l_len, lock->l_pid };
	return copyout(aspace_current(), arg, &narrow, sizeof(narrow));
}

// Compute the bytes that the program means. A negative length means the bytes before the start
// (fcntl_locking(2)). Returns 0; -EINVAL for an unknown whence, type, or bytes before the file;
// -EOVERFLOW beyond the greatest offset.
static int range_of(const struct flock64 *lock, struct file *file, struct lock_range *range)
{
	int64_t start = 0, len = lock->l_len;

	switch (lock->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		start = (int64_t)file->position;
		break;
	case SEEK_END:
		start = (int64_t)inode_size(file->inode);
		break;
	default:
		return -EINVAL;
	}
	if (lock->l_start > INT64_MAX - start)
		return -EOVERFLOW;
	start += lock->l_start;
	if (start < 0)
		return WHY(-EINVAL, "the range starts before the file");
	if (len > 0 && len - 1 > INT64_MAX - start)
		return -EOVERFLOW;
	if (len < 0 && start + len < 0)
		return WHY(-EINVAL, "the range starts before the file");
	range->start = len < 0 ? start + len : start;
	range->end = len > 0 ? start + (len - 1) : len < 0 ? start - 1 : INT64_MAX;
	range->type = lock->l_type;
	if (range->type != F_RDLCK && range->type != F_WRLCK && range->type != F_UNLCK)
		return -EINVAL;
	return 0;
}

// F_GETLK and its relatives: report the first lock that is in the way; only the type changes if there
// is none.
static int find(struct file *file, unsigned int command, struct flock64 *lock,
                struct lock_range *range, void __user *arg)
{
	file_lock_find(file, thread_current()->files, range);
	lock->l_type = range->type;
	if (range->type != F_UNLCK)
		*lock = (struct flock64){
			.l_type = range->type,
			.l_whence = SEEK_SET,
			.l_start = range->start,
			.l_len = range->end == INT64_MAX ? 0 : range->end - range->start + 1,
			.l_pid = range->pid,
		};
	return put_lock(lock, command, arg);
}

// A lock for reading wants a file that is open for reading, one for writing likewise.
static bool may_lock(const struct file *file, short type)
{
	return type == F_RDLCK ? file_readable(file) : type == F_WRLCK ? file_writable(file) : true;
}

// F_SETLK and its relatives. A descriptor that another thread closes meanwhile has ended all locks of
// the process on the file, so this one must not stay.
static int set(int fd, struct file *file, unsigned int command, struct lock_range *range)
{
	bool sleeps = command == F_SETLKW || command == F_SETLKW64 || command == F_OFD_SETLKW;
	struct fdtable *files = thread_current()->files;
	struct file *now;
	int error;

	error = file_lock_set(file, files, range, sleeps);
	if (error || range->kind != LOCK_OF_PROCESS || range->type == F_UNLCK)
		return error;
	now = fd_get(files, fd);
	if (now != file) {
		range->type = F_UNLCK;
		if (file_lock_set(file, files, range, false)) // no close would end the rest
			file_locks_of_table_end(files, file->inode);
		error = -EBADF;
	}
	if (now)
		file_put(now);
	return error;
}

// Do a command on an open file. The order of checks is Linux's: the struct, the type that F_GETLK asks
// for, the range, how the file is open, l_pid (which locks of open files must not give).
static int lock_command(int fd, struct file *file, unsigned int command, void __user *arg)
{
	bool finds = command == F_GETLK || command == F_GETLK64 || command == F_OFD_GETLK;
	struct lock_range range = { .kind = LOCK_OF_PROCESS, .pid = process_current()->pid };
	struct flock64 lock;
	int error;

	if (file->flags & O_PATH)
		return -EBADF;
	error = get_lock(&lock, command, arg);
	if (error)
		return error;
	if (finds && command != F_OFD_GETLK && lock.l_type != F_RDLCK && lock.l_type != F_WRLCK)
		return WHY(-EINVAL, "nothing excludes a lock of type %d", lock.l_type);
	error = range_of(&lock, file, &range);
	if (error)
		return error;
	if (!finds && !may_lock(file, range.type))
		return WHY(-EBADF, "the descriptor is not open for that");
	if (is_of_file(command)) {
		range.kind = LOCK_OF_FILE;
		if (lock.l_pid)
			return WHY(-EINVAL, "l_pid is not 0");
	}
	return finds ? find(file, command, &lock, &range, arg) : set(fd, file, command, &range);
}

int fcntl_lock(int fd, unsigned int command, void __user *arg)
{
	struct file *file = fd_get(thread_current()->files, fd);
	int error;

	assert_no_lock();
	if (!file)
		return -EBADF;
	error = lock_command(fd, file, command, arg);
	file_put(file);
	return error;
}

#define LOCK_MAND 32 // mandatory locks for Windows's files, which no system has any more

// flock(2). The operation is checked before the descriptor. LOCK_MAND does nothing, as on Linux.
SYSCALL2(flock, int, fd, unsigned int, operation)
{
	struct lock_range range = { .kind = LOCK_WHOLE, .end = INT64_MAX };
	struct fdtable *files = thread_current()->files;
	struct file *file;
	int error;

	if (operation & LOCK_MAND)
		return 0;
	range.pid = process_current()->pid;
	switch (operation & ~(unsigned int)LOCK_NB) {
	case LOCK_SH:
		range.type = F_RDLCK;
		break;
	case LOCK_EX:
		range.type = F_WRLCK;
		break;
	case LOCK_UN:
		range.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	file = fd_get(files, fd);
	if (!file)
		return -EBADF;
	if ((file->flags & O_PATH) ||
	    (range.type != F_UNLCK && !file_readable(file) && !file_writable(file)))
		error = -EBADF;
	else
		error = file_lock_set(file, files, &range, !(operation & LOCK_NB));
	file_put(file);
	return error;
}
