// sys_mount.c: mount(2), umount(2) and umount2(2). fs/mount_changes.c does the work.
#include "fs/mount_changes.h"
#include "mem/heap.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "vm/uaccess.h"

// Copy a text of the user, at most PATH_MAX bytes with its NUL, to *store; NULL for NULL. Returns 0, -EFAULT,
// -ENOMEM, or -EINVAL if it is longer.
static int fetch_text(const char __user *text, char **store)
{
	ssize_t length = 0;

	*store = NULL;
	if (text)
		length = copyinstr_alloc(aspace_current(), store, text, PATH_MAX);
	if (length >= 0)
		return 0;
	*store = NULL;
	return length == -ENAMETOOLONG ? -EINVAL : (int)length;
}

// Fetch the path of the target, and do mount(2).
static int change_mount(struct mount_request *request, const char __user *target)
{
	struct path_arg arg;
	int error = path_arg_get(&arg, AT_FDCWD, target);

	if (error)
		return error;
	request->target = arg.text;
	error = mount_change(thread_current()->fs_context, request);
	path_arg_put(&arg);
	return error;
}

// mount(2). The texts are copied in Linux's order: type, source, options, target. Old programs have a magic
// number in the upper half of the flags.
SYSCALL5(mount, const char __user *, source, const char __user *, target, const char __user *, type,
         uint32_t, flags, const char __user *, options)
{
	const char __user *const user[] = { type, source, options };
	char *texts[ARRAY_SIZE(user)] = { NULL };
	struct mount_request request;
	int error = 0;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	for (size_t i = 0; i < ARRAY_SIZE(user) && !error; i++)
		error = fetch_text(user[i], &texts[i]);
	request = (struct mount_request){
		.type = texts[0], .source = texts[1], .options = texts[2], .flags = flags
	};
	if (!error)
		error = flags & MS_NOUSER ? -EINVAL : change_mount(&request, target);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		kfree(texts[i]);
	return error;
}

// Remove a mount.
static int unmount(const char __user *path, unsigned int flags)
{
	struct path_arg arg;
	int error = path_arg_get(&arg, AT_FDCWD, path);

	if (error)
		return error;
	error = mount_remove(thread_current()->fs_context, arg.text, flags);
	path_arg_put(&arg);
	return error;
}

// umount(2).
SYSCALL1(umount, const char __user *, path)
{
	return unmount(path, 0);
}

// umount2(2).
SYSCALL2(umount2, const char __user *, path, unsigned int, flags)
{
	if (flags & ~(unsigned int)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	return unmount(path, flags);
}
