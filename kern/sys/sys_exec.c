// sys_exec.c: execve(2) and execveat(2). kern/proc does the work.
#include "fs/fdtable.h"
#include "mem/heap.h"
#include "proc/exec.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include <abi/fcntl.h>
#include <stdio.h>

// The strings of the new program, as the caller points to them.
struct strings {
	const void __user *argv, *envp;
};

// Collect the strings and exec. An empty argv gets one empty string, as on Linux since 5.18:
// programs rely on argv[0]. Returns -errno; also 0 when the new program is in place, since the
// caller still has to free the program's path.
static long exec_with(const struct exec_program *program, const struct strings *strings)
{
	struct exec_args args;
	int error = exec_args_init(&args);

	if (error)
		return error;
	error = exec_args_add_user(&args, strings->argv, &args.argc);
	if (!error && args.argc == 0) {
		args.argc = 1;
		error = exec_args_add(&args, "");
	}
	if (!error)
		error = exec_args_add_user(&args, strings->envp, &args.envc);
	if (!error)
		error = process_exec(program, &args);
	exec_args_free(&args);
	return error;
}

// execve(2). Path and strings are copied into the kernel first: exec replaces the memory they
// are in.
SYSCALL3(execve, const char __user *, path, const void __user *, argv, const void __user *, envp)
{
	struct path_arg arg;
	long result = path_arg_get(&arg, AT_FDCWD, path);

	if (result)
		return result;
	result = exec_with(&(struct exec_program){ .path = arg.text, .name = arg.text },
	                   &(struct strings){ argv, envp });
	path_arg_put(&arg);
	return result;
}

#define FD_NAME_MAX 24 // bytes of "/dev/fd/N/", with a NUL

// Exec the file that descriptor `dirfd` and arg->text name together. The program is told a name
// below /dev/fd, as on Linux, where such names lead to descriptors. Returns as exec_with.
static long exec_at(int dirfd, const struct path_arg *arg, int flags, const struct strings *strings)
{
	size_t size = FD_NAME_MAX + strlen(arg->text);
	char *name = kmalloc(size);
	long result;

	if (!name)
		return -ENOMEM;
	snprintf(name, size, arg->text[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", dirfd, arg->text);
	result = exec_with(&(struct exec_program){ .start = arg->start,
	                                           .path = arg->text,
	                                           .flags = flags,
	                                           .name = name,
	                                           .hidden = fd_get_cloexec(thread_current()->files,
	                                                                    dirfd) > 0 },
	                   strings);
	kfree(name);
	return result;
}

// execveat(2).
SYSCALL5(execveat, int, dirfd, const char __user *, path, const void __user *, argv,
         const void __user *, envp, int, flags)
{
	struct strings strings = { argv, envp };
	struct path_arg arg;
	long result;

	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EXECVE_CHECK))
		return WHY(-EINVAL, "unknown flags in %#x", (unsigned int)flags);
	result = path_arg_get(&arg, dirfd, path);
	if (result)
		return result;
	if (arg.start)
		result = exec_at(dirfd, &arg, flags, &strings);
	else
		result = exec_with(&(struct exec_program){ .path = arg.text,
		                                           .flags = flags,
		                                           .name = arg.text },
		                   &strings);
	path_arg_put(&arg);
	return result;
}
