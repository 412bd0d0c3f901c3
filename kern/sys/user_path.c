// user_path.c: fetching the paths of system calls.
#include "sys/user_path.h"

#include "fs/inode.h"
#include "mem/heap.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/fcntl.h>

// Free the text of a path argument.
static void free_text(struct path_arg *arg)
{
	if (arg->text != arg->copy)
		kfree(arg->text);
}

// Fetch the text, into memory of the heap if it is long. Then all of it is copied again: the program may
// have changed it. Returns 0, -EFAULT, -ENAMETOOLONG or -ENOMEM; after an error there is no text.
static int fetch_text(struct path_arg *arg, const char __user *text)
{
	ssize_t length = copyinstr(aspace_current(), arg->copy, text, PATH_SHORT);

	arg->text = arg->copy;
	if (length == -ENAMETOOLONG) {
		arg->text = kmalloc(PATH_MAX);
		if (!arg->text)
			return -ENOMEM;
		length = copyinstr(aspace_current(), arg->text, text, PATH_MAX);
	}
	if (length >= 0)
		return 0;
	free_text(arg);
	return WHY((int)length, "the path at %#x cannot be read, or has no end within %d bytes",
	           (unsigned int)(__force uintptr_t)text, PATH_MAX);
}

// Take the directory of descriptor `dirfd` for the start of the path. Returns 0 or -EBADF.
static int set_start(struct path_arg *arg, int dirfd)
{
	arg->file = fd_get(thread_current()->files, dirfd);
	if (!arg->file)
		return WHY(-EBADF, "descriptor %d, where the path begins, is not open", dirfd);
	arg->position = (struct position){ arg->file->inode, arg->file->mount };
	arg->start = &arg->position;
	return 0;
}

int path_arg_get(struct path_arg *arg, int dirfd, const char __user *text)
{
	int error = fetch_text(arg, text);

	assert_no_lock();
	if (error)
		return error;
	arg->file = NULL;
	arg->start = NULL;
	if (dirfd != AT_FDCWD && arg->text[0] != '/')
		error = set_start(arg, dirfd);
	if (error)
		free_text(arg);
	return error;
}

int path_arg_set_start(struct path_arg *arg, int dirfd)
{
	return arg->start || dirfd == AT_FDCWD ? 0 : set_start(arg, dirfd);
}

void path_arg_put(struct path_arg *arg)
{
	assert_no_lock();
	if (arg->file)
		file_put(arg->file);
	free_text(arg);
}

// Returns the file for which an empty path stands, with new references: the descriptor's, or
// the current directory for AT_FDCWD.
static struct position empty_path_file(const struct path_arg *arg)
{
	if (!arg->start)
		return fs_context_cwd(thread_current()->fs_context);
	return position_get(arg->start);
}

// position_arg_get, inlined where the result is used.
static inline int find(int dirfd, const char __user *text, int flags, unsigned int walk,
                       struct position *store)
{
	struct path_arg arg;
	int error = path_arg_get(&arg, dirfd, text);

	if (error)
		return error;
	if ((flags & AT_EMPTY_PATH) && !arg.text[0]) {
		*store = empty_path_file(&arg);
		error = walk & WALK_CHANGE ? mount_check_change(store->mount) : 0;
		if (error)
			position_put(store);
	} else {
		walk |= flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
		error = path_find(thread_current()->fs_context, arg.start, arg.text, walk, store);
	}
	path_arg_put(&arg);
	return error;
}

int position_arg_get(int dirfd, const char __user *text, int flags, unsigned int walk,
                     struct position *store)
{
	assert_no_lock();
	return find(dirfd, text, flags, walk, store);
}

int inode_arg_get(int dirfd, const char __user *text, int flags, struct inode **store)
{
	struct position position;
	int error = find(dirfd, text, flags, 0, &position);

	assert_no_lock();
	if (!error)
		*store = position_inode(&position);
	return error;
}

int changed_inode_arg_get(int dirfd, const char __user *text, int flags, struct inode **store)
{
	struct position position;
	int error = position_arg_get(dirfd, text, flags, WALK_CHANGE, &position);

	assert_no_lock();
	if (!error)
		*store = position_inode(&position);
	return error;
}
