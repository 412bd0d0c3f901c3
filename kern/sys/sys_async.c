// sys_async.c: the flags of open files, and signals when a file is ready: O_ASYNC, FIOASYNC, F_SETOWN,
// F_SETSIG and their relatives.
#include "sys/sys_async.h"

#include "fs/async_file.h"
#include "fs/inode.h"
#include "fs/permission.h"
#include "proc/file_owner.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "tty/tty.h"
#include "vm/uaccess.h"
#include <abi/ioctl.h>
#include <abi/socket.h>

// Give a terminal that nobody owns an owner. There may be no memory, or no such process any more: then it
// stays so, as on Linux.
static void own_terminal(struct file *file, pid_t foreground)
{
	int type = foreground ? F_OWNER_PGRP : F_OWNER_PID;
	struct file_owner owner;

	if (!file_owner_find(type, foreground ? foreground : process_current()->pid, &owner))
		(void)async_file_set_owner(file, &owner, true);
}

// Set or clear O_ASYNC of `file`, whose operations include `async`. Returns 0; -ENOMEM, -ENOTTY or -ENOSPC.
static int set_async(int fd, struct file *file, bool on)
{
	int error = async_file_set(file, fd, on);
	pid_t foreground;

	if (!error && on && tty_foreground_of(file, &foreground))
		own_terminal(file, foreground);
	return error;
}

// The flags that F_SETFL changes; it ignores access mode and creation flags (fcntl(2)).
#define CHANGEABLE_FLAGS (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

int file_change_flags(int fd, struct file *file, uint32_t flags)
{
	uint32_t more = flags & ~file->flags;
	int error = 0;

	assert_no_lock();
	if ((more & O_NOATIME) && !inode_owned(file->inode))
		return WHY(-EPERM, "only the owner of a file can set O_NOATIME");
	if ((more & O_DIRECT) && !file_admits_direct(file->inode))
		return -EINVAL;
	if (file->ops->async)
		error = set_async(fd, file, flags & O_ASYNC);
	if (error)
		return error;
	file->flags = (file->flags & ~(uint32_t)CHANGEABLE_FLAGS) | (flags & CHANGEABLE_FLAGS);
	return 0;
}

int ioctl_async(int fd, struct file *file, const int __user *arg)
{
	int on;

	assert_no_lock();
	if (get_user(aspace_current(), &on, arg))
		return -EFAULT;
	if (file->ops->async)
		return set_async(fd, file, on);
	return (on != 0) == ((file->flags & O_ASYNC) != 0) ? 0 : -ENOTTY;
}

bool is_owner_command(unsigned int command)
{
	switch (command) {
	case F_SETOWN:
	case F_GETOWN:
	case F_SETSIG:
	case F_GETSIG:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
	case F_GETOWNER_UIDS:
		return true;
	}
	return false;
}

// F_SETOWN: `who` above 0 is a process, below 0 a group.
static int set_owner(struct file *file, int who)
{
	struct file_owner owner;
	int error;

	if (who == INT32_MIN)
		return WHY(-EINVAL, "there is no such group");
	error = file_owner_find(who < 0 ? F_OWNER_PGRP : F_OWNER_PID, who < 0 ? -who : who, &owner);
	return error ? error : async_file_set_owner(file, &owner, false);
}

// F_GETOWN: the number of a group is below 0, and looks like an error for small ones (fcntl(2), BUGS).
static int get_owner(const struct file *file)
{
	struct file_owner owner = async_file_owner(file);
	pid_t pid = file_owner_pid(&owner);

	return owner.type == F_OWNER_PGRP ? -pid : pid;
}

// F_SETOWN_EX.
static int set_owner_ex(struct file *file, const struct f_owner_ex __user *arg)
{
	struct f_owner_ex wanted;
	struct file_owner owner;
	int error;

	if (copyin(aspace_current(), &wanted, arg, sizeof(wanted)))
		return -EFAULT;
	if (wanted.type < F_OWNER_TID || wanted.type > F_OWNER_PGRP)
		return WHY(-EINVAL, "there is no owner of type %d", wanted.type);
	error = file_owner_find(wanted.type, wanted.pid, &owner);
	return error ? error : async_file_set_owner(file, &owner, false);
}

// F_GETOWN_EX.
static int get_owner_ex(const struct file *file, struct f_owner_ex __user *arg)
{
	struct file_owner owner = async_file_owner(file);
	struct f_owner_ex found = { owner.type, file_owner_pid(&owner) };

	return copyout(aspace_current(), arg, &found, sizeof(found));
}

// F_GETOWNER_UIDS: the ids that must allow the signals.
static int get_owner_uids(const struct file *file, uid_t __user *arg)
{
	struct file_owner owner = async_file_owner(file);
	uid_t ids[2] = { owner.real, owner.effective };

	return copyout(aspace_current(), arg, ids, sizeof(ids));
}

int fcntl_owner(struct file *file, unsigned int command, uint32_t arg)
{
	void __user *user = (void __user *)arg;

	assert_no_lock();
	switch (command) {
	case F_SETOWN:
		return set_owner(file, (int)arg);
	case F_GETOWN:
		return get_owner(file);
	case F_SETSIG:
		if (arg >= NSIG)
			return WHY(-EINVAL, "there is no signal %u", arg);
		return async_file_set_signal(file, (int)arg);
	case F_GETSIG:
		return async_file_signal(file);
	case F_SETOWN_EX:
		return set_owner_ex(file, user);
	case F_GETOWN_EX:
		return get_owner_ex(file, user);
	default:
		return get_owner_uids(file, user);
	}
}

int ioctl_socket_owner(struct file *file, unsigned int request, void __user *arg)
{
	int who;

	assert_no_lock();
	switch (request) {
	case FIOSETOWN:
	case SIOCSPGRP:
		if (get_user(aspace_current(), &who, (const int __user *)arg))
			return -EFAULT;
		return set_owner(file, who);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user(aspace_current(), (int __user *)arg, get_owner(file));
	default:
		return -ENOTTY;
	}
}
