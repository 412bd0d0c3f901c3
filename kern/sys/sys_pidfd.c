// sys_pidfd.c: calls about processes as files (pidfd_open(2)), waitid(2), and comparing what threads
// share (kcmp(2)).
#include "fs/fdtable.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/thread_group.h"
#include "sys/sys_signal_wait.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/fcntl.h>
#include <abi/wait.h>

// pidfd_open(2). The descriptor is closed at exec.
SYSCALL2(pidfd_open, pid_t, pid, uint32_t, flags)
{
	struct file *file;
	int error;

	if (flags & ~(uint32_t)O_NONBLOCK)
		return WHY(-EINVAL, "pidfd_open knows O_NONBLOCK only");
	if (pid <= 0)
		return -EINVAL;
	error = pidfd_create(NULL, pid, flags, &file);
	return error ? error : fd_add(thread_current()->files, file, 0, true);
}

// Returns the pidfd of descriptor `fd` with a new reference, or NULL if it is not open, or another
// file.
static struct file *pidfd_get(int fd)
{
	struct file *file = fd_get(thread_current()->files, fd);

	if (file && !file_is_pidfd(file)) {
		file_put(file);
		file = NULL;
	}
	return file;
}

// Send a signal to the process of a pidfd. Returns 0 or -errno.
static int send(const struct file *file, int signo, const struct signal_info *info)
{
	struct process *process;
	int error;

	spin_lock(&process_lock);
	process = pidfd_process(file);
	error = process ? access_signal(process, signo) : -ESRCH;
	if (!error && signo)
		error = signal_send(process, signo, info);
	spin_unlock(&process_lock);
	return error;
}

// pidfd_send_signal(2). Without a description the signal is like one of kill.
SYSCALL4(pidfd_send_signal, int, fd, int, signo, const void __user *, user, uint32_t, flags)
{
	struct signal_info info = signal_info_own(SI_USER);
	struct file *file;
	int described = signo, error = 0;
	bool own;

	if (flags)
		return WHY(-EINVAL, "pidfd_send_signal knows no flags");
	file = pidfd_get(fd);
	if (!file)
		return -EBADF;
	spin_lock(&process_lock);
	own = pidfd_process(file) == process_current();
	spin_unlock(&process_lock);
	if (user)
		error = signal_fetch_info(&info, &described, user, own);
	if (!error && described != signo)
		error = -EINVAL;
	if (!error)
		error = send(file, signo, &info);
	file_put(file);
	return error;
}

// Returns descriptor `fd` of the process of a pidfd, with a new reference. Stores -ESRCH, -EPERM or
// -EBADF.
static struct file *others_file(const struct file *pidfd, int fd, int *error)
{
	struct process *process;
	struct fdtable *files;
	struct file *file = NULL;

	spin_lock(&process_lock);
	process = pidfd_process(pidfd);
	files = process ? process_files(process) : NULL;
	*error = files ? access_inspect(process) : -ESRCH;
	if (!*error) {
		file = fd_get(files, fd);
		*error = file ? 0 : -EBADF;
	}
	spin_unlock(&process_lock);
	return file;
}

// pidfd_getfd(2).
SYSCALL3(pidfd_getfd, int, pidfd, int, target, uint32_t, flags)
{
	struct file *process_file, *file;
	int error;

	if (flags)
		return -EINVAL;
	process_file = pidfd_get(pidfd);
	if (!process_file)
		return -EBADF;
	file = others_file(process_file, target, &error);
	file_put(process_file);
	return file ? fd_add(thread_current()->files, file, 0, true) : error;
}

// process_mrelease(2). The process must be dying. It frees its memory by itself as soon as it runs,
// which needs no memory: there is nothing to do for it.
SYSCALL2(process_mrelease, int, fd, uint32_t, flags)
{
	struct process *process;
	struct file *file;
	int error = 0;

	if (flags)
		return -EINVAL;
	file = pidfd_get(fd);
	if (!file)
		return -EBADF;
	spin_lock(&process_lock);
	process = pidfd_process(file);
	if (!process || process->zombie)
		error = -ESRCH;
	else if (!process->ending && !(process_thread(process)->work & WORK_KILL))
		error = WHY(-EINVAL, "process %d is not dying", process->pid);
	spin_unlock(&process_lock);
	file_put(file);
	return error;
}

#define P_PIDFD 3
#define WAITID_OPTIONS \
	(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | WNOTHREAD | WALL | WCLONE)

// Convert what waitid waits for to the number of process_wait. Returns 0; -EINVAL; -EBADF; -ECHILD
// for a pidfd whose process has been reaped. A pidfd with O_NONBLOCK adds WNOHANG.
static int wait_number(int type, int id, pid_t *pid_store, int *options)
{
	const struct process *process;
	struct file *file;

	switch (type) {
	case P_ALL:
		*pid_store = -1;
		return 0;
	case P_PID:
		*pid_store = id;
		return id > 0 ? 0 : -EINVAL;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		*pid_store = -id;
		return id == 1 ? -ECHILD : 0;
	case P_PIDFD:
		if (id < 0)
			return -EINVAL;
		file = pidfd_get(id);
		if (!file)
			return -EBADF;
		if (file->flags & O_NONBLOCK)
			*options |= WNOHANG;
		spin_lock(&process_lock);
		process = pidfd_process(file);
		*pid_store = process ? process->pid : 0;
		spin_unlock(&process_lock);
		file_put(file);
		return process ? 0 : -ECHILD;
	default:
		return -EINVAL;
	}
}

// Fill the description of a child's report; without a child all but the signal is 0, and that too.
static void describe(siginfo_t *info, const struct child_report *report)
{
	int status = report->status;

	memset(info, 0, sizeof(*info));
	if (!report->pid)
		return;
	info->si_signo = SIGCHLD;
	info->fields.child.pid = report->pid;
	if (report->trapped) {
		info->si_code = CLD_TRAPPED;
		info->fields.child.status = status >> 8;
	} else if (WIFCONTINUED(status)) {
		info->si_code = CLD_CONTINUED;
		info->fields.child.status = SIGCONT;
	} else if (WIFSTOPPED(status)) {
		info->si_code = CLD_STOPPED;
		info->fields.child.status = WSTOPSIG(status);
	} else {
		info->si_code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
		info->fields.child.status = WIFEXITED(status) ? WEXITSTATUS(status) :
		                                                WTERMSIG(status);
	}
}

// Store the parts of a description that waitid reports, and no others. Returns 0 or -EFAULT.
static int put_description(void __user *user, const siginfo_t *info)
{
	const size_t end = offsetof(siginfo_t, fields.child.status) + sizeof(int);

	return user ? copyout(aspace_current(), user, info, end) : 0;
}

// waitid(2).
SYSCALL5(waitid, int, type, int, id, void __user *, store, int, options, void __user *, usage_store)
{
	struct child_report report;
	struct cpu_time before = { 0, 0 };
	struct rusage usage;
	siginfo_t info;
	pid_t pid, child;
	int asked = options, error;

	if ((uint32_t)options & ~WAITID_OPTIONS)
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	error = wait_number(type, id, &pid, &options);
	if (error)
		return error;
	report.want_usage = usage_store;
	child = process_wait(pid, options, &report);
	if (child < 0)
		return child;
	if (!child && !(asked & WNOHANG))
		return -EAGAIN;
	if (child && usage_store) {
		usage = usage_report(&report.usage, &before);
		if (copyout(aspace_current(), usage_store, &usage, sizeof(usage)))
			return -EFAULT;
	}
	describe(&info, &report);
	return put_description(store, &info);
}

// What kcmp compares.
enum { KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_TYPES };

// Returns the address of what kcmp compares of a thread; NULL for what no thread has. A file is also
// stored in *file, with a new reference. Caller: holds process_lock.
static const void *shared_thing(const struct thread *thread, int type, int fd, struct file **file)
{
	struct process *process = thread->process;

	assert_spin_held(&process_lock);
	switch (type) {
	case KCMP_FILE:
		*file = thread->files ? fd_get(thread->files, fd) : NULL;
		return *file;
	case KCMP_VM:
		return process->aspace;
	case KCMP_FILES:
		return thread->files;
	case KCMP_FS:
		return thread->fs_context;
	case KCMP_SIGHAND:
		return process->signals.table && process->signals.table->joined ?
		               (const void *)process->signals.table :
		               (const void *)process;
	case KCMP_IO:
	case KCMP_SYSVSEM:
	default:
		return NULL;
	}
}

// kcmp(2). Returns 0 if both threads have the same thing, else 1 or 2, which is an order that says
// nothing about addresses.
SYSCALL5(kcmp, pid_t, first, pid_t, second, int, type, int, first_fd, int, second_fd)
{
	const struct thread *one, *two;
	struct file *files[2] = { NULL, NULL };
	const void *a = NULL, *b = NULL;
	int error = 0;

	if (type < 0 || type >= KCMP_TYPES)
		return -EINVAL;
	spin_lock(&process_lock);
	one = thread_find(first);
	two = thread_find(second);
	if (one && two && (access_inspect(one->process) || access_inspect(two->process))) {
		error = -EPERM;
	} else if (one && two) {
		a = shared_thing(one, type, first_fd, &files[0]);
		b = shared_thing(two, type, second_fd, &files[1]);
		if (type == KCMP_FILE && (!a || !b))
			error = -EBADF;
	} else {
		error = -ESRCH;
	}
	spin_unlock(&process_lock);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i])
			file_put(files[i]);
	if (error)
		return error;
	return a == b ? 0 : (uintptr_t)a * 0x9E3779B1u < (uintptr_t)b * 0x9E3779B1u ? 1 : 2;
}
