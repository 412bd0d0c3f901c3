// Calls that take a path: names in directories, and the files that they name.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int access(const char *path, int mode)
{
	return syscall(SYS_access, path, mode);
}

int link(const char *old_path, const char *new_path)
{
	return syscall(SYS_link, old_path, new_path);
}

int symlink(const char *target, const char *path)
{
	return syscall(SYS_symlink, target, path);
}

ssize_t readlink(const char *path, char *buffer, size_t size)
{
	return syscall(SYS_readlink, path, buffer, size);
}

int unlink(const char *path)
{
	return syscall(SYS_unlink, path);
}

int unlinkat(int directory, const char *path, int flags)
{
	return syscall(SYS_unlinkat, directory, path, flags);
}

int rename(const char *old_path, const char *new_path)
{
	return syscall(SYS_rename, old_path, new_path);
}

int mkdir(const char *path, mode_t mode)
{
	return syscall(SYS_mkdir, path, mode);
}

int mkdirat(int directory, const char *path, mode_t mode)
{
	return syscall(SYS_mkdirat, directory, path, mode);
}

int rmdir(const char *path)
{
	return syscall(SYS_rmdir, path);
}

int mknod(const char *path, mode_t mode, dev_t device)
{
	return syscall(SYS_mknod, path, mode, (unsigned int)device);
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, S_IFIFO | (mode & 07777), 0);
}

int chdir(const char *path)
{
	return syscall(SYS_chdir, path);
}

int fchdir(int fd)
{
	return syscall(SYS_fchdir, fd);
}

// The path of the working directory in `buffer`; NULL with errno ERANGE when it does not fit.
char *getcwd(char *buffer, size_t size)
{
	return syscall(SYS_getcwd, buffer, size) < 0 ? NULL : buffer;
}

int stat(const char *restrict path, struct stat *restrict result)
{
	return syscall(SYS_stat64, path, result);
}

int lstat(const char *restrict path, struct stat *restrict result)
{
	return syscall(SYS_lstat64, path, result);
}

int fstat(int fd, struct stat *result)
{
	return syscall(SYS_fstat64, fd, result);
}

int fstatat(int directory, const char *restrict path, struct stat *restrict result, int flags)
{
	return syscall(SYS_fstatat64, directory, path, result, flags);
}

int statx(int directory, const char *restrict path, int flags, unsigned int mask,
          struct statx *restrict result)
{
	return syscall(SYS_statx, directory, path, flags, mask, result);
}

int chmod(const char *path, mode_t mode)
{
	return syscall(SYS_chmod, path, mode);
}

int fchmod(int fd, mode_t mode)
{
	return syscall(SYS_fchmod, fd, mode);
}

mode_t umask(mode_t mask)
{
	return syscall(SYS_umask, mask);
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags)
{
	return syscall(SYS_utimensat, directory, path, times, flags);
}

ssize_t getdents64(int fd, void *buffer, size_t size)
{
	return syscall(SYS_getdents64, fd, buffer, size);
}
