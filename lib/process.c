// Processes and the machine: each function is one system call.

#include <sched.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t fork(void)
{
	return syscall(SYS_fork);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return syscall(SYS_execve, path, argv, envp);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return syscall(SYS_wait4, pid, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

pid_t getpid(void)
{
	return syscall(SYS_getpid);
}

pid_t getppid(void)
{
	return syscall(SYS_getppid);
}

pid_t gettid(void)
{
	return syscall(SYS_gettid);
}

pid_t getpgrp(void)
{
	return syscall(SYS_getpgrp);
}

pid_t setsid(void)
{
	return syscall(SYS_setsid);
}

int setpgid(pid_t pid, pid_t group)
{
	return syscall(SYS_setpgid, pid, group);
}

uid_t getuid(void)
{
	return syscall(SYS_getuid32);
}

uid_t geteuid(void)
{
	return syscall(SYS_geteuid32);
}

gid_t getgid(void)
{
	return syscall(SYS_getgid32);
}

gid_t getegid(void)
{
	return syscall(SYS_getegid32);
}

int sched_yield(void)
{
	return syscall(SYS_sched_yield);
}

int getrlimit(int resource, struct rlimit *limit)
{
	return syscall(SYS_ugetrlimit, resource, limit);
}

int setrlimit(int resource, const struct rlimit *limit)
{
	return syscall(SYS_setrlimit, resource, limit);
}

int getrusage(int who, struct rusage *usage)
{
	return syscall(SYS_getrusage, who, usage);
}

int uname(struct utsname *result)
{
	return syscall(SYS_uname, result);
}

int klogctl(int action, char *buffer, int size)
{
	return syscall(SYS_syslog, action, buffer, size);
}

int sysinfo(struct sysinfo *result)
{
	return syscall(SYS_sysinfo, result);
}

// Returns only when it fails, or when `command` is neither to halt nor to restart.
int reboot(int command)
{
	return syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command);
}
