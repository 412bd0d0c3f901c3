// The status of files, and making directories.
#pragma once

#include <abi/fcntl.h>
#include <abi/stat.h>

int stat(const char *restrict path, struct stat *restrict result);
int lstat(const char *restrict path, struct stat *restrict result);
int fstat(int fd, struct stat *result);
int fstatat(int directory, const char *restrict path, struct stat *restrict result, int flags);
int statx(int directory, const char *restrict path, int flags, unsigned int mask,
          struct statx *restrict result);
int chmod(const char *path, mode_t mode);
int fchmod(int fd, mode_t mode);
mode_t umask(mode_t mask);
int mkdir(const char *path, mode_t mode);
int mkdirat(int directory, const char *path, mode_t mode);
int mknod(const char *path, mode_t mode, dev_t device);
int mkfifo(const char *path, mode_t mode);
int utimensat(int directory, const char *path, const struct timespec times[2], int flags);
