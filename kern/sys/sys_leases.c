// sys_leases.c: leases on files: F_SETLEASE of fcntl(2), and the time that the owner of a lease has.
#include "fs/file_leases.h"
#include "proc/file_owner.h"
#include "proc/process.h"
#include "procfs/procfs.h"
#include "sys/sys_locks.h"
#include "thread/why.h"
#include <stdlib.h>

int fcntl_set_lease(int fd, struct file *file, int type)
{
	struct file_owner owner;
	int error;

	assert_no_lock();
	if (inode_is(file->inode, S_IFDIR))
		return WHY(-EINVAL, "a directory has no leases");
	if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK)
		return WHY(-EINVAL, "there is no lease of type %d", type);
	if (file->inode->uid != credentials_current()->user.fs && !capable(CAP_LEASE))
		return WHY(-EACCES, "the file is another user's");
	if (type == F_UNLCK)
		return file_lease_end(file);
	error = file_owner_find(F_OWNER_PID, process_current()->pid, &owner);
	return error ? error : file_lease_set(file, fd, (short)type, &owner);
}

static int show_break_time(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", lease_break_time);
	return 0;
}

// A number of seconds, perhaps with white space after it.
static int store_break_time(const char *text, size_t length, pid_t pid)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	(void)pid;
	while (*end == ' ' || *end == '\n')
		end++;
	if (end == text || end != text + length || value > INT32_MAX)
		return -EINVAL;
	lease_break_time = value;
	return 0;
}

void leases_files_init(void)
{
	static struct procfs_file file = {
		.name = "sys/fs/lease-break-time",
		.mode = S_IFREG | 0644,
		.show = show_break_time,
		.store = store_break_time,
	};

	procfs_register(&file);
}
